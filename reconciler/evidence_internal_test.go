package reconciler

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-logr/logr"

	"github.com/wanctl/wanctl/api/v1alpha1"
	"github.com/wanctl/wanctl/controller/evidence"
	"github.com/wanctl/wanctl/controller/probe"
	"github.com/wanctl/wanctl/reconciler/status"
)

const soakManifest = `
apiVersion: wanctl.dev/v1alpha1
kind: Site
metadata: {name: home}
spec:
  intervalProfile: 50ms
  routers: [{name: lab, simulated: {applyLatency: 5ms}}]
  wans:
  - {name: att, router: lab, download: {ceiling: 95M}, upload: {ceiling: 18M}}
`

// bench is an agent in a bubble: a test applies manifests and looks at the loops
// in its place.
type bench struct {
	*Agent
	t    *testing.T
	dir  string
	over bool
}

func newBench(t *testing.T, dir string) *bench {
	t.Helper()
	store, err := status.Open(dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	b := &bench{t: t, dir: dir, Agent: &Agent{
		opts: Options{Observer: nobody{}}, log: logr.Discard(), store: store, sites: map[string]*site{},
		epoch: time.Now(), events: make(chan siteEvent, 1024), crashes: make(chan crash),
	}}
	t.Cleanup(func() {
		if !b.over {
			b.kill()
		}
	})
	return b
}

func (b *bench) manifest(text string) {
	b.t.Helper()
	sites, faults := v1alpha1.Decode("site.yaml", []byte(text))
	if len(faults) > 0 {
		b.t.Fatal(faults)
	}
	b.apply(context.Background(), sites[0], "site.yaml")
}

// turn looks at the loops once a second for a while, as reconcile does.
func (b *bench) turn(d time.Duration) {
	for end := time.Now().Add(d); time.Now().Before(end); {
		select {
		case c := <-b.crashes:
			b.crashed(c, time.Now())
		case <-time.After(time.Second):
			b.revive(time.Now())
			b.observe(time.Now(), false)
		}
	}
}

// gathered is turn without a rollout: numbers of soaks are the test's own.
func (b *bench) gathered(d time.Duration) {
	for end := time.Now().Add(d); time.Now().Before(end); {
		select {
		case c := <-b.crashes:
			b.crashed(c, time.Now())
		case <-time.After(time.Second):
			b.revive(time.Now())
			for _, s := range b.sites {
				b.watch(s, time.Now(), false)
			}
		}
	}
}

// end ends the agent in order; kill ends it as a signal would that nobody can
// catch.
func (b *bench) end() {
	b.over = true
	b.shutdown()
	if err := b.store.Close(); err != nil {
		b.t.Error(err)
	}
}

func (b *bench) kill() {
	b.over = true
	for _, s := range b.sites {
		s.stop()
		s.releaseAll()
	}
	if err := b.store.Close(); err != nil {
		b.t.Error(err)
	}
}

func (b *bench) home() *site { return b.sites["home"] }

func (b *bench) soaked() (number int64, f figuresOf) {
	b.t.Helper()
	k := b.home().soaks["att"]
	if k == nil {
		b.t.Fatal("there is no evidence of att")
	}
	figures := k.collector.Figures(time.Since(b.epoch))
	return k.number, figuresOf{
		cycles: figures.Cadence.Cycles, unseen: figures.Cadence.Unseen, sent: figures.ProbeLoss.Sent, applies: figures.RouterErrors.Applies,
		loopCrashes: figures.Restarts.LoopCrashes, agentCrashes: figures.Restarts.AgentCrashes, interval: figures.Interval, soaked: figures.Soaked,
	}
}

// figuresOf are the figures that these tests look at.
type figuresOf struct {
	cycles, unseen, sent, applies, loopCrashes, agentCrashes int64
	interval, soaked                                         time.Duration
}

func TestEvidenceIsGatheredFromLoopsAndRouters(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, t.TempDir())
		b.manifest(soakManifest)
		b.gathered(time.Minute)
		_, f := b.soaked()
		if f.cycles < 1198 || f.cycles > 1200 || f.unseen != 0 || f.sent < 1100 || f.soaked < 59*time.Second {
			t.Errorf("after a minute at 50 ms: %+v", f)
		}
		b.end()
	})
}

