package rollout_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/wanctl/wanctl/api/v1alpha1"
	"github.com/wanctl/wanctl/controller/evidence"
	"github.com/wanctl/wanctl/reconciler/rollout"
)

const step = 10 * time.Second

var epoch = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// world carries actions out on made-up lines and shows what came of it.
type world struct {
	t    testing.TB
	site *v1alpha1.Site
	now  time.Time
	s    rollout.State
	wans map[string]rollout.Observed
	// line makes up the figures of a WAN that has run a profile for a while.
	line func(wan string, t, soaked time.Duration) evidence.Figures
	// limited are the reflectors that ration their answers at an interval.
	limited  func(t time.Duration) []string
	trouble  map[string]rollout.Trouble
	verdicts []v1alpha1.Verdict
	events   []rollout.Tell
	// history are the phases as they followed each other.
	history []string
	// each, where given, looks at every state and what it asks for.
	each func(before, after rollout.State, actions []rollout.Action)
	// dead, where given, says at which steps the agent is killed: what was decided
	// is stored and not carried out, and the next agent reads it.
	dead func() bool
	// still is for how many steps it has been at rest.
	still int
}

func manifest(profile string, wans ...string) *v1alpha1.Site {
	site := &v1alpha1.Site{Spec: v1alpha1.SiteSpec{IntervalProfile: profile}}
	site.Name, site.Generation = "home", 1
	site.Spec.Routers = []v1alpha1.Router{{Name: "edge", Linux: &v1alpha1.Linux{}}}
	for _, name := range wans {
		site.Spec.WANs = append(site.Spec.WANs, v1alpha1.WAN{Name: name, Router: "edge"})
	}
	site.Spec.Rollout.Soak.Final = &metav1.Duration{Duration: 4 * time.Hour}
	v1alpha1.SetDefaults(site)
	return site
}

// running is a site whose WANs ran a profile before wanctl had rollouts.
func running(t testing.TB, at, profile string, wans ...string) *world {
	w := &world{
		t: t, site: manifest(profile, wans...), now: epoch, wans: map[string]rollout.Observed{},
		line: quiet, trouble: map[string]rollout.Trouble{}, limited: func(time.Duration) []string { return nil },
	}
	if at != "" {
		for _, name := range wans {
			w.wans[name] = rollout.Observed{Profile: at}
		}
	}
	return w
}

// quiet is a line with some load on which nothing is wrong.
func quiet(_ string, t, soaked time.Duration) evidence.Figures {
	cycles := int64(soaked / t)
	minutes := int64(soaked / time.Minute)
	return evidence.Figures{
		Interval: t, Profile: t.String(), Soaked: soaked, Idle: soaked / 2, Loaded: soaked / 2, ProbesPerSecond: 1 / t.Seconds(),
		CycleTime:      evidence.CycleTime{Cycles: cycles, P50: 0.002, P95: 0.004, P99: 0.005, Max: 0.1, RecentLeastP95: 0.003},
		Cadence:        evidence.Cadence{Cycles: cycles, RecentCycles: int64(time.Minute / t)},
		ControlLatency: evidence.ControlLatency{Applies: minutes, P50: 0.1, P95: 0.3, Max: 0.9},
		ProbeLoss:      evidence.ProbeLoss{Sent: cycles, IdleSent: cycles / 2, LoadedSent: cycles / 2, RecentSent: int64(time.Minute / t)},
		BaselineDrift:  evidence.BaselineDrift{Comparisons: max(minutes-10, 0), P95MS: 0.2},
		Flapping:       evidence.Flapping{Worst: 4, Recent: 2, Transitions: minutes},
		RouterCPU:      evidence.RouterCPU{Readings: minutes * 6, P50: 8, P95: 12, Max: 20, RecentLeast: 5},
		RouterErrors:   evidence.RouterErrors{Applies: minutes, RecentApplies: 1},
		Benefit: evidence.Benefit{
			LoadedSamples: cycles / 2, LoadedDelayP50MS: 2, LoadedDelayP95MS: 10 + t.Seconds()*20,
			Detections: minutes, DetectionP50MS: 100 + t.Seconds()*1000, Recoveries: minutes, RecoveryP50MS: 200 + t.Seconds()*1000,
		},
	}
}

func (w *world) input() rollout.Input {
	seen := map[string]rollout.Observed{}
	for name, o := range w.wans {
		t, _ := time.ParseDuration(o.Profile)
		if o.Running {
			o.Figures = w.line(name, t, o.Figures.Soaked)
			o.Limited = w.limited(t)
		}
		o.ReportsCPU, o.Trouble = true, w.trouble[name]
		seen[name] = o
	}
	last := int64(0)
	if n := len(w.verdicts); n > 0 {
		last = w.verdicts[n-1].Number
	}
	return rollout.Input{Site: w.site, WANs: seen, Recorded: last}
}

