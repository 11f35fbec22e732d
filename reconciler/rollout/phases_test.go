package rollout_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/wanctl/wanctl/api/v1alpha1"
	"github.com/wanctl/wanctl/controller/evidence"
	"github.com/wanctl/wanctl/reconciler/rollout"
)

// bearing makes lines that are thin or abort at some profiles.
func bearing(thin, abort func(wan string, t time.Duration) bool) func(string, time.Duration, time.Duration) evidence.Figures {
	return func(wan string, t, soaked time.Duration) evidence.Figures {
		f := quiet(wan, t, soaked)
		if thin != nil && thin(wan, t) {
			f.ControlLatency.P95 = 1.5
		}
		if abort != nil && abort(wan, t) && soaked >= time.Minute {
			f.CycleTime.RecentLeastP95 = 0.99
		}
		return f
	}
}

func faster(limit time.Duration) func(string, time.Duration) bool {
	return func(_ string, t time.Duration) bool { return t < limit }
}

// edit changes the spec.
func (w *world) edit(change func(*v1alpha1.SiteSpec)) {
	w.site = w.site.DeepCopy()
	change(&w.site.Spec)
	v1alpha1.SetDefaults(w.site)
	w.site.Generation++
}

func TestPhases(t *testing.T) {
	const ms = time.Millisecond
	tests := map[string]struct {
		from, to string
		line     func(string, time.Duration, time.Duration) evidence.Figures
		spec     func(*v1alpha1.SiteSpec)
		play     func(*testing.T, *world)
		phase    v1alpha1.RolloutPhase
		verdicts string
		runs     string
	}{
		"a site that runs what is asked for is approved as it stands": {
			from: "50ms", to: "50ms", phase: v1alpha1.RolloutApproved, runs: "att=50ms spectrum=50ms",
		},
		"a site that never ran begins at its target and is soaked as a whole": {
			to: "50ms", phase: v1alpha1.RolloutApproved, verdicts: "approved-50ms att,spectrum", runs: "att=50ms spectrum=50ms",
		},
		"a site that never ran and does not bear its target goes to the slowest of the ladder": {
			to: "50ms", line: bearing(nil, faster(500*ms)),
			phase: v1alpha1.RolloutRolledBack, verdicts: "rollback att; rollback spectrum", runs: "att=500ms spectrum=500ms",
		},
		"one that never ran and bears nothing is left to a person": {
			to: "500ms", line: bearing(nil, faster(time.Hour)), phase: v1alpha1.RolloutPaused,
			verdicts: "issues: CycleTime aborts 500ms on att: 0.99 of T, and 0.96 is the limit, and there is nothing to go back to att; " +
				"issues: CycleTime aborts 500ms on spectrum: 0.99 of T, and 0.96 is the limit, and there is nothing to go back to spectrum",
			runs: "att=500ms spectrum=500ms",
		},
		"a WAN that aborts goes back alone": {
			from: "500ms", to: "50ms", line: bearing(nil, func(wan string, t time.Duration) bool { return wan == "att" && t < 100*ms }),
			phase: v1alpha1.RolloutRolledBack, verdicts: "rollback att; approved-50ms spectrum", runs: "att=500ms spectrum=50ms",
		},
		"in scope Site nobody goes on once one WAN aborted": {
			from: "500ms", to: "50ms", line: bearing(nil, func(wan string, t time.Duration) bool { return wan == "spectrum" && t < 100*ms }),
			spec:  func(s *v1alpha1.SiteSpec) { s.Rollout.Scope = v1alpha1.ScopeSite },
			phase: v1alpha1.RolloutRolledBack, verdicts: "rollback spectrum,att", runs: "att=500ms spectrum=500ms",
		},
		"in scope Site a thin WAN takes the others along": {
			from: "500ms", to: "50ms", line: bearing(func(wan string, t time.Duration) bool { return wan == "att" && t < 100*ms }, nil),
			spec:  func(s *v1alpha1.SiteSpec) { s.Rollout.Scope = v1alpha1.ScopeSite },
			phase: v1alpha1.RolloutApproved, verdicts: "finalize-100ms att; approved-100ms att,spectrum", runs: "att=100ms spectrum=100ms",
		},
		"the ladder is climbed down as far as it takes": {
			from: "500ms", to: "50ms", line: bearing(faster(250*ms), nil), phase: v1alpha1.RolloutApproved,
			verdicts: "finalize-100ms att; finalize-250ms att; finalize-100ms spectrum; finalize-250ms spectrum; approved-250ms att,spectrum",
			runs:     "att=250ms spectrum=250ms",
		},
		"the last stable profile is a rung of the ladder": {
			from: "70ms", to: "50ms", line: bearing(faster(70*ms), nil), phase: v1alpha1.RolloutApproved,
			verdicts: "finalize-70ms att; finalize-70ms spectrum; approved-70ms att,spectrum", runs: "att=70ms spectrum=70ms",
		},
		"at the ladder's end what was stable is gone back to": {
			from: "100ms", to: "1s", line: bearing(func(_ string, t time.Duration) bool { return t > 100*ms }, nil), phase: v1alpha1.RolloutRolledBack,
			verdicts: "rollback att; rollback spectrum", runs: "att=100ms spectrum=100ms",
		},
		"Immediate changes every WAN at once and judges them all the same": {
			from: "500ms", to: "50ms", line: bearing(faster(100*ms), nil),
			spec:  func(s *v1alpha1.SiteSpec) { s.Rollout.Strategy = v1alpha1.StrategyImmediate },
			phase: v1alpha1.RolloutApproved, verdicts: "finalize-100ms att; finalize-100ms spectrum; approved-100ms att,spectrum", runs: "att=100ms spectrum=100ms",
			play: func(t *testing.T, w *world) {
				w.run(time.Minute)
				if w.runs() != "att=50ms spectrum=50ms" {
					t.Errorf("after a minute WANs run %s", w.runs())
				}
			},
		},
		"a WAN's own profile is its target": {
			from: "500ms", to: "500ms", spec: func(s *v1alpha1.SiteSpec) { s.WANs[1].IntervalProfile = "100ms" },
			phase: v1alpha1.RolloutApproved, verdicts: "approved-100ms spectrum", runs: "att=500ms spectrum=100ms",
		},
		"manual approval waits for a person": {
			from: "500ms", to: "50ms", spec: func(s *v1alpha1.SiteSpec) { s.Rollout.Approval = v1alpha1.ApprovalManual },
			phase: v1alpha1.RolloutAwaitingApproval, runs: "att=50ms spectrum=50ms",
		},
		"the manifest approves, and nothing is soaked again for it": {
			from: "500ms", to: "50ms", spec: func(s *v1alpha1.SiteSpec) { s.Rollout.Approval = v1alpha1.ApprovalManual },
			play: func(_ *testing.T, w *world) {
				w.run(day, v1alpha1.RolloutAwaitingApproval)
				w.edit(func(s *v1alpha1.SiteSpec) { s.Rollout.Approve = "100ms" })
				w.run(time.Minute)
				w.edit(func(s *v1alpha1.SiteSpec) { s.Rollout.Approve = "0.05s" })
				w.run(time.Minute)
			},
			phase: v1alpha1.RolloutApproved, verdicts: "approved-50ms att,spectrum", runs: "att=50ms spectrum=50ms",
		},
		"a person cuts both soaks short": {
			from: "500ms", to: "50ms", play: func(t *testing.T, w *world) {
				for range 3 {
					w.run(day, v1alpha1.RolloutSoaking)
					if err := w.obey(rollout.Approve, "50ms"); err != nil {
						t.Error(err)
					}
				}
				w.run(time.Minute)
			},
			phase: v1alpha1.RolloutApproved, verdicts: "approved-50ms att,spectrum", runs: "att=50ms spectrum=50ms",
		},
		"a person rejects": {
			from: "500ms", to: "50ms", play: func(t *testing.T, w *world) {
				w.run(3 * time.Hour)
				if err := w.obey(rollout.Reject, ""); err != nil {
					t.Error(err)
				}
			},
			phase: v1alpha1.RolloutRolledBack, verdicts: "rollback att; rollback spectrum", runs: "att=500ms spectrum=500ms",
		},
		"a person rejects what one WAN cannot go back from, and must decide": {
			to: "50ms", spec: func(s *v1alpha1.SiteSpec) {
				s.Rollout.Scope, s.WANs[0].IntervalProfile = v1alpha1.ScopeWAN, "500ms"
			},
			play: func(t *testing.T, w *world) {
				w.run(time.Hour)
				if err := w.obey(rollout.Reject, ""); err != nil {
					t.Error(err)
				}
			},
			phase: v1alpha1.RolloutPaused, runs: "att=500ms spectrum=500ms",
			verdicts: "rollback spectrum; issues: ann rejected 500ms on att, and there is nothing to go back to att",
		},
		"an inconclusive soak that is approved goes on": {
			from: "500ms", to: "50ms", line: func(wan string, t, soaked time.Duration) evidence.Figures {
				f := quiet(wan, t, soaked)
				f.Benefit = evidence.Benefit{}
				return f
			},
			play: func(t *testing.T, w *world) {
				for range 3 {
					w.run(4*day, v1alpha1.RolloutPaused)
					if err := w.obey(rollout.Approve, ""); err != nil {
						t.Error(err)
					}
				}
				w.run(time.Minute)
			},
			phase: v1alpha1.RolloutApproved, runs: "att=50ms spectrum=50ms",
			verdicts: "issues: too little evidence for Benefit on att att; issues: too little evidence for Benefit on spectrum spectrum; " +
				"issues: too little evidence for Benefit on att, Benefit on spectrum att,spectrum; approved-50ms att,spectrum",
		},
		"an abort limit holds while a person has paused": {
			from: "500ms", to: "50ms", play: func(t *testing.T, w *world) {
				w.run(day, v1alpha1.RolloutSoaking)
				if err := w.obey(rollout.Pause, ""); err != nil {
					t.Error(err)
				}
				w.line = bearing(nil, faster(100*ms))
				w.run(2 * time.Hour)
			},
			phase: v1alpha1.RolloutPaused, verdicts: "rollback att", runs: "att=500ms spectrum=500ms",
		},
		"a pause is not counted as soak": {
			from: "500ms", to: "50ms", play: func(t *testing.T, w *world) {
				w.run(day, v1alpha1.RolloutSoaking)
				w.run(30 * time.Minute)
				if err := w.obey(rollout.Pause, ""); err != nil {
					t.Error(err)
				}
				w.run(day)
				if err := w.obey(rollout.Resume, ""); err != nil {
					t.Error(err)
				}
				w.run(20 * time.Minute)
				if w.s.Watching != "att" {
					t.Errorf("after 50 min of soak %q is watched", w.s.Watching)
				}
				w.run(20 * time.Minute)
			},
			phase: v1alpha1.RolloutSoaking, runs: "att=50ms spectrum=50ms",
		},
		"what failed is not tried again for an approval, and is for any other edit": {
			from: "500ms", to: "50ms", line: bearing(nil, faster(100*ms)), play: func(t *testing.T, w *world) {
				w.run(day)
				w.edit(func(s *v1alpha1.SiteSpec) { s.Rollout.Approve = "50ms" })
				w.run(day)
				if w.said() != "rollback att; rollback spectrum" {
					t.Errorf("verdicts %q", w.said())
				}
				w.line = quiet
				w.edit(func(s *v1alpha1.SiteSpec) {
					s.Rollout.Gates = map[v1alpha1.GateName]v1alpha1.Gate{v1alpha1.GateFlapping: {MinEvidence: new(int64)}}
				})
				w.run(day)
			},
			phase: v1alpha1.RolloutApproved, verdicts: "rollback att; rollback spectrum; approved-50ms att,spectrum", runs: "att=50ms spectrum=50ms",
		},
		"what failed is tried again when a person says so": {
			from: "500ms", to: "50ms", line: bearing(nil, faster(100*ms)), play: func(t *testing.T, w *world) {
				w.run(day)
				w.line = quiet
				if err := w.obey(rollout.Retry, ""); err != nil {
					t.Error(err)
				}
				w.run(day)
			},
			phase: v1alpha1.RolloutApproved, verdicts: "rollback att; rollback spectrum; approved-50ms att,spectrum", runs: "att=50ms spectrum=50ms",
		},
		"a new target in the middle starts from what each WAN runs": {
			from: "500ms", to: "50ms", play: func(_ *testing.T, w *world) {
				w.run(90 * time.Minute)
				w.edit(func(s *v1alpha1.SiteSpec) { s.IntervalProfile = "100ms" })
				w.run(day)
			},
			phase: v1alpha1.RolloutApproved, verdicts: "approved-100ms att,spectrum", runs: "att=100ms spectrum=100ms",
		},
		"an edit back to the stable profile is carried out at once and on all": {
			from: "500ms", to: "50ms", play: func(_ *testing.T, w *world) {
				w.run(3 * time.Hour)
				w.edit(func(s *v1alpha1.SiteSpec) { s.IntervalProfile = "500ms" })
				w.step()
			},
			phase: v1alpha1.RolloutApproved, runs: "att=500ms spectrum=500ms",
		},
		"an edit while a profile is on trial soaks it again": {
			from: "500ms", to: "50ms", play: func(t *testing.T, w *world) {
				w.run(50 * time.Minute)
				w.edit(func(s *v1alpha1.SiteSpec) { s.WANs[0].Download.States = 3 })
				w.run(40 * time.Minute)
				if w.s.Watching != "att" || w.s.Phase != v1alpha1.RolloutSoaking {
					t.Errorf("40 min later %s is %s", w.s.Watching, w.s.Phase)
				}
				w.run(30 * time.Minute)
			},
			phase: v1alpha1.RolloutSoaking, runs: "att=50ms spectrum=50ms",
		},
		"a WAN that is removed while it is watched is left behind": {
			from: "500ms", to: "50ms", play: func(_ *testing.T, w *world) {
				w.run(30 * time.Minute)
				w.edit(func(s *v1alpha1.SiteSpec) { s.WANs, s.Rollout.Order = s.WANs[1:], nil })
				w.run(day)
			},
			phase: v1alpha1.RolloutApproved, verdicts: "approved-50ms spectrum", runs: "spectrum=50ms",
		},
		"a WAN that is added takes part in the final soak": {
			from: "500ms", to: "50ms", play: func(_ *testing.T, w *world) {
				w.run(5 * time.Hour)
				w.edit(func(s *v1alpha1.SiteSpec) {
					s.WANs, s.Rollout.Order = append(s.WANs, v1alpha1.WAN{Name: "lte", Router: "edge"}), nil
				})
				w.run(3*time.Hour + 50*time.Minute)
				if w.said() != "" {
					w.t.Errorf("3 h 50 min later verdicts are %q", w.said())
				}
				w.run(20 * time.Minute)
			},
			phase: v1alpha1.RolloutApproved, verdicts: "approved-50ms att,spectrum,lte", runs: "att=50ms spectrum=50ms lte=50ms",
		},
		"a WAN that passed is taken back while the next one soaks on": {
			from: "500ms", to: "50ms", play: func(t *testing.T, w *world) {
				w.run(90 * time.Minute)
				w.line = bearing(nil, func(wan string, t time.Duration) bool { return wan == "att" && t < 100*ms })
				w.step()
				if w.s.Watching != "spectrum" || w.s.Phase != v1alpha1.RolloutSoaking {
					t.Errorf("%s is %s", w.s.Watching, w.s.Phase)
				}
				w.run(day)
			},
			phase: v1alpha1.RolloutRolledBack, verdicts: "rollback att; approved-50ms spectrum", runs: "att=500ms spectrum=50ms",
		},
		"a soak of no time still wants evidence, and no final one": {
			from: "500ms", to: "50ms", spec: func(s *v1alpha1.SiteSpec) {
				s.Rollout.Soak.PerWAN.Duration, s.Rollout.Soak.Final.Duration = 0, 0
			},
			play: func(t *testing.T, w *world) {
				w.run(10 * time.Minute)
				if w.s.Watching != "att" {
					t.Errorf("%q is watched", w.s.Watching)
				}
				w.run(time.Hour)
			},
			phase: v1alpha1.RolloutApproved, verdicts: "approved-50ms att,spectrum", runs: "att=50ms spectrum=50ms",
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := running(t, tt.from, tt.to, "att", "spectrum")
			if tt.line != nil {
				w.line = tt.line
			}
			if tt.spec != nil {
				w.edit(tt.spec)
			}
			if tt.play != nil {
				tt.play(t, w)
			}
			switch {
			case tt.play == nil, strings.HasPrefix(name, "Immediate"):
				w.run(2 * day)
			default:
				w.step()
			}
			w.want(tt.phase, tt.verdicts, tt.runs)
		})
	}
}

