package routeros_test

import (
	"testing"

	"github.com/wanctl/wanctl/controller/router"
	"github.com/wanctl/wanctl/controller/router/routertest"
	"github.com/wanctl/wanctl/internal/routerosdouble"
)

func TestRulesConform(t *testing.T) {
	const mangle, rule, other = "/ip/firewall/mangle", "wanctl: steer calls", "wanctl: steer games"
	disabled := map[bool]string{true: "disabled=no", false: "disabled=yes"}
	routertest.RunRules(t, func(t *testing.T) routertest.RuleHarness {
		b := setUp(t, routerosdouble.Options{})
		for _, comment := range []string{rule, rule, other} {
			b.double.Add(mangle, "chain=prerouting", "action=mark-routing", "new-routing-mark=dsl", "comment="+comment, "disabled=yes")
		}
		return routertest.RuleHarness{
			Switch: b.Router, Rule: rule, Other: other, Absent: "nobody's", AbsentKind: router.Missing,
			Look: func(_ *testing.T, rule string) bool { return b.double.Get(mangle, rule, "disabled") == "false" },
			Hand: func(_ *testing.T, rule string, on bool) { b.double.Put(mangle, rule, disabled[on]) },
			Mix: func(_ *testing.T, rule string) {
				b.double.Put(mangle, rule, "disabled=no")
				b.double.Add(mangle, "chain=output", "action=mark-routing", "new-routing-mark=dsl", "comment="+rule, "disabled=yes")
			},
		}
	})
}