// step lets a while pass, decides and carries out.
func (w *world) step() {
	w.now = w.now.Add(step)
	held := map[string]bool{}
	for name, o := range w.wans {
		if o.Running && w.trouble[name].Reason == "" {
			o.Figures.Soaked += step
			w.wans[name] = o
		}
	}
	before := w.s
	next, actions := rollout.Decide(w.s, w.input(), w.now)
	if w.each != nil {
		w.each(before, next, actions)
	}
	w.keep(next)
	w.still++
	if len(actions) > 0 || !resting(next.Phase) {
		w.still = 0
	}
	if w.dead != nil && w.dead() {
		w.restore()
		return
	}
	w.carryOut(actions, held)
}

// resting says that a phase lasts until somebody edits the spec or decides.
func resting(phase v1alpha1.RolloutPhase) bool {
	switch phase {
	case v1alpha1.RolloutApproved, v1alpha1.RolloutRolledBack, v1alpha1.RolloutPaused, v1alpha1.RolloutAwaitingApproval:
		return true
	}
	return false
}

func (w *world) keep(next rollout.State) {
	w.s = next
	if now := string(next.Phase) + " " + next.Watching; len(w.history) == 0 || w.history[len(w.history)-1] != now {
		w.history = append(w.history, now)
	}
}

// restore has the state only as it was stored.
func (w *world) restore() {
	data := asJSON(w.t, w.s)
	w.s = rollout.State{}
	if err := json.Unmarshal([]byte(data), &w.s); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) carryOut(actions []rollout.Action, held map[string]bool) {
	for _, a := range actions {
		switch a := a.(type) {
		case rollout.Run:
			o := w.wans[a.WAN]
			if o.Profile != a.Profile || o.Soak != a.Soak {
				o.Figures.Soaked = 0
			}
			o.Profile, o.Soak, o.Running = a.Profile, a.Soak, true
			w.wans[a.WAN] = o
		case rollout.Hold:
			held[a.WAN] = true
		case rollout.Record:
			if n := len(w.verdicts); n == 0 || w.verdicts[n-1].Number < a.Verdict.Number {
				w.verdicts = append(w.verdicts, a.Verdict)
			}
		case rollout.Tell:
			w.events = append(w.events, a)
		}
	}
}

// run steps for so long, or until the phase is the one given.
func (w *world) run(d time.Duration, until ...v1alpha1.RolloutPhase) {
	for end := w.now.Add(d); w.now.Before(end); {
		w.step()
		for _, phase := range until {
			if w.s.Phase == phase {
				// What was decided is recorded with the next one.
				return
			}
		}
	}
}

// rest steps until nothing has happened for five minutes in a phase that lasts,
// for so long at most.
func (w *world) rest(most time.Duration) {
	w.still = 0
	for end := w.now.Add(most); w.now.Before(end) && w.still < int(5*time.Minute/step); {
		w.step()
	}
}

func (w *world) obey(verb rollout.Verb, profile string) error {
	next, actions, err := rollout.Obey(w.s, w.input(), rollout.Command{Verb: verb, Profile: profile, By: "ann"}, w.now)
	w.keep(next)
	w.carryOut(actions, map[string]bool{})
	return err
}

// said are the verdicts, each with its WANs.
func (w *world) said() string {
	var all []string
	for _, v := range w.verdicts {
		all = append(all, fmt.Sprintf("%s %s", v.Verdict, strings.Join(v.WANs, ",")))
	}
	return strings.Join(all, "; ")
}

// runs is what every WAN runs, as seen.
func (w *world) runs() string {
	var all []string
	for i := range w.site.Spec.WANs {
		name := w.site.Spec.WANs[i].Name
		all = append(all, name+"="+w.wans[name].Profile)
	}
	return strings.Join(all, " ")
}

func (w *world) want(phase v1alpha1.RolloutPhase, verdicts, runs string) {
	w.t.Helper()
	if w.s.Phase != phase || w.said() != verdicts || w.runs() != runs {
		w.t.Errorf("phase %s, verdicts %q, WANs run %s;\nwant  %s, verdicts %q, WANs run %s\nmessage: %s\nhistory: %q",
			w.s.Phase, w.said(), w.runs(), phase, verdicts, runs, w.s.Message, w.history)
	}
}

func asJSON(t testing.TB, s rollout.State) string {
	data, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}