func TestTroubleStopsTheClockAndNothingElse(t *testing.T) {
	w := running(t, "500ms", "50ms", "att", "spectrum")
	w.run(50 * time.Minute)
	w.trouble["att"] = rollout.Trouble{Reason: v1alpha1.ReasonRouterUnreachable, Message: "wan att: dial: no route to host"}
	w.line = func(wan string, t, soaked time.Duration) evidence.Figures {
		f := quiet(wan, t, soaked)
		f.ProbeLoss.RecentLost = f.ProbeLoss.RecentSent
		f.RouterErrors.RecentFailed = 100
		return f
	}
	w.run(10 * time.Hour)
	if got := rollout.Status(w.s, w.input()); len(got.Issues) != 1 || got.SoakEnds != nil {
		t.Errorf("issues %q, soak ends %v", got.Issues, got.SoakEnds)
	}
	if f := w.s.Progressing(); !f.Holds || f.Reason != v1alpha1.ReasonRolloutIssues {
		t.Errorf("Progressing is %+v", f)
	}
	w.want(v1alpha1.RolloutSoaking, "issues: router unreachable att", "att=50ms spectrum=500ms")
	delete(w.trouble, "att")
	w.run(50 * time.Second)
	w.line = quiet // a minute after trouble its marks are gone
	w.run(8 * time.Minute)
	if w.s.Watching != "att" {
		t.Errorf("the soak ended early: %q is watched", w.s.Watching)
	}
	w.run(4 * time.Minute)
	w.want(v1alpha1.RolloutSoaking, "issues: router unreachable att", "att=50ms spectrum=50ms")
	var reasons []string
	for _, e := range w.events {
		reasons = append(reasons, e.Reason)
	}
	if got := strings.Join(reasons, " "); !strings.Contains(got, "RolloutIssues RolloutIssuesOver SoakPassed") {
		t.Errorf("events %s", got)
	}
}

