package reconciler_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/go-logr/logr"
	"go.uber.org/goleak"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/wanctl/wanctl/api/v1alpha1"
	"github.com/wanctl/wanctl/reconciler"
	"github.com/wanctl/wanctl/reconciler/status"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// manifest is a site of two WANs behind one simulated router.
const manifest = `
apiVersion: wanctl.dev/v1alpha1
kind: Site
metadata: {name: home}
spec:
  intervalProfile: 20ms
  rollout: {strategy: Immediate}
  routers: [{name: lab, simulated: {applyLatency: 0s}}]
  wans:
  - {name: att, router: lab, download: {ceiling: 95M}, upload: {ceiling: 18M}}
  - {name: spectrum, router: lab, download: {ceiling: 900M}, upload: {ceiling: 38M}}
`

// patience bounds every wait; nothing is asserted of how long one takes.
const patience = time.Minute

// agent is one that runs until the test ends or it is stopped.
type agent struct {
	t        *testing.T
	path     string
	stateDir string
	looks    chan []*v1alpha1.Site
	cancel   context.CancelFunc
	ended    chan error
}

func newAgent(t *testing.T, text string) *agent {
	a := &agent{t: t, stateDir: t.TempDir(), path: filepath.Join(t.TempDir(), "site.yaml")}
	a.save(text)
	a.run(false)
	return a
}

func (a *agent) save(text string) {
	a.t.Helper()
	if err := os.WriteFile(a.path, []byte(text), 0o644); err != nil {
		a.t.Fatal(err)
	}
}

func (a *agent) run(inline bool) {
	ctx, cancel := context.WithCancel(context.Background())
	a.cancel, a.ended, a.looks = cancel, make(chan error, 1), make(chan []*v1alpha1.Site)
	go func() {
		a.ended <- reconciler.Run(ctx, reconciler.Options{
			Path: a.path, StateDir: a.stateDir, InlineStatus: inline, Log: logr.Discard(),
			Observe: func(sites []*v1alpha1.Site) {
				select {
				case a.looks <- sites:
				case <-ctx.Done():
				}
			},
		})
	}()
	a.t.Cleanup(a.stop)
}

func (a *agent) stop() {
	if a.cancel == nil {
		return
	}
	a.cancel()
	a.cancel = nil
	if err := <-a.ended; err != nil {
		a.t.Errorf("the agent ended with %v", err)
	}
}

// until waits for a look at the sites that holds.
func (a *agent) until(what string, holds func([]*v1alpha1.Site) bool) []*v1alpha1.Site {
	a.t.Helper()
	deadline := time.After(patience)
	var last []*v1alpha1.Site
	for {
		select {
		case last = <-a.looks:
			if holds(last) {
				return last
			}
		case err := <-a.ended:
			a.t.Fatalf("waiting for %s: the agent ended with %v", what, err)
		case <-deadline:
			for _, s := range last {
				a.t.Logf("%s: %+v", s.Name, s.Status.Conditions)
			}
			a.t.Fatalf("%s did not come within %v", what, patience)
		}
	}
}

func (a *agent) ready() *v1alpha1.Site {
	a.t.Helper()
	return a.until("Ready", func(sites []*v1alpha1.Site) bool { return len(sites) == 1 && is(sites[0], v1alpha1.ConditionReady) })[0]
}

func is(site *v1alpha1.Site, condition string) bool {
	return meta.IsStatusConditionTrue(site.Status.Conditions, condition)
}

func condition(site *v1alpha1.Site, kind string) metav1.Condition {
	if c := meta.FindStatusCondition(site.Status.Conditions, kind); c != nil {
		return *c
	}
	return metav1.Condition{}
}

func edit(oldnew ...string) string { return strings.NewReplacer(oldnew...).Replace(manifest) }

func TestASiteRunsAsItsManifestSays(t *testing.T) {
	t.Parallel()
	site := newAgent(t, manifest).ready()
	if site.Generation != 1 || site.Status.ObservedGeneration != 1 || len(site.Status.WANs) != 2 {
		t.Fatalf("generation %d, observed %d, %d WANs", site.Generation, site.Status.ObservedGeneration, len(site.Status.WANs))
	}
	att := site.Status.WANs[0]
	if att.Name != "att" || att.Profile != "20ms" || att.Derived.AlphaLoad.String() != "0.002" || att.Derived.RedSamples != 200 {
		t.Errorf("att runs %+v", att.Derived)
	}
	if att.Download.Rate == nil || att.Download.Rate.Value() > 95e6 || att.Router.Name != "lab" {
		t.Errorf("att's download is %+v", att.Download)
	}
}

