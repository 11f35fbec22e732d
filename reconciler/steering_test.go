package reconciler_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/wanctl/wanctl/api/v1alpha1"
	"github.com/wanctl/wanctl/reconciler/status"
)

// congested is a site whose first WAN carries less than its floor, so that it is
// RED whatever the shaper does, and whose policy is quick.
const congested = `
apiVersion: wanctl.dev/v1alpha1
kind: Site
metadata: {name: home}
spec:
  intervalProfile: 20ms
  timeConstants: {load: 500ms, red: 500ms, green: 1s}
  routers:
  - name: lab
    simulated:
      applyLatency: 0s
      links:
      - {wan: att, baseRTT: 10ms, download: {capacity: 95M, steps: [{at: 2s, capacity: 10M}]}, upload: {flows: 0}}
      - {wan: dsl, baseRTT: 20ms, download: {flows: 0}, upload: {flows: 0}}
      calls: [{rule: steer calls, every: 500ms, for: 2s}]
  wans:
  - {name: att, router: lab, download: {ceiling: 95M, floors: {red: 30M}}, upload: {ceiling: 18M}}
  - {name: dsl, router: lab, download: {ceiling: 20M}, upload: {ceiling: 5M}}
  steering:
  - {name: calls, from: att, to: dsl, rule: steer calls, holdDown: 1s}
`

func policy(sites []*v1alpha1.Site) v1alpha1.SteeringStatus {
	if len(sites) != 1 || len(sites[0].Status.Steering) != 1 {
		return v1alpha1.SteeringStatus{}
	}
	return sites[0].Status.Steering[0]
}

func (a *agent) steered() v1alpha1.SteeringStatus {
	a.t.Helper()
	return policy(a.until("steering", func(s []*v1alpha1.Site) bool {
		return policy(s).Active && policy(s).Rule.State == v1alpha1.RuleOn
	}))
}

func TestACongestedWANIsSteeredFromAndAKilledAgentGoesOnFromThere(t *testing.T) {
	t.Parallel()
	a := newAgent(t, congested)
	st := a.steered()
	if st.Turns != 1 || st.Reason != "Congested" || st.Since == nil || st.Rule.Router != "lab" || st.Rule.SwitchesTotal != 1 {
		t.Errorf("steered as %+v", st)
	}
	a.stop()
	a.run(false)
	if again := a.steered(); again.Turns != 1 || again.Since.Sub(st.Since.Time).Abs() > time.Second {
		t.Errorf("after a restart %+v", again)
	}
}

func TestARestartOfALoopDoesNotTurnTheSteering(t *testing.T) {
	t.Parallel()
	a := newAgent(t, congested)
	a.steered()
	a.save(replaced(congested, "intervalProfile: 20ms", "intervalProfile: 10ms"))
	sites := a.until("generation 2", func(s []*v1alpha1.Site) bool {
		return s[0].Status.ObservedGeneration == 2 && s[0].Status.WANs[0].Restarts == 1
	})
	if st := policy(sites); !st.Active || st.Turns != 1 {
		t.Errorf("after a restart of the loop %+v", st)
	}
}

func TestAPolicyThatIsRemovedSwitchesItsRuleOff(t *testing.T) {
	t.Parallel()
	a := newAgent(t, congested)
	a.steered()
	a.save(replaced(congested, "rule: steer calls, holdDown", "rule: steer games, holdDown", "[{rule: steer calls,", "[{rule: steer games,"))
	st := policy(a.until("another rule", func(s []*v1alpha1.Site) bool {
		return policy(s).Rule.Rule == "steer games" && policy(s).Rule.State == v1alpha1.RuleOn
	}))
	if !st.Active || st.Turns != 1 {
		t.Errorf("with another rule the policy is %+v, want it to go on", st)
	}
	a.stop()
	events, err := status.Read(a.stateDir).Events("home")
	if err != nil {
		t.Fatal(err)
	}
	if !slices.ContainsFunc(events, func(e v1alpha1.Event) bool { return e.Message == `the rule "steer calls" on router lab is off` }) {
		t.Errorf("the old rule was not switched off: %+v", events)
	}
}

func replaced(text string, oldnew ...string) string {
	return strings.NewReplacer(oldnew...).Replace(text)
}