func TestAnOutageIsNotTakenForAnAbortBeforeItIsKnownAsTrouble(t *testing.T) {
	w := running(t, "500ms", "50ms", "att", "spectrum")
	w.run(30 * time.Minute)
	w.line = func(wan string, t, soaked time.Duration) evidence.Figures {
		f := quiet(wan, t, soaked)
		f.ProbeLoss.RecentLost = f.ProbeLoss.RecentSent / 2
		return f
	}
	w.step()
	w.trouble["att"] = rollout.Trouble{Reason: v1alpha1.ReasonProbesLost}
	w.run(10 * time.Minute)
	w.want(v1alpha1.RolloutSoaking, "issues: probes lost att", "att=50ms spectrum=500ms")
	delete(w.trouble, "att")
	w.run(50 * time.Second)
	w.want(v1alpha1.RolloutSoaking, "issues: probes lost att", "att=50ms spectrum=500ms")
	w.run(time.Minute) // half of it is lost still
	w.want(v1alpha1.RolloutSoaking, "issues: probes lost att; rollback att", "att=500ms spectrum=50ms")
}

func TestACrashCountsEvenInTrouble(t *testing.T) {
	w := running(t, "500ms", "50ms", "att", "spectrum")
	w.run(30 * time.Minute)
	w.trouble["att"] = rollout.Trouble{Reason: v1alpha1.ReasonLoopFailed}
	w.line = func(wan string, t, soaked time.Duration) evidence.Figures {
		f := quiet(wan, t, soaked)
		f.Restarts.LoopCrashes = 1
		return f
	}
	w.step()
	w.step()
	if w.said() != "issues: loop failed att; rollback att" || w.wans["att"].Profile != "500ms" {
		t.Errorf("verdicts %q, WANs run %s", w.said(), w.runs())
	}
}

