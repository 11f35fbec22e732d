package linux

import (
	"errors"
	"strings"
	"testing"

	"github.com/wanctl/wanctl/api/v1alpha1"
	"github.com/wanctl/wanctl/controller/router"
	"github.com/wanctl/wanctl/controller/router/routertest"
)

func TestRulesConform(t *testing.T) {
	routertest.RunRules(t, func(t *testing.T) routertest.RuleHarness {
		enterNamespace(t)
		return routertest.RuleHarness{
			Switch: open(t),
			Rule:   "fwmark 0x100/0x100 lookup 102",
			Other:  "fwmark 0x200/0x200 table 4000 pref 1000",
			Absent: "fwmark 0x100 lookup somewhere", AbsentKind: router.Unsupported,
			Look: func(t *testing.T, rule string) bool { return listed(t, "-4", rule) && listed(t, "-6", rule) },
			Hand: func(t *testing.T, rule string, on bool) {
				ipRule(t, "-4", rule, on)
				ipRule(t, "-6", rule, on)
			},
			Mix: func(t *testing.T, rule string) { ipRule(t, "-4", rule, !listed(t, "-4", rule)) },
		}
	})
}

// listed says whether iproute2 lists a rule.
func listed(t *testing.T, family, rule string) bool {
	t.Helper()
	mark, err := v1alpha1.ParseFWMark(rule)
	must(t, err)
	for line := range strings.Lines(sh(t, "ip -N "+family+" rule show")) {
		words := strings.Fields(line)
		m := mark.String()
		if strings.HasPrefix(m, strings.Join(words[3:5], " ")) && words[0] == "1000:" && strings.Contains(m, "lookup "+words[6]+" ") {
			return true
		}
	}
	return false
}

func ipRule(t *testing.T, family, rule string, on bool) {
	t.Helper()
	mark, err := v1alpha1.ParseFWMark(rule)
	must(t, err)
	sh(t, "ip "+family+" rule "+map[bool]string{true: "add ", false: "del "}[on]+mark.String())
}

func TestARuleThatAsksForMoreThanTheMarkIsAnother(t *testing.T) {
	enterNamespace(t)
	r := open(t)
	const rule = "fwmark 0x100/0x100 lookup 102 priority 1000"
	for _, other := range []string{"from 192.0.2.0/24 ", "iif lo "} {
		sh(t, "ip rule add "+other+"fwmark 0x100/0x100 lookup 102 priority 1001")
	}
	sh(t, "ip rule add fwmark 0x100/0x100 lookup 102 priority 999")
	if on, err := r.Rule(t.Context(), rule); on || err != nil {
		t.Errorf("it reads as %v, %v", on, err)
	}
	before := sh(t, "ip rule show")
	must(t, r.SetRule(t.Context(), rule, true))
	must(t, r.SetRule(t.Context(), rule, false))
	if after := sh(t, "ip rule show"); after != before {
		t.Errorf("switching on and off took the rules from\n%sto\n%s", before, after)
	}
	// The kernel takes the two for one: it compares only what the new one asks for.
	err := r.SetRule(t.Context(), "fwmark 0x100/0x100 lookup 102 priority 1001", true)
	if err == nil || !strings.Contains(err.Error(), "another priority") {
		t.Errorf("with a rule in the way: %v", err)
	}
}

func TestWithoutRightsARuleIsDenied(t *testing.T) {
	enterNamespace(t)
	r := open(t)
	dropRights(t)
	const rule = "fwmark 1 lookup 102"
	if on, err := r.Rule(t.Context(), rule); on || err != nil {
		t.Errorf("it reads as %v, %v", on, err)
	}
	e, ok := errors.AsType[*router.Error](r.SetRule(t.Context(), rule, true))
	if !ok || e.Kind != router.Denied {
		t.Errorf("it is %v, want Denied", e)
	}
}