func TestASoakOutlastsTheAgent(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		b := newBench(t, dir)
		b.manifest(soakManifest)
		b.gathered(time.Second)
		b.home().beginSoak("att", 7)
		b.gathered(time.Minute)
		_, before := b.soaked()
		b.end()

		b = newBench(t, dir)
		b.manifest(soakManifest)
		b.gathered(time.Second)
		number, f := b.soaked()
		if number != 7 || f.cycles < before.cycles || f.cycles > before.cycles+21 || f.agentCrashes != 0 {
			t.Errorf("after a restart soak %d has %+v; before it soak 7 had %+v", number, f, before)
		}
		b.gathered(14 * time.Second)
		b.kill()

		b = newBench(t, dir)
		b.manifest(soakManifest)
		b.gathered(time.Second)
		number, f = b.soaked()
		if number != 7 || f.cycles < before.cycles+100 || f.agentCrashes != 0 {
			t.Errorf("after a kill soak %d has %+v; before it soak 7 had %+v", number, f, before)
		}
		b.end()
	})
}

func TestAnotherNumberOrIntervalIsAnotherSoak(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, t.TempDir())
		b.manifest(soakManifest)
		b.gathered(10 * time.Second)
		b.home().beginSoak("att", 1)
		b.gathered(time.Second)
		b.home().beginSoak("att", 1) // the same again is no other
		b.gathered(time.Second)
		if number, f := b.soaked(); number != 1 || f.cycles < 39 || f.cycles > 41 {
			t.Errorf("two seconds after soak 1 began, soak %d has %+v", number, f)
		}
		sites, _ := v1alpha1.Decode("site.yaml", []byte(soakManifest))
		sites[0].Spec.IntervalProfile = "100ms"
		b.apply(t.Context(), sites[0], "site.yaml")
		b.gathered(2 * time.Second)
		if number, f := b.soaked(); number != 1 || f.interval != 100*time.Millisecond || f.cycles < 19 || f.cycles > 20 || f.unseen != 0 {
			t.Errorf("two seconds after the interval changed, soak %d has %+v", number, f)
		}
		b.end()
	})
}

func TestARestartBetweenTwoLooksCostsNoCycle(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, t.TempDir())
		b.manifest(soakManifest)
		b.gathered(10 * time.Second)
		time.Sleep(700 * time.Millisecond)
		b.restart(b.home(), "att")
		b.gathered(10 * time.Second)
		if _, f := b.soaked(); f.cycles < 411 || f.cycles > 414 || f.unseen != 0 {
			t.Errorf("after 20.7 s at 50 ms with a restart in them: %+v", f)
		}
		b.end()
	})
}

func TestFailedWritesAreCountedOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, t.TempDir())
		b.manifest(strings.Replace(soakManifest, "applyLatency: 5ms", "applyLatency: 5ms, faults: [{at: 20s, for: 15s, kind: RouterDown}]", 1))
		b.gathered(time.Minute)
		slot := b.home().wans["att"].slot.State()
		figures := b.home().soaks["att"].collector.Figures(time.Since(b.epoch))
		if f := figures.RouterErrors; slot.Failures == 0 || f.Failed != slot.Failures || f.Applies != slot.Applies {
			t.Errorf("%d failed and %d were applied; the router's own count is %d and %d", f.Failed, f.Applies, slot.Failures, slot.Applies)
		}
		b.end()
	})
}

func TestAHeldSoakStandsStill(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, t.TempDir())
		b.manifest(soakManifest)
		b.gathered(10 * time.Second)
		_, before := b.soaked()
		b.home().holdSoak("att", true)
		b.gathered(time.Minute)
		if _, f := b.soaked(); f != before {
			t.Errorf("a held soak went from %+v to %+v", before, f)
		}
		b.home().holdSoak("att", false)
		b.gathered(10 * time.Second)
		if _, f := b.soaked(); f.cycles < before.cycles+198 || f.cycles > before.cycles+201 || f.soaked > 20*time.Second || f.unseen != 0 {
			t.Errorf("ten seconds after it went on it has %+v, after %+v", f, before)
		}
		b.end()
	})
}