func TestAnEditOfTheIntervalRestartsTheLoopsAndCarriesTheirState(t *testing.T) {
	t.Parallel()
	a := newAgent(t, manifest)
	a.ready()
	before := a.until("fifty cycles", func(s []*v1alpha1.Site) bool { return s[0].Status.WANs[0].Cycle.Count > 50 })[0].Status.WANs[0]
	a.save(edit("20ms", "10ms"))
	site := a.until("generation 2", func(s []*v1alpha1.Site) bool {
		return s[0].Status.ObservedGeneration == 2 && s[0].Status.WANs[0].RTT.Baseline != nil
	})[0]
	for _, w := range site.Status.WANs {
		if w.Profile != "10ms" || w.Restarts != 1 || w.Derived.HistorySize != 12000 {
			t.Errorf("%s: profile %s, %d restarts, history %d", w.Name, w.Profile, w.Restarts, w.Derived.HistorySize)
		}
	}
	after := site.Status.WANs[0]
	if off := after.RTT.Baseline.Duration - before.RTT.Baseline.Duration; off.Abs() > 5*time.Millisecond {
		t.Errorf("the baseline went from %v to %v", before.RTT.Baseline, after.RTT.Baseline)
	}
}

func TestAnEditOfOneWANsThresholdRetunesThatLoopAlone(t *testing.T) {
	t.Parallel()
	a := newAgent(t, manifest)
	a.ready()
	a.save(edit("{name: att,", "{name: att, thresholds: {green: 9ms},"))
	site := a.until("generation 2", func(s []*v1alpha1.Site) bool { return s[0].Status.ObservedGeneration == 2 })[0]
	att, spectrum := site.Status.WANs[0], site.Status.WANs[1]
	if att.Retunes != 1 || att.Restarts != 0 || spectrum.Retunes != 0 || spectrum.Restarts != 0 {
		t.Errorf("att: %d retunes, %d restarts; spectrum: %d, %d", att.Retunes, att.Restarts, spectrum.Retunes, spectrum.Restarts)
	}
	if att.Cycle.Count == 0 {
		t.Error("the retuned loop counts its cycles anew")
	}
}

func TestAnEditOfFormattingChangesNothing(t *testing.T) {
	t.Parallel()
	a := newAgent(t, manifest)
	a.ready()
	a.save("# a comment\n" + edit("95M", "95000k", "20ms", `"20ms"`))
	a.save(edit("{name: home}", "{name: home, labels: {a: b}}"))
	site := a.until("the label", func(s []*v1alpha1.Site) bool { return s[0].Labels["a"] == "b" })[0]
	if site.Generation != 1 || site.Status.WANs[0].Restarts != 0 || site.Status.WANs[0].Retunes != 0 {
		t.Errorf("generation %d, %d restarts, %d retunes", site.Generation, site.Status.WANs[0].Restarts, site.Status.WANs[0].Retunes)
	}
}

func TestABrokenManifestLeavesAllRunningAndSaysWhere(t *testing.T) {
	t.Parallel()
	a := newAgent(t, manifest)
	started := a.ready().Status.WANs[0].Started
	for _, tt := range []struct{ name, text, want string }{
		{"a ceiling that is no rate", edit("95M", "fast"), "site.yaml:10:"},
		{"half a file", manifest[:len(manifest)/2], "site.yaml:"},
		{"an unknown field", edit("intervalProfile", "interval"), "site.yaml:6:3: spec.interval"},
	} {
		a.save(tt.text)
		site := a.until(tt.name, func(s []*v1alpha1.Site) bool {
			return strings.Contains(condition(s[0], v1alpha1.ConditionAccepted).Message, tt.want)
		})[0]
		if is(site, v1alpha1.ConditionAccepted) || condition(site, v1alpha1.ConditionAccepted).Reason != v1alpha1.ReasonManifestInvalid {
			t.Errorf("%s: %+v", tt.name, condition(site, v1alpha1.ConditionAccepted))
		}
		if w := site.Status.WANs[0]; !w.Started.Equal(started) || site.Generation != 1 || !is(site, v1alpha1.ConditionReady) {
			t.Errorf("%s: generation %d, the loop started %v, ready %v", tt.name, site.Generation, w.Started, is(site, v1alpha1.ConditionReady))
		}
	}
	a.save(edit("95M", "90M"))
	site := a.until("the repair", func(s []*v1alpha1.Site) bool { return is(s[0], v1alpha1.ConditionAccepted) })[0]
	if site.Generation != 2 || site.Status.WANs[0].Retunes != 1 {
		t.Errorf("after the repair: generation %d, %d retunes", site.Generation, site.Status.WANs[0].Retunes)
	}
}