func TestABusyRouterTakesBackTheWANThatMovedLast(t *testing.T) {
	w := running(t, "500ms", "50ms", "att", "spectrum")
	w.run(5 * time.Hour) // in the final soak
	w.line = func(wan string, t, soaked time.Duration) evidence.Figures {
		f := quiet(wan, t, soaked)
		if w.wans["spectrum"].Profile == "50ms" && soaked >= time.Minute {
			f.RouterCPU.RecentLeast = 75
		}
		return f
	}
	w.run(day)
	w.want(v1alpha1.RolloutRolledBack, "rollback spectrum; approved-50ms att", "att=50ms spectrum=500ms")
}

func TestWhatAPersonCannotAskIsRefusedAndChangesNothing(t *testing.T) {
	tests := map[string]struct {
		verb    rollout.Verb
		profile string
		after   time.Duration
		says    string
	}{
		"approving before anything changed":    {rollout.Approve, "", 0, "nothing can be approved while the rollout is Pending"},
		"approving another profile":            {rollout.Approve, "20ms", time.Minute, "wan att runs 50ms, not 20ms"},
		"approving what is no profile":         {rollout.Approve, "soon", time.Minute, `"soon" is no interval profile`},
		"resuming what is not paused":          {rollout.Resume, "", time.Minute, "the rollout is Soaking, not paused"},
		"retrying when nothing failed":         {rollout.Retry, "", time.Minute, "nothing to try again"},
		"anything else":                        {"undo", "", time.Minute, "use approve, reject, pause, resume or retry"},
		"rejecting what is approved long ago":  {rollout.Reject, "", day, "nothing is on trial"},
		"approving what is approved, no trial": {rollout.Approve, "", day, "nothing can be approved while the rollout is Approved"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			w := running(t, "500ms", "50ms", "att", "spectrum")
			w.step()
			w.run(tt.after)
			before := asJSON(t, w.s)
			err := w.obey(tt.verb, tt.profile)
			var refused *rollout.RefusedError
			if !errors.As(err, &refused) || !strings.Contains(err.Error(), tt.says) {
				t.Errorf("%v", err)
			}
			if after := asJSON(t, w.s); after != before {
				t.Errorf("state\n%s\nbecame\n%s", before, after)
			}
		})
	}
}

func TestEvidenceThatWasLostIsSoakedAgain(t *testing.T) {
	w := running(t, "500ms", "50ms", "att", "spectrum")
	w.run(50 * time.Minute)
	o := w.wans["att"]
	o.Figures.Soaked = 0
	w.wans["att"] = o
	w.run(40 * time.Minute)
	w.want(v1alpha1.RolloutSoaking, "", "att=50ms spectrum=500ms")
	w.run(30 * time.Minute)
	w.want(v1alpha1.RolloutSoaking, "", "att=50ms spectrum=50ms")
}

func TestTimeThatNobodyWatchedIsNoSoak(t *testing.T) {
	for name, jump := range map[string]time.Duration{"the agent was away": 5 * time.Hour, "the clock was set back": -5 * time.Hour} {
		t.Run(name, func(t *testing.T) {
			w := running(t, "500ms", "50ms", "att", "spectrum")
			w.run(50 * time.Minute)
			w.now = w.now.Add(jump)
			w.run(8 * time.Minute)
			w.want(v1alpha1.RolloutSoaking, "", "att=50ms spectrum=500ms")
			w.run(4 * time.Minute)
			w.want(v1alpha1.RolloutSoaking, "", "att=50ms spectrum=50ms")
		})
	}
}