// fragile is a prober that panics in its first collection.
type fragile struct{ probe.Prober }

func (fragile) Collect(time.Time, []probe.Sample) ([]probe.Sample, probe.Waiting) {
	panic(errors.New("it broke"))
}

// crashNow makes a WAN's loop panic in its next cycle.
func (b *bench) crashNow(name string) {
	w := b.home().wans[name]
	w.halt()
	prober, err := b.prober(b.home(), w)
	if err != nil {
		b.t.Fatal(err)
	}
	w.prober = fragile{prober}
	w.run(b.Agent, "home", w.state)
	w.state = nil
}

func TestALoopThatCrashedIsCountedAndStartedAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, t.TempDir())
		b.manifest(soakManifest)
		b.gathered(10 * time.Second)
		_, before := b.soaked()
		baseline := b.home().wans["att"].loop.Snapshot().Reference.BaselineMS
		b.crashNow("att")
		b.crashed(<-b.crashes, time.Now())
		if v := b.home().wans["att"].trouble(); v.reason != v1alpha1.ReasonLoopFailed {
			t.Errorf("right after the crash the trouble is %+v", v)
		}
		b.gathered(3 * time.Second)
		w := b.home().wans["att"]
		if v := w.trouble(); v.reason != "" || w.restarts != 1 {
			t.Errorf("a while after the crash the trouble is %+v after %d restarts", v, w.restarts)
		}
		if got := w.loop.Snapshot().Reference.BaselineMS; got == 0 || got > baseline*1.05 || got < baseline*0.95 {
			t.Errorf("the baseline was %v and is %v", baseline, got)
		}
		if _, f := b.soaked(); f.loopCrashes != 1 || f.cycles <= before.cycles {
			t.Errorf("after the crash %+v; before it %+v", f, before)
		}
		b.end()
	})
}

func TestALoopThatCrashesAgainAndAgainIsLeftAlone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, t.TempDir())
		b.manifest(soakManifest)
		b.gathered(2 * time.Second)
		var pauses []time.Duration
		for range mostCrashes {
			b.crashNow("att")
			w := b.home().wans["att"]
			c := <-b.crashes
			crashedAt := time.Now()
			b.crashed(c, crashedAt)
			if w.reviveAt.IsZero() {
				break
			}
			pauses = append(pauses, w.reviveAt.Sub(crashedAt))
			b.gathered(w.reviveAt.Sub(crashedAt) + time.Second)
		}
		if want := []time.Duration{1e9, 2e9, 4e9, 8e9, 16e9}; len(pauses) != len(want) || pauses[4] != want[4] {
			t.Errorf("it was started again after %v; want %v", pauses, want)
		}
		b.gathered(2 * time.Minute)
		if w := b.home().wans["att"]; w.cancel != nil || w.trouble().reason != v1alpha1.ReasonLoopFailed {
			t.Errorf("it runs again minutes later; trouble %+v", w.trouble())
		}
		if _, f := b.soaked(); f.loopCrashes != mostCrashes {
			t.Errorf("%d crashes were counted", f.loopCrashes)
		}
		b.end()
	})
}

func TestARunThatLastedBeginsANewRowOfCrashes(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, t.TempDir())
		b.manifest(soakManifest)
		for range mostCrashes + 2 {
			b.gathered(3 * time.Second)
			w := b.home().wans["att"]
			w.started = w.started.Add(-steadyFor)
			b.crashNow("att")
			b.gathered(3 * time.Second)
			if w = b.home().wans["att"]; w.cancel == nil {
				t.Fatal("it was left alone")
			}
		}
		b.end()
	})
}

func TestWhatRoutersAcknowledgedIsHandedOverOnce(t *testing.T) {
	var a acknowledged
	for range mostAcknowledged + 10 {
		a.add("home", "att", evidence.Applied{})
	}
	a.add("home", "spectrum", evidence.Applied{})
	for _, want := range []int{mostAcknowledged, 0} {
		if got := len(a.take("home", "att", nil)); got != want {
			t.Errorf("%d were taken; want %d", got, want)
		}
	}
	if got := len(a.take("home", "spectrum", nil)); got != 1 {
		t.Errorf("%d of the other WAN were taken; want 1", got)
	}
}
