//go:build linux

package mikrotik

import (
	"strings"
	"testing"
	"time"

	"github.com/wanctl/wanctl/api/v1alpha1"
	"github.com/wanctl/wanctl/controller/fluid"
)

// comment is that of the rule which wanctl switches.
const comment = "wanctl: steer calls"

// steering is manifest with a policy that is quick, and with a floor that the
// cable's shaper soon stands at.
var steering = strings.NewReplacer(
	"intervalProfile: 50ms", "intervalProfile: 50ms\n  timeConstants: {load: 500ms, red: 1s, green: 2s}",
	"ceiling: 100M, floors: {red: 5M}", "ceiling: 100M, floors: {red: 40M}",
).Replace(manifest) + `  steering:
  - {name: calls, from: cable, to: dsl, rule: "` + comment + `", holdDown: 1s}
`

// addRules adds the rules that docs/how-to/steer.md has, and one of somebody
// else.
func (l *lines) addRules() {
	const mangle = "/ip/firewall/mangle"
	l.double.Add(mangle, "chain=prerouting", "action=mark-connection", "connection-state=new", "dscp=46", "in-interface-list=LAN",
		"new-connection-mark=to-dsl", "disabled=yes", "comment="+comment)
	l.double.Add(mangle, "chain=prerouting", "action=mark-routing", "connection-mark=to-dsl", "in-interface-list=LAN",
		"new-routing-mark=to-dsl", "passthrough=no")
	l.double.Add(mangle, "chain=forward", "action=accept", "disabled=yes", "comment=theirs")
}

// enabled says whether the rule is.
func (l *lines) enabled() bool {
	return l.double.Get("/ip/firewall/mangle", comment, "disabled") == "false"
}

// policy is how the policy stands.
func (w *wanctl) policy() v1alpha1.SteeringStatus {
	if all := w.site().Status.Steering; len(all) == 1 {
		return all[0]
	}
	return v1alpha1.SteeringStatus{}
}

func TestCallsAreSteeredByAMangleRuleWhileTheCableIsCongested(t *testing.T) { isolated(t, steer) }

func steer(t *testing.T) {
	w, l := newWanctl(t), newLines(t, fluid.DirectionConfig{Flows: 2, Capacity: fluid.Capacity{First: 80e6}})
	l.addRules()
	address, err := l.double.Start()
	must(t, err)
	w.configure(steering, address)
	w.explain()

	out, err := w.print("check", "-f", w.file)
	if want := `steering/calls: the rule "` + comment + `" can be read and is off: new connections take cable`; err != nil || !strings.Contains(out, want) {
		t.Errorf("check: %v\n%s", err, out)
	}
	w.start()
	w.ready()
	eventually(t, "the rule to be read", func() bool { return w.policy().Rule.State == v1alpha1.RuleOff })
	if l.enabled() {
		t.Error("the rule is on before anything is congested")
	}

	l.late.Store(int64(150 * time.Millisecond))
	eventually(t, "the rule to be enabled", l.enabled)
	eventually(t, "the status to say so", func() bool {
		p := w.policy()
		return p.Active && p.Rule.State == v1alpha1.RuleOn && w.happened("Steered")
	})
	t.Logf("steered: %s", w.policy().Message)

	l.double.Put("/ip/firewall/mangle", comment, "disabled=yes")
	eventually(t, "the rule to be put back", func() bool { return l.enabled() && w.happened("RuleDriftCorrected") })
	if p := w.policy(); p.Rule.DriftsTotal != 1 || p.Turns != 1 {
		t.Errorf("after a hand had switched it off: %+v", p)
	}

	w.kill()
	before := len(l.double.Sets())
	w.start()
	eventually(t, "the policy to go on", func() bool {
		p := w.policy()
		return p.Active && p.Rule.State == v1alpha1.RuleOn && w.happened("SteeringResumed")
	})
	for _, s := range l.double.Sets()[before:] {
		if s.Menu == "/ip/firewall/mangle" {
			t.Errorf("a restart set %s to %s", s.Property, s.Value)
		}
	}

	l.late.Store(0)
	eventually(t, "the rule to be disabled again", func() bool { return !l.enabled() })
	eventually(t, "the status to say so", func() bool {
		p := w.policy()
		return !p.Active && p.Turns == 2 && p.Rule.State == v1alpha1.RuleOff && w.happened("SteeredBack")
	})
	l.double.Put("/ip/firewall/mangle", comment, "disabled=no")
	eventually(t, "the rule to be put back", func() bool { return !l.enabled() && w.policy().Rule.DriftsTotal == 1 })

	// The router is lost while the policy turns, and gets the rule when it is
	// back. Without its counters only a WAN that is lost turns one.
	l.double.Stop()
	l.double.Put("/ip/firewall/mangle", comment, "disabled=yes")
	l.silent.Store(true)
	eventually(t, "a turn without the router", func() bool {
		p := w.policy()
		return p.Active && p.Rule.State == v1alpha1.RuleUnknown && p.Rule.LastError != ""
	})
	if l.enabled() {
		t.Error("the rule is on though the router does not answer")
	}
	_, err = l.double.StartAt(address)
	must(t, err)
	eventually(t, "the rule to be enabled on return", l.enabled)
	eventually(t, "the status to say so", func() bool { p := w.policy(); return p.Rule.State == v1alpha1.RuleOn && p.Rule.LastError == "" })

	for _, s := range l.double.Sets() {
		if s.Menu == "/ip/firewall/mangle" && s.Property != "disabled" {
			t.Errorf("wanctl set %s of a rule", s.Property)
		}
	}
	if theirs := l.double.Get("/ip/firewall/mangle", "theirs", "disabled"); theirs != "true" {
		t.Errorf("somebody else's rule: disabled is %s", theirs)
	}
	for _, v := range l.double.Violations() {
		t.Errorf("wanctl did what it should not: %s", v)
	}
}
