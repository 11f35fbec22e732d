package output_test

import (
	"bytes"
	"testing"

	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/wanctl/wanctl/api/v1alpha1"
	"github.com/wanctl/wanctl/cmd/wanctl/internal/output"
)

func site() v1alpha1.Site {
	s := v1alpha1.Site{}
	s.Name, s.Generation = "home", 7654321
	s.Spec.WANs = []v1alpha1.WAN{
		{Name: "att", Download: v1alpha1.Shaper{Ceiling: resource.MustParse("95M")}},
		{Name: "spectrum", Download: v1alpha1.Shaper{Ceiling: resource.MustParse("940M")}},
	}
	return s
}

func TestTemplatesFollowTheManifestsNames(t *testing.T) {
	for _, tc := range []struct{ name, format, want string }{
		{"a field", "jsonpath={.metadata.name}", "home"},
		{"a whole number stays one", "jsonpath={.metadata.generation}", "7654321"},
		{"every element", "jsonpath={.spec.wans[*].name}", "att spectrum"},
		{"a filter", `jsonpath={.spec.wans[?(@.name=="att")].download.ceiling}`, "95M"},
		{"a range", `jsonpath={range .spec.wans[*]}{.name}{"\t"}{.download.ceiling}{"\n"}{end}`, "att\t95M\nspectrum\t940M\n"},
		{"a field that is not there is empty", "jsonpath={.spec.nothing}", ""},
		{"an object is json", "jsonpath={.spec.wans[0].download.floors}", "{}"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			f, err := output.Parse(tc.format)
			if err != nil {
				t.Fatal(err)
			}
			var out bytes.Buffer
			if err := f.Print(&out, site()); err != nil {
				t.Fatal(err)
			}
			if out.String() != tc.want {
				t.Errorf("printed %q, want %q", out.String(), tc.want)
			}
		})
	}
}

func TestJSONKeepsWhatHTMLWouldEscape(t *testing.T) {
	f, err := output.Parse("json")
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := f.Print(&out, map[string]string{"a": "<b> & c"}); err != nil {
		t.Fatal(err)
	}
	if want := "{\n    \"a\": \"<b> & c\"\n}\n"; out.String() != want {
		t.Errorf("printed %q, want %q", out.String(), want)
	}
}

func TestFormatsThatAreNoneAreRefused(t *testing.T) {
	for text, want := range map[string]string{
		"xml":            `unknown output format "xml": use one of table, wide, json, yaml, jsonpath=TEMPLATE, name`,
		"json=1":         `unknown output format "json=1": use one of table, wide, json, yaml, jsonpath=TEMPLATE, name`,
		"jsonpath":       `-o jsonpath needs a template, as in -o jsonpath='{.items[*].metadata.name}'`,
		"jsonpath={.a":   `read the template of -o jsonpath={.a: unclosed action`,
		"jsonpath={.a[}": `read the template of -o jsonpath={.a[}: unterminated array`,
	} {
		if _, err := output.Parse(text); err == nil || err.Error() != want {
			t.Errorf("-o %s gives %v, want %s", text, err, want)
		}
	}
}

func FuzzParseNeverPanics(f *testing.F) {
	for _, seed := range []string{"", "wide", "jsonpath={.a[?(@.b==1)]}", "jsonpath={range .a}{.b}{end}", "jsonpath={..}"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		format, err := output.Parse(text)
		if err != nil {
			return
		}
		if !format.Table() && !format.Name() {
			_ = format.Print(&bytes.Buffer{}, site())
		}
	})
}
