package v1alpha1_test

import (
	"strings"
	"testing"

	"github.com/wanctl/wanctl/api/v1alpha1"
)

func TestAnFWMarkRuleIsReadInTheWordsOfIPRule(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{"fwmark 1 lookup 102", "fwmark 0x1/0xffffffff lookup 102 priority 1000"},
		{"fwmark 0x100/0x100 table 102 pref 99", "fwmark 0x100/0x100 lookup 102 priority 99"},
		{"priority 7  lookup main from", "is no word"},
		{"from all fwmark 0x100/0xf00 lookup main order 5", "fwmark 0x100/0xf00 lookup 254 priority 5"},
		{"from 10.0.0.1 fwmark 1 lookup 102", `"from" is no word`},
		{"", "names no mark"},
		{"fwmark 1", "names no table"},
		{"fwmark 1 lookup", "lacks its value"},
		{"fwmark 1 lookup 102 table 103", "stands twice"},
		{"fwmark 0 lookup 102", "the mark is 0"},
		{"fwmark 1/0 lookup 102", "the mask is 0"},
		{"fwmark 0x300/0x100 lookup 102", "bits that the mask 0x100 lacks"},
		{"fwmark 4294967296 lookup 102", "no number of 32 bits"},
		{"fwmark 1 lookup lte", "or main"},
		{"fwmark 1 lookup 0", "which is none"},
		{"fwmark 1 lookup 102 priority 32766", "from 1 to 32765"},
		{"wanctl: steer", `"wanctl:" is no word`},
	} {
		t.Run(tt.text, func(t *testing.T) {
			rule, err := v1alpha1.ParseFWMark(tt.text)
			got := rule.String()
			if err != nil {
				got = err.Error()
			}
			if !strings.Contains(got, tt.want) {
				t.Errorf("it is %s, want %s", got, tt.want)
			}
		})
	}
}

func FuzzFWMark(f *testing.F) {
	f.Add("fwmark 0x100/0x100 lookup 102 priority 1000")
	f.Add("from all fwmark 1 table main")
	f.Fuzz(func(t *testing.T, text string) {
		rule, err := v1alpha1.ParseFWMark(text)
		if err != nil {
			return
		}
		if again, err := v1alpha1.ParseFWMark(rule.String()); err != nil || again != rule {
			t.Errorf("%q is %v, which reads as %v, %v", text, rule, again, err)
		}
		if rule.Mark == 0 || rule.Mark&^rule.Mask != 0 || rule.Table == 0 || rule.Priority == 0 || rule.Priority > 32765 {
			t.Errorf("%q is accepted as %v", text, rule)
		}
	})
}
