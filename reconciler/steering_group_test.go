package reconciler_test

import (
	"testing"

	"github.com/wanctl/wanctl/api/v1alpha1"
)

// grouped is a congested WAN with two alternates, of which the better one is
// lost after a while.
const grouped = `
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
      - {wan: lte, baseRTT: 40ms, download: {flows: 0}, upload: {flows: 0}}
  - name: second
    simulated:
      applyLatency: 0s
      links:
      - {wan: dsl, baseRTT: 20ms, download: {flows: 0}, upload: {flows: 0}}
      faults: [{at: 9s, for: 10m, kind: ProbesLost}]
  wans:
  - {name: att, router: lab, download: {ceiling: 95M, floors: {red: 30M}}, upload: {ceiling: 18M}}
  - {name: dsl, router: second, probe: {timeout: 500ms}, download: {ceiling: 20M}, upload: {ceiling: 5M}}
  - {name: lte, router: lab, download: {ceiling: 20M}, upload: {ceiling: 5M}}
  steering:
  - {name: calls-to-dsl, group: calls, priority: 1, from: att, to: dsl, router: lab, rule: calls to dsl, holdDown: 1s}
  - {name: calls-to-lte, group: calls, priority: 2, from: att, to: lte, router: lab, rule: calls to lte, holdDown: 1s}
`

func TestAGroupHandsOverToTheNextAlternateWhereTheBetterOneIsLost(t *testing.T) {
	t.Parallel()
	a := newAgent(t, grouped)
	both := false
	policies := func(s []*v1alpha1.Site) (dsl, lte v1alpha1.SteeringStatus) {
		if len(s) != 1 || len(s[0].Status.Steering) != 2 {
			return dsl, lte
		}
		dsl, lte = s[0].Status.Steering[0], s[0].Status.Steering[1]
		both = both || dsl.Active && lte.Active
		return dsl, lte
	}
	a.until("calls on the better alternate", func(s []*v1alpha1.Site) bool {
		dsl, lte := policies(s)
		return dsl.Active && dsl.Rule.State == v1alpha1.RuleOn && !lte.Active && lte.Rule.State == v1alpha1.RuleOff && lte.Reason == "GroupSteers"
	})
	dsl, lte := policies(a.until("calls on the next one", func(s []*v1alpha1.Site) bool {
		dsl, lte := policies(s)
		return lte.Active && lte.Rule.State == v1alpha1.RuleOn && !dsl.Active && dsl.Rule.State == v1alpha1.RuleOff
	}))
	if dsl.Turns != 2 || lte.Turns != 1 || lte.Reason != "Congested" {
		t.Errorf("after the handover the better one is %+v, the next %+v", dsl, lte)
	}
	if both {
		t.Error("two policies of a group steered at once")
	}
}
