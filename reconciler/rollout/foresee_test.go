package rollout_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/wanctl/wanctl/api/v1alpha1"
	"github.com/wanctl/wanctl/controller/evidence"
	"github.com/wanctl/wanctl/reconciler/rollout"
)

func TestWhatAnEditMeansIsForeseen(t *testing.T) {
	crashes := func(wan string, t, soaked time.Duration) evidence.Figures {
		f := quiet(wan, t, soaked)
		if wan == "att" && t == 50*time.Millisecond {
			f.Restarts.LoopCrashes = 1
		}
		return f
	}
	profile := func(p string) func(*v1alpha1.SiteSpec) {
		return func(s *v1alpha1.SiteSpec) { s.IntervalProfile = p }
	}
	for name, tt := range map[string]struct {
		line func(wan string, t, soaked time.Duration) evidence.Figures
		// after is how long 500ms to 50ms has been rolled out.
		after  time.Duration
		edit   func(*v1alpha1.SiteSpec)
		want   []rollout.Prospect
		paused string
	}{
		"another profile is brought to one WAN after the other": {
			after: day, edit: profile("100ms"),
			want: []rollout.Prospect{{WAN: "att", From: "50ms", Next: "50ms", Goal: "100ms", Alone: true}, {WAN: "spectrum", From: "50ms", Next: "50ms", Goal: "100ms", Alone: true}},
		},
		"or to all at once": {
			after: day, edit: func(s *v1alpha1.SiteSpec) {
				s.IntervalProfile, s.Rollout.Strategy = "100ms", v1alpha1.StrategyImmediate
			},
			want: []rollout.Prospect{{WAN: "att", From: "50ms", Next: "100ms", Goal: "100ms"}, {WAN: "spectrum", From: "50ms", Next: "100ms", Goal: "100ms"}},
		},
		"back to the stable profile it is at once": {
			after: 30 * time.Minute, edit: profile("500ms"),
			want: []rollout.Prospect{{WAN: "att", From: "50ms", Next: "500ms", Goal: "500ms", Back: true}},
		},
		"a soak begins anew with any edit of the loops": {
			after: 30 * time.Minute, edit: func(s *v1alpha1.SiteSpec) { s.WANs[0].Download.States = 3 },
			want: []rollout.Prospect{{WAN: "att", From: "50ms", Next: "50ms", Goal: "50ms", Alone: true}},
		},
		"and with none of steering or approval": {
			after: 30 * time.Minute, edit: func(s *v1alpha1.SiteSpec) { s.Rollout.Approve = "50ms" },
		},
		"an edit when all is approved changes no profile": {
			after: day, edit: func(s *v1alpha1.SiteSpec) { s.WANs[0].Download.States = 3 },
		},
		"what failed is tried again with an edit of something else": {
			line: crashes, after: day, edit: func(s *v1alpha1.SiteSpec) { s.WANs[1].Download.States = 3 },
			want: []rollout.Prospect{{WAN: "att", From: "500ms", Next: "500ms", Goal: "50ms", Alone: true}},
		},
		"a new WAN begins at once": {
			after: day, edit: func(s *v1alpha1.SiteSpec) {
				s.WANs = append(s.WANs, v1alpha1.WAN{Name: "lte", Router: "edge"})
			},
			want: []rollout.Prospect{{WAN: "lte", Next: "50ms", Goal: "50ms"}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := running(t, "500ms", "50ms", "att", "spectrum")
			if tt.line != nil {
				w.line = tt.line
			}
			w.run(tt.after)
			stood := asJSON(t, w.s)
			w.edit(tt.edit)
			got, paused := rollout.Foresee(w.s, w.site, nil)
			if diff := cmp.Diff(tt.want, got); diff != "" || paused != "" {
				t.Errorf("paused by %q (-want +got):\n%s", paused, diff)
			}
			if asJSON(t, w.s) != stood {
				t.Error("it changed where the rollout stands")
			}
			// And so it comes.
			w.step()
			for i, p := range tt.want {
				if now := w.wans[p.WAN].Profile; now != p.Next && (i > 0 || now != p.Goal) {
					t.Errorf("%s runs %s, foreseen was %s", p.WAN, now, p.Next)
				}
			}
		})
	}
}

func TestAPausedRolloutIsForeseenToWait(t *testing.T) {
	w := running(t, "500ms", "50ms", "att", "spectrum")
	w.run(30 * time.Minute)
	if err := w.obey(rollout.Pause, ""); err != nil {
		t.Fatal(err)
	}
	w.edit(func(s *v1alpha1.SiteSpec) { s.IntervalProfile = "100ms" })
	if _, paused := rollout.Foresee(w.s, w.site, nil); paused != "ann" {
		t.Errorf("it is paused by %q", paused)
	}
}
