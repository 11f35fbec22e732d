package rollout_test

import (
	"strings"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"pgregory.net/rapid"

	"github.com/wanctl/wanctl/api/v1alpha1"
	"github.com/wanctl/wanctl/controller/evidence"
	"github.com/wanctl/wanctl/reconciler/rollout"
)

// nature is how a WAN fares at a profile.
type nature int

const (
	well nature = iota
	thin
	abort
	crash
	silent // no evidence of load
	natures
)

var profiles = []string{"20ms", "50ms", "100ms", "250ms", "500ms", "1s"}

// fates are lines of random natures: each WAN, at each profile, has one.
func fates(t *rapid.T) func(string, time.Duration, time.Duration) evidence.Figures {
	of := map[string]nature{}
	for _, wan := range []string{"att", "spectrum", "lte"} {
		for _, p := range profiles {
			of[wan+p] = nature(rapid.IntRange(0, int(natures)-1).Draw(t, wan+" at "+p))
		}
	}
	return func(wan string, t, soaked time.Duration) evidence.Figures {
		f := quiet(wan, t, soaked)
		switch of[wan+t.String()] {
		case thin:
			f.RouterErrors.Failed = f.RouterErrors.Applies/50 + 5
		case abort:
			if soaked >= time.Minute {
				f.RouterCPU.RecentLeast = 90
			}
		case crash:
			if soaked > 30*time.Second {
				f.Restarts.LoopCrashes = 1
			}
		case silent:
			f.Benefit = evidence.Benefit{}
		}
		return f
	}
}

// fleeting is a rollout with short soaks, and random in all else.
func fleeting(t *rapid.T, spec *v1alpha1.SiteSpec) {
	r := &spec.Rollout
	r.Soak.PerWAN = &metav1.Duration{Duration: 2 * time.Minute}
	r.Soak.Final = &metav1.Duration{Duration: time.Duration(rapid.IntRange(0, 1).Draw(t, "final")) * 5 * time.Minute}
	r.Strategy = rapid.SampledFrom([]v1alpha1.RolloutStrategy{v1alpha1.StrategyStaged, v1alpha1.StrategyStaged, v1alpha1.StrategyImmediate}).Draw(t, "strategy")
	r.Scope = rapid.SampledFrom([]v1alpha1.RolloutScope{v1alpha1.ScopeWAN, v1alpha1.ScopeSite}).Draw(t, "scope")
	r.Approval = rapid.SampledFrom([]v1alpha1.Approval{v1alpha1.ApprovalAuto, v1alpha1.ApprovalAuto, v1alpha1.ApprovalManual}).Draw(t, "approval")
	r.Gates = map[v1alpha1.GateName]v1alpha1.Gate{}
	few := int64(1)
	for _, name := range []v1alpha1.GateName{
		v1alpha1.GateCycleTime, v1alpha1.GateCadence, v1alpha1.GateControlLatency, v1alpha1.GateProbeLoss,
		v1alpha1.GateRouterCPU, v1alpha1.GateRouterErrors, v1alpha1.GateBenefit,
	} {
		r.Gates[name] = v1alpha1.Gate{MinEvidence: &few}
	}
	r.Gates[v1alpha1.GateBaselineDrift] = v1alpha1.Gate{MinEvidence: new(int64)}
}

func anyWorld(t *rapid.T, tb testing.TB) *world {
	from := rapid.SampledFrom(append([]string{""}, profiles...)).Draw(t, "from")
	w := running(tb, from, rapid.SampledFrom(profiles).Draw(t, "to"), "att", "spectrum")
	w.line = fates(t)
	w.edit(func(s *v1alpha1.SiteSpec) { fleeting(t, s) })
	return w
}

// meddle lets a person or the world interfere.
func meddle(t *rapid.T, w *world) {
	switch rapid.IntRange(0, 60).Draw(t, "meddling") {
	case 0:
		w.edit(func(s *v1alpha1.SiteSpec) { s.IntervalProfile = rapid.SampledFrom(profiles).Draw(t, "edit") })
	case 1:
		w.edit(func(s *v1alpha1.SiteSpec) {
			s.WANs[0].IntervalProfile = rapid.SampledFrom(append([]string{""}, profiles...)).Draw(t, "own")
		})
	case 2:
		w.edit(func(s *v1alpha1.SiteSpec) {
			if len(s.WANs) > 2 {
				s.WANs = s.WANs[:2]
			} else {
				s.WANs = append(s.WANs, v1alpha1.WAN{Name: "lte", Router: "edge"})
			}
			s.Rollout.Order = nil
		})
	case 3:
		w.trouble[rapid.SampledFrom([]string{"att", "spectrum"}).Draw(t, "troubled")] = rollout.Trouble{Reason: v1alpha1.ReasonRouterUnreachable}
	case 4, 5:
		w.trouble = map[string]rollout.Trouble{}
	case 6:
		w.edit(func(s *v1alpha1.SiteSpec) { s.WANs[1].Download.States = 7 - s.WANs[1].Download.States })
	case 7:
		w.edit(func(s *v1alpha1.SiteSpec) { s.Rollout.Approve = rapid.SampledFrom(profiles).Draw(t, "approve") })
	case 8, 9:
		verb := rapid.SampledFrom([]rollout.Verb{rollout.Approve, rollout.Reject, rollout.Pause, rollout.Resume, rollout.Retry}).Draw(t, "verb")
		_ = w.obey(verb, "") // it may well be refused
	case 10:
		w.now = w.now.Add(time.Duration(rapid.IntRange(-100, 100).Draw(t, "clock")) * time.Minute)
	}
}

