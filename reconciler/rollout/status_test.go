package rollout_test

import (
	"encoding/json"
	"testing"
	"time"

	"sigs.k8s.io/yaml"

	"github.com/wanctl/wanctl/api/v1alpha1"
	"github.com/wanctl/wanctl/controller/evidence"
	"github.com/wanctl/wanctl/reconciler/rollout"
)

func TestTheStatusOfASoakSaysWhatIsWatchedAndUntilWhen(t *testing.T) {
	w := running(t, "500ms", "50ms", "att", "spectrum")
	w.run(20*time.Minute + 20*time.Second)
	got := rollout.Status(w.s, w.input())
	if len(got.Gates) != 11 || got.Gates[0].WAN != "att" {
		t.Errorf("%d gates, the first of %s", len(got.Gates), got.Gates[0].WAN)
	}
	got.Gates = got.Gates[:1]
	text, err := yaml.Marshal(got)
	if err != nil {
		t.Fatal(err)
	}
	const want = `deadline: "2026-03-01T15:00:30Z"
from: 500ms
gates:
- abort: 0.96
  evidence: 24000
  figure: 0.004
  minEvidence: 600
  name: CycleTime
  pass: 0.9
  result: Pass
  thin: 0.96
  unit: of T
  wan: att
lastStable: 500ms
message: soaks for 1h
phase: Soaking
soakEnds: "2026-03-01T13:00:30Z"
soakStarted: "2026-03-01T12:00:30Z"
started: "2026-03-01T12:00:20Z"
target: 50ms
to: 50ms
wan: att
wans:
- name: att
  profile: 50ms
  result: Soaking
- name: spectrum
  profile: 500ms
  result: Waiting
`
	if string(text) != want {
		t.Errorf("%s\nwant\n%s", text, want)
	}
}

func TestTheFinalSoakShowsTheWorstOfEachGate(t *testing.T) {
	w := running(t, "500ms", "50ms", "att", "spectrum")
	w.run(4 * time.Hour)
	w.line = func(wan string, t, soaked time.Duration) evidence.Figures {
		f := quiet(wan, t, soaked)
		if wan == "spectrum" {
			f.ControlLatency.P95 = 1.7
		} else {
			f.BaselineDrift.P95MS = 0.4
		}
		return f
	}
	got := rollout.Status(w.s, w.input())
	for _, g := range got.Gates {
		want := map[v1alpha1.GateName]string{v1alpha1.GateControlLatency: "spectrum", v1alpha1.GateBaselineDrift: "att"}[g.Name]
		if want != "" && g.WAN != want {
			t.Errorf("%s is shown of %s at %v", g.Name, g.WAN, *g.Figure)
		}
	}
	if len(got.Gates) != 11 || got.WAN != "" {
		t.Errorf("%d gates of %q", len(got.Gates), got.WAN)
	}
}

func TestAStateIsSmall(t *testing.T) {
	w := running(t, "500ms", "20ms", "att", "spectrum")
	w.line = bearing(faster(250*time.Millisecond), nil)
	w.run(2 * day)
	w.step()
	data, err := json.Marshal(w.s)
	if err != nil {
		t.Fatal(err)
	}
	if len(w.s.Unrecorded) > 0 || len(w.s.Newest) != 5 || len(data) > 16<<10 {
		t.Errorf("%d unrecorded verdicts, %d newest, %d bytes", len(w.s.Unrecorded), len(w.s.Newest), len(data))
	}
}

func TestConditionsFollowThePhase(t *testing.T) {
	w := running(t, "500ms", "50ms", "att", "spectrum")
	w.run(time.Hour / 2)
	if p, s := w.s.Progressing(), w.s.Stable(); !p.Holds || s.Holds || s.Reason != v1alpha1.ReasonRolloutSoaking {
		t.Errorf("while it soaks Progressing is %+v and Stable %+v", p, s)
	}
	w.run(day)
	if p, s := w.s.Progressing(), w.s.Stable(); p.Holds || !s.Holds || s.Reason != v1alpha1.ReasonRolloutApproved {
		t.Errorf("in the end Progressing is %+v and Stable %+v", p, s)
	}
}

func TestVerdictsAreAskedForUntilTheyAreRecorded(t *testing.T) {
	w := running(t, "500ms", "50ms", "att", "spectrum")
	w.run(day)
	if w.said() != "approved-50ms att,spectrum" {
		t.Fatal(w.said())
	}
	w.verdicts = nil // the record was set aside: numbers go on all the same
	w.edit(func(s *v1alpha1.SiteSpec) { s.IntervalProfile = "100ms" })
	w.run(day)
	w.step()
	if len(w.verdicts) != 1 || w.verdicts[0].Number != 2 {
		t.Errorf("%s", w.said())
	}
	w.s = rollout.State{} // the state was: so do they
	w.edit(func(s *v1alpha1.SiteSpec) { s.IntervalProfile = "50ms" })
	w.run(day)
	w.step()
	if len(w.verdicts) != 2 || w.verdicts[1].Number != 3 {
		t.Errorf("%s", w.said())
	}
}
