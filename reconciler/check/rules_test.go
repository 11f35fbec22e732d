package check

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/wanctl/wanctl/api/v1alpha1"
	"github.com/wanctl/wanctl/controller/router"
	"github.com/wanctl/wanctl/internal/routerosdouble"
)

func TestTheRuleOfAPolicyIsLookedAt(t *testing.T) {
	const menu = "/ip/firewall/mangle"
	for _, tc := range []struct {
		name  string
		spoil func(*routerosdouble.Router)
		want  []string
	}{
		{"it is there", func(*routerosdouble.Router) {}, []string{"ok is off: new connections take cable"}},
		{"it is on", func(d *routerosdouble.Router) { d.Put(menu, "calls", "disabled=no") }, []string{"ok is on: new connections take dsl"}},
		{"it is missing", func(d *routerosdouble.Router) { d.Remove(menu, "calls") }, []string{"fail /ip firewall mangle add"}},
		{"it is invalid", func(d *routerosdouble.Router) { d.Put(menu, "calls", "invalid=true") }, []string{"ok is off", "fail where invalid"}},
		{"it is there twice", func(d *routerosdouble.Router) { d.Add(menu, "action=mark-routing", "comment=calls", "disabled=yes") },
			[]string{"ok is off", "warn another comment"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s, double := site(t, func(d *routerosdouble.Router) {
				d.Add(menu, "action=mark-routing", "comment=calls", "disabled=yes")
				tc.spoil(d)
			})
			s.Spec.Steering = []v1alpha1.Steering{{Name: "calls", From: "cable", To: "dsl", Router: "edge", Rule: "calls"}}
			var items []Item
			Site(context.Background(), s, func(i Item) {
				if i.Object == "steering/calls" {
					items = append(items, i)
				}
			})
			if !slices.EqualFunc(items, tc.want, func(i Item, want string) bool {
				result, part, _ := strings.Cut(want, " ")
				return string(i.Result) == result && strings.Contains(i.Message, part)
			}) {
				t.Errorf("it says %+v, want %q", items, tc.want)
			}
			if n := len(double.Sets()); n != 0 {
				t.Errorf("%d properties were set", n)
			}
		})
	}
}

// presenter is a router whose certificate ends at a time.
type presenter struct {
	router.Device
	ends time.Time
}

func (p presenter) ValidTo() time.Time { return p.ends }

func TestACertificateThatEndsWithinThirtyDaysIsWarnedOf(t *testing.T) {
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	for _, tc := range []struct {
		name string
		ends time.Time
		says string
	}{
		{"none", time.Time{}, ""},
		{"in 31 days", now.AddDate(0, 0, 31), ""},
		{"in 29 days", now.AddDate(0, 0, 29), "for 29 more days, until 2026-01-31"},
		{"within the day", now.Add(time.Hour), "for 0 more days, until 2026-01-02"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var items []Item
			checkCertificate(presenter{ends: tc.ends}, "router/edge", now, func(i Item) { items = append(items, i) })
			if (len(items) > 0) != (tc.says != "") || len(items) > 0 && (items[0].Result != Warn || !strings.Contains(items[0].Message, tc.says)) {
				t.Errorf("it says %+v, want %q", items, tc.says)
			}
		})
	}
}