// TestLawsOfARollout drives random rollouts with random interference.
func TestLawsOfARollout(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		w := anyWorld(rt, t)
		w.each = func(before, after rollout.State, actions []rollout.Action) { lawful(rt, w, before, after, actions) }
		for range rapid.IntRange(20, 200).Draw(rt, "steps") {
			meddle(rt, w)
			w.step()
		}
		for _, v := range w.verdicts {
			for _, g := range v.Gates {
				if strings.HasPrefix(v.Verdict, "approved-") && v.By == "" && g.Result != v1alpha1.GatePass {
					rt.Errorf("%s though %s is %s", v.Verdict, g.Name, g.Result)
				}
			}
		}
		// Left alone it comes to rest, and everything runs what is recorded.
		w.trouble, w.each = map[string]rollout.Trouble{}, nil
		w.rest(3 * time.Hour)
		if !resting(w.s.Phase) {
			rt.Errorf("it ends as %s, watching %q: %s", w.s.Phase, w.s.Watching, w.s.Message)
		}
		for _, wan := range w.s.WANs {
			if ran := w.wans[wan.Name].Profile; ran != wan.Profile {
				rt.Errorf("%s runs %s, recorded is %s", wan.Name, ran, wan.Profile)
			}
		}
	})
}

// lawful checks one decision.
func lawful(t *rapid.T, w *world, before, after rollout.State, actions []rollout.Action) {
	moved := 0
	for _, now := range after.WANs {
		var was *rollout.WAN
		for i := range before.WANs {
			if before.WANs[i].Name == now.Name {
				was = &before.WANs[i]
			}
		}
		switch {
		case was == nil || was.Profile == now.Profile:
		case now.Result == v1alpha1.ResultFailed || now.Result == v1alpha1.ResultApproved && now.Profile == was.Stable:
			// back to what was stable
		default:
			moved++
			if now.From != was.Profile || now.Stable != was.Stable {
				t.Errorf("%s goes from %s to %s and would be rolled back from %s to %q, not %q", now.Name, was.Profile, now.Profile, now.From, now.Stable, was.Stable)
			}
			for _, f := range before.Failed {
				if f.WAN == now.Name && f.Profile == now.Profile && len(after.Failed) >= len(before.Failed) && before.Generation == after.Generation {
					t.Errorf("%s is tried again at %s: %s", f.WAN, f.Profile, f.Message)
				}
			}
		}
		if was != nil && was.Stable != now.Stable && now.Result != v1alpha1.ResultApproved {
			t.Errorf("%s counts as stable on %s though it is %s", now.Stable, now.Name, now.Result)
		}
	}
	if moved > 1 && w.site.Spec.Rollout.Strategy == v1alpha1.StrategyStaged {
		t.Errorf("%d WANs move at once", moved)
	}
	if moved > 0 {
		for _, wan := range before.WANs {
			if o, known := w.wans[wan.Name]; known && o.Profile != wan.Profile {
				t.Errorf("another moves while %s still runs %s, not %s", wan.Name, o.Profile, wan.Profile)
			}
		}
	}
	for _, a := range actions {
		if run, ok := a.(rollout.Run); ok {
			if profile, known := after.Assigned(run.WAN); !known || profile != run.Profile {
				t.Errorf("%s is to run %s, recorded is %s", run.WAN, run.Profile, profile)
			}
		}
	}
	twice, _ := rollout.Decide(before, w.input(), w.now)
	if asJSON(w.t, twice) != asJSON(w.t, after) {
		t.Error("the same input leads elsewhere the second time")
	}
}

// TestAnAgentKilledAtAnyStepReachesTheSameEnd drops what was decided and goes on
// from what was stored.
func TestAnAgentKilledAtAnyStepReachesTheSameEnd(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		calm := anyWorld(rt, t)
		harried := *calm
		harried.wans = map[string]rollout.Observed{}
		for name, o := range calm.wans {
			harried.wans[name] = o
		}
		kills := rapid.IntRange(2, 9).Draw(rt, "killed every")
		n := 0
		harried.dead = func() bool { n++; return n%kills == 0 }
		calm.rest(3 * time.Hour)
		harried.rest(3 * time.Hour)
		if calm.s.Phase != harried.s.Phase || calm.said() != harried.said() || calm.runs() != harried.runs() {
			rt.Errorf("calm: %s, %s, %s\nharried: %s, %s, %s", calm.s.Phase, calm.said(), calm.runs(), harried.s.Phase, harried.said(), harried.runs())
		}
	})
}
