package simulate_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/wanctl/wanctl/api/v1alpha1"
	"github.com/wanctl/wanctl/controller/core"
	"github.com/wanctl/wanctl/controller/simulate"
	"github.com/wanctl/wanctl/reconciler/derive"
)

// steer simulates calls that leave WAN a, whose capacity is as given, for WAN b.
func steer(t *testing.T, a, b, policy string, length time.Duration) simulate.SteeringResult {
	t.Helper()
	manifest := fmt.Sprintf(`{apiVersion: wanctl.dev/v1alpha1, kind: Site, metadata: {name: s}, spec: {intervalProfile: 100ms,
  routers: [{name: lab, simulated: {calls: [{rule: r, every: 1s, for: 10s}], links: [
    {wan: a, baseRTT: 12ms, download: {%s}, upload: {flows: 0}}, {wan: b, baseRTT: 25ms, download: {%s}, upload: {flows: 0}}]}}],
  wans: [{name: a, router: lab, download: {ceiling: 105M, floors: {red: 25M}}, upload: {ceiling: 20M}},
    {name: b, router: lab, download: {ceiling: 19M, floors: {red: 10M}}, upload: {ceiling: 5M}}],
  steering: [{name: calls, from: a, to: b, rule: r%s}]}}`, a, b, policy)
	sites, problems := v1alpha1.Decode("site.yaml", []byte(manifest))
	if len(problems) > 0 {
		t.Fatalf("%v in\n%s", problems, manifest)
	}
	site := sites[0]
	results, err := simulate.Steering(t.Context(), site, simulate.Options{
		For: length,
		Configure: func(w *v1alpha1.WAN) *core.Config {
			d := derive.WAN(site, w)
			return core.NewConfig(site, w, &d)
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%+v", results[0])
	return results[0]
}

func TestCallsLeaveACongestedWANAndWaitLess(t *testing.T) {
	got := steer(t, "capacity: 100M, steps: [{at: 30s, capacity: 12M}, {at: 150s, capacity: 100M}]", "capacity: 20M, flows: 1", "", 5*time.Minute)
	if got.Turns != 2 || got.SteeredShare < 0.3 || got.SteeredShare > 0.7 {
		t.Errorf("one congestion made %d turns and steered for %.2f of the time", got.Turns, got.SteeredShare)
	}
	if got.Unsteered.P95MS < 200 || got.Calls.P95MS > got.Unsteered.P95MS/2 {
		t.Errorf("calls waited %.0f ms (p95), %.0f unsteered", got.Calls.P95MS, got.Unsteered.P95MS)
	}
}

func TestNothingIsSteeredOntoAnAlternateThatIsCongestedToo(t *testing.T) {
	got := steer(t, "capacity: 100M, steps: [{at: 60s, capacity: 12M}]", "capacity: 20M, flows: 1, steps: [{at: 30s, capacity: 4M}]", "", 3*time.Minute)
	if got.Turns != 0 {
		t.Errorf("%d turns", got.Turns)
	}
}

func TestAFlappingWANTurnsCallsAtMostTwiceAMinute(t *testing.T) {
	flap := "capacity: 100M, steps: [{at: 5s, capacity: 8M}], repeat: 10s"
	for name, policy := range map[string]string{"as it is": "", "hasty": ", holdDown: 30s, confirm: {minDrops: 0, minQueuedPackets: 0}"} {
		t.Run(name, func(t *testing.T) {
			if got := steer(t, flap, "capacity: 20M, flows: 0", policy, 10*time.Minute); got.Turns > 20 || got.Turns == 0 {
				t.Errorf("%d turns in ten minutes", got.Turns)
			}
		})
	}
}

func TestAnIdleWANIsNeverLeft(t *testing.T) {
	if got := steer(t, "capacity: 100M, flows: 0", "capacity: 20M, flows: 1", "", 10*time.Minute); got.Turns != 0 || got.Calls != got.Unsteered {
		t.Errorf("%+v", got)
	}
}
