package rollout_test

import (
	"strings"
	"testing"
	"time"

	"github.com/wanctl/wanctl/api/v1alpha1"
	"github.com/wanctl/wanctl/controller/evidence"
)

// day is long enough for every soak of two WANs.
const day = 11 * time.Hour

func TestTheExperiment(t *testing.T) {
	const thirty = 33 * time.Millisecond // what is more than 30 pings a second
	tests := map[string]struct {
		line     func(wan string, t, soaked time.Duration) evidence.Figures
		limited  func(time.Duration) []string
		phase    v1alpha1.RolloutPhase
		target   string
		verdicts string
		runs     string
	}{
		"a quiet router bears 50ms": {
			line: quiet, target: "50ms",
			phase: v1alpha1.RolloutApproved, verdicts: "approved-50ms att,spectrum", runs: "att=50ms spectrum=50ms",
		},
		"cycles of 46 ms are too much for 50ms and no harm at 100ms": {
			line: func(wan string, t, soaked time.Duration) evidence.Figures {
				f := quiet(wan, t, soaked)
				share := 46.0 / float64(t/time.Millisecond)
				f.CycleTime = evidence.CycleTime{Cycles: f.CycleTime.Cycles, P50: share, P95: share, P99: share, Max: share, RecentLeastP95: share}
				return f
			},
			target: "50ms", phase: v1alpha1.RolloutApproved,
			verdicts: "finalize-100ms att; finalize-100ms spectrum; approved-100ms att,spectrum", runs: "att=100ms spectrum=100ms",
		},
		"a router that is 70 % busy at 50ms has its WAN taken back": {
			line: func(wan string, t, soaked time.Duration) evidence.Figures {
				f := quiet(wan, t, soaked)
				if t <= 50*time.Millisecond {
					f.RouterCPU = evidence.RouterCPU{Readings: f.RouterCPU.Readings, P50: 70, P95: 75, Max: 80, RecentLeast: 65}
					if soaked < time.Minute {
						f.RouterCPU.RecentLeast = 0
					}
				}
				return f
			},
			target: "50ms", phase: v1alpha1.RolloutRolledBack,
			verdicts: "rollback att; rollback spectrum", runs: "att=500ms spectrum=500ms",
		},
		"reflectors that ration their answers above 30 pings a second ask for a slower profile": {
			line: func(wan string, t, soaked time.Duration) evidence.Figures {
				f := quiet(wan, t, soaked)
				if t < thirty {
					p := &f.ProbeLoss
					p.Lost, p.IdleLost, p.RecentLost = p.Sent*4/10, p.IdleSent*4/10, p.RecentSent*4/10
				}
				return f
			},
			limited: func(t time.Duration) []string {
				if t < thirty {
					return []string{"1.1.1.1"}
				}
				return nil
			},
			target: "20ms", phase: v1alpha1.RolloutApproved,
			verdicts: "finalize-50ms att; finalize-50ms spectrum; approved-50ms att,spectrum", runs: "att=50ms spectrum=50ms",
		},
		"a line that is never loaded proves nothing": {
			line: func(wan string, t, soaked time.Duration) evidence.Figures {
				f := quiet(wan, t, soaked)
				f.Idle, f.Loaded, f.ControlLatency, f.RouterErrors, f.Benefit = soaked, 0, evidence.ControlLatency{}, evidence.RouterErrors{}, evidence.Benefit{}
				return f
			},
			target: "50ms", phase: v1alpha1.RolloutPaused,
			verdicts: "issues: too little evidence for ControlLatency on att, RouterErrors on att, Benefit on att att", runs: "att=50ms spectrum=500ms",
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			w := running(t, "500ms", tt.target, "att", "spectrum")
			w.line = tt.line
			if tt.limited != nil {
				w.limited = tt.limited
			}
			w.run(day)
			w.want(tt.phase, tt.verdicts, tt.runs)
			for _, v := range w.verdicts {
				if len(v.Measurements) != len(v.WANs) || v.Measurements[0].Derived == nil || v.Measurements[0].Derived.Profile != v.Profile {
					t.Errorf("verdict %s on %v at %s has measurements %+v", v.Verdict, v.WANs, v.Profile, v.Measurements)
				}
				if v.Origin != v1alpha1.OriginRecorded || len(v.Gates) < 11 {
					t.Errorf("verdict %s has origin %q and %d gates", v.Verdict, v.Origin, len(v.Gates))
				}
			}
			for _, v := range w.s.Newest {
				if v.Measurements != nil {
					t.Errorf("the status would carry measurements: %+v", v)
				}
			}
		})
	}
}

func TestAWANThatPassedIsChangedBeforeTheNext(t *testing.T) {
	w := running(t, "500ms", "50ms", "att", "spectrum")
	w.run(day)
	want := "Pending |Progressing att|Soaking att|Progressing spectrum|Soaking spectrum|Progressing |Soaking |Approved "
	if got := strings.Join(w.history, "|"); got != want {
		t.Errorf("phases\n%s\nwant\n%s", got, want)
	}
}
