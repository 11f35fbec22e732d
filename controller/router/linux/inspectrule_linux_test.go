package linux

import (
	"strings"
	"testing"
)

func TestALinuxRuleIsLookedAtAndLeftAsItIs(t *testing.T) {
	const rule = "fwmark 0x100/0x100 lookup 102 priority 1000"
	for _, tc := range []struct {
		name, setUp string
		on          bool
		flaws       []string
		harmful     bool
	}{
		{name: "off, with a table", setUp: "ip link set lo up; ip route add default dev lo table 102"},
		{name: "on, with a table", setUp: "ip link set lo up; ip route add default dev lo table 102; ip rule add " + rule + "; ip -6 rule add " + rule, on: true},
		{name: "an empty table", setUp: "ip link set lo up", flaws: []string{"ip route add default via GATEWAY dev INTERFACE table 102"}, harmful: true},
		{name: "for IPv4 alone", setUp: "ip link set lo up; ip route add default dev lo table 102; ip rule add " + rule, on: true, flaws: []string{"for IPv4 alone"}},
		{name: "for IPv6 alone", setUp: "ip link set lo up; ip route add default dev lo table 102; ip -6 rule add " + rule, on: true, flaws: []string{"ip -6 rule del"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			enterNamespace(t)
			r := open(t)
			for command := range strings.SplitSeq(tc.setUp, "; ") {
				sh(t, command)
			}
			before := sh(t, "ip rule show") + sh(t, "ip -6 rule show")
			on, flaws, err := r.InspectRule(t.Context(), rule)
			must(t, err)
			if on != tc.on || len(flaws) != len(tc.flaws) {
				t.Fatalf("on is %v, with the flaws %+v", on, flaws)
			}
			for i, want := range tc.flaws {
				if !strings.Contains(flaws[i].Message, want) || flaws[i].Harmful != tc.harmful {
					t.Errorf("flaw %d is %+v, want %q", i, flaws[i], want)
				}
			}
			if after := sh(t, "ip rule show") + sh(t, "ip -6 rule show"); after != before {
				t.Errorf("the rules went from\n%sto\n%s", before, after)
			}
		})
	}
}