func TestAnAgentThatStartsOnABrokenManifestRunsTheLastGoodOne(t *testing.T) {
	t.Parallel()
	a := newAgent(t, manifest)
	a.ready()
	a.stop()
	a.save(edit("95M", "fast"))
	a.run(false)
	site := a.ready()
	if is(site, v1alpha1.ConditionAccepted) || site.Generation != 1 || site.Spec.WANs[0].Download.Ceiling.String() != "95M" {
		t.Errorf("accepted %v, generation %d, ceiling %s", is(site, v1alpha1.ConditionAccepted), site.Generation, &site.Spec.WANs[0].Download.Ceiling)
	}
}

func TestARestartResumesGenerationBaselineAndRates(t *testing.T) {
	t.Parallel()
	a := newAgent(t, manifest)
	first := a.ready()
	a.stop()
	a.run(false)
	site := a.ready()
	if site.Generation != 1 || !site.CreationTimestamp.Equal(&first.CreationTimestamp) {
		t.Errorf("generation %d, created %v; before %v", site.Generation, site.CreationTimestamp, first.CreationTimestamp)
	}
	a.stop()
	events, err := status.Read(a.stateDir).Events("home")
	if err != nil {
		t.Fatal(err)
	}
	var resumed int
	for _, e := range events {
		if e.Reason == v1alpha1.ReasonLoopResumed {
			resumed++
		}
	}
	if resumed != 2 {
		t.Errorf("%d loops resumed, want 2: %+v", resumed, events)
	}
}

func TestARemovedManifestStopsTheSite(t *testing.T) {
	t.Parallel()
	a := newAgent(t, manifest)
	a.ready()
	if err := os.Remove(a.path); err != nil {
		t.Fatal(err)
	}
	a.until("no site", func(s []*v1alpha1.Site) bool { return len(s) == 0 })
	if _, err := status.Read(a.stateDir).Site("home"); err == nil {
		t.Error("the live object of a removed site is still there")
	}
}

func TestAWANThatIsTakenOutStopsAlone(t *testing.T) {
	t.Parallel()
	a := newAgent(t, manifest)
	a.ready()
	a.save(manifest[:strings.Index(manifest, "  - {name: spectrum")])
	site := a.until("one WAN", func(s []*v1alpha1.Site) bool { return len(s[0].Status.WANs) == 1 })[0]
	if w := site.Status.WANs[0]; w.Name != "att" || w.Restarts != 0 {
		t.Errorf("%s runs with %d restarts", w.Name, w.Restarts)
	}
}

func TestARouterFaultDegradesTheSiteAndPasses(t *testing.T) {
	t.Parallel()
	a := newAgent(t, edit("{applyLatency: 0s}", "{applyLatency: 0s, faults: [{at: 0s, for: 3s, kind: RouterDown}]}"))
	site := a.until("Degraded", func(s []*v1alpha1.Site) bool { return is(s[0], v1alpha1.ConditionDegraded) })[0]
	if c := condition(site, v1alpha1.ConditionReady); c.Status == metav1.ConditionTrue || c.Reason != v1alpha1.ReasonRouterUnreachable {
		t.Errorf("while the router is down Ready is %+v", c)
	}
	a.until("the loops to turn meanwhile", func(s []*v1alpha1.Site) bool { return s[0].Status.WANs[0].Cycle.Count > 0 })
	if site := a.ready(); is(site, v1alpha1.ConditionDegraded) {
		t.Errorf("Ready and still degraded: %+v", condition(site, v1alpha1.ConditionDegraded))
	}
}

func TestInlineStatusIsKeptAndNothingElseTouched(t *testing.T) {
	t.Parallel()
	a := &agent{t: t, stateDir: t.TempDir(), path: filepath.Join(t.TempDir(), "site.yaml")}
	text := "# mine\n" + manifest
	a.save(text)
	a.run(true)
	a.ready()
	a.until("ten cycles", func(s []*v1alpha1.Site) bool { return s[0].Status.WANs[0].Cycle.Count > 10 })
	a.stop()
	data, err := os.ReadFile(a.path)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(string(data), text) || !strings.Contains(string(data), "\nstatus:") {
		t.Errorf("the manifest now reads:\n%s", data)
	}
	if sites, faults := v1alpha1.Decode(a.path, data); len(faults) > 0 || len(sites) != 1 {
		t.Errorf("it decodes to %d sites and %v", len(sites), faults)
	}
}

func TestASecondAgentOnTheSameStateIsRefused(t *testing.T) {
	t.Parallel()
	a := newAgent(t, manifest)
	a.ready()
	err := reconciler.Run(t.Context(), reconciler.Options{Path: a.path, StateDir: a.stateDir, Log: logr.Discard()})
	if err == nil || !strings.Contains(err.Error(), fmt.Sprint(os.Getpid())) {
		t.Errorf("a second agent: %v, want an error that names the first", err)
	}
}
