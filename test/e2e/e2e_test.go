//go:build e2e

package e2e

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/wanctl/wanctl/api/v1alpha1"
)

func TestRealPackets(t *testing.T) {
	needRoot(t)
	sweep(t)
	b := newBench(t)
	for _, step := range []struct {
		name string
		run  func(*testing.T)
	}{
		{"without wanctl the delay under load is inflated", b.withoutWanctl},
		{"shapers that know the line show what is possible", b.withOracle},
		{"with wanctl the delay comes down", b.withWanctl},
		{"the shaper follows the line down and up", b.lineChanges},
		{"an edit from 500ms to 50ms while traffic flows restarts one loop and keeps delay and throughput", b.profileEdited},
		{"an edit of a threshold restarts nothing", b.thresholdEdited},
		{"a broken manifest changes nothing and says where the fault is", b.brokenManifest},
		{"a killed agent goes on where it was", b.killed},
		{"a rate changed by hand is put back", b.drift},
		{"a removed manifest opens the shapers", b.removed},
	} {
		ok := t.Run(step.name, func(t *testing.T) {
			defer func() { t.Logf("second by second:\n%s", b.trace.take()) }()
			step.run(t)
		})
		if !ok && !b.agent.running.Load() && b.uncontrolled.sent == 0 {
			t.Fatal("nothing can be shown on a line that cannot be measured")
		}
	}
}

func (b *bench) withoutWanctl(t *testing.T) {
	b.drained(t)
	now := time.Now()
	t.Logf("idle: %v", b.ping.between(now.Add(-500*time.Millisecond), now))
	b.loaded(t)
	settle(t, 4*time.Second)
	f := b.measure(t, 6*time.Second)
	b.uncontrolled = f.delays
	t.Logf("shapers at their ceilings, %d and %d Mbit/s: %v", ceilingDown, ceilingUp, f)
	if f.p50 < 50 {
		t.Errorf("half of the pings took less than %.1f ms: want a queue of more than 50 ms", f.p50)
	}
}

func (b *bench) withOracle(t *testing.T) {
	b.drained(t)
	b.line.setRate(t, "ifb", 0.95*lineDown)
	b.line.setRate(t, "wan", 0.95*lineUp)
	b.loaded(t)
	settle(t, 3*time.Second)
	t.Logf("shapers at 95 %% of the line: %v", b.measure(t, 6*time.Second))
	b.drained(t)
	b.line.setRate(t, "ifb", ceilingDown)
	b.line.setRate(t, "wan", ceilingUp)
}

func (b *bench) withWanctl(t *testing.T) {
	b.drained(t)
	save(t, b.agent.manifest, manifest)
	b.agent.start(t)
	took := eventually(t, 15*time.Second, "condition Ready", func() (bool, any, error) {
		c, err := b.condition(v1alpha1.ConditionReady)
		return c.Status == metav1.ConditionTrue, c, err
	})
	t.Logf("ready %.1f s after its start", took.Seconds())
	b.agent.mustBeLate(t)
	// The baseline is learned before the load comes.
	settle(t, 2*time.Second)
	b.loaded(t)
	settle(t, 12*time.Second)
	f := b.measure(t, 10*time.Second)
	t.Logf("wanctl at 500ms: %v", f)
	// A loop of 500 ms takes ten seconds to tell two directions apart that queue
	// at once: how soon it has is a matter of luck. The loop of 50 ms is held to
	// the whole bound, below.
	b.mustCalm(t, f)
	b.mustKeep(t, f, 0.3)
}

func (b *bench) lineChanges(t *testing.T) {
	b.loaded(t)
	b.lineFalls(t)
	settle(t, 4*time.Second)
	t.Logf("line at %d: %v", lowDown, b.measure(t, 6*time.Second))
	b.lineRises(t)
	settle(t, 4*time.Second)
	t.Logf("line at %d again: %v", lineDown, b.measure(t, 6*time.Second))
}

func (b *bench) lineFalls(t *testing.T) {
	t.Helper()
	b.bottleneck(t, lowDown)
	b.mustFollow(t, 30*time.Second, 0, lowDown)
}

func (b *bench) lineRises(t *testing.T) {
	t.Helper()
	b.bottleneck(t, lineDown)
	b.mustFollow(t, 45*time.Second, 0.8*lineDown, ceilingDown)
}

// profileEdited edits on a line that is far below the ceiling, so that a loop
// that began anew would be seen to.
func (b *bench) profileEdited(t *testing.T) {
	b.loaded(t)
	b.lineFalls(t)
	settle(t, 5*time.Second)
	pid, qdisc := b.agent.pid(), b.line.router.tc(t, "qdisc show")
	before, err := b.agent.wan(dsl)
	check(t, err)
	spareBefore, err := b.agent.wan(spare)
	check(t, err)

	save(t, b.agent.manifest, edited(t, manifest, "intervalProfile: 500ms", "intervalProfile: 50ms"))
	highest := 0.0
	took := eventually(t, 5*time.Second, "profile 50ms", func() (bool, any, error) {
		rate, _ := b.rates(t)
		highest = max(highest, rate)
		w, err := b.agent.wan(dsl)
		if err != nil {
			return false, nil, err
		}
		return w.Profile == "50ms" && w.RTT.Baseline != nil && w.Download.Rate != nil, w.Profile, nil
	})
	for range 20 {
		rate, _ := b.rates(t)
		highest = max(highest, rate)
		settle(t, 50*time.Millisecond)
	}
	after, err := b.agent.wan(dsl)
	check(t, err)
	table, err := b.agent.print("get", "status")
	check(t, err)
	t.Logf("wanctl get status said 50ms %.1f s after the save:\n%s", took.Seconds(), table)
	t.Logf("baseline %v -> %v, download %s -> %s; the shaper was at most at %.2f Mbit/s meanwhile",
		rtt(before.RTT.Baseline), rtt(after.RTT.Baseline), before.Download.Rate, after.Download.Rate, highest)

	mustDerive(t, after.Derived)
	if highest > 0.8*ceilingDown {
		t.Errorf("the shaper was set to %.2f Mbit/s on a line of %d: the rate was not carried over", highest, lowDown)
	}
	if drift := after.RTT.Baseline.Duration - before.RTT.Baseline.Duration; drift.Abs() > 2*time.Millisecond {
		t.Errorf("the baseline went from %v to %v: it was not carried over", before.RTT.Baseline, after.RTT.Baseline)
	}
	if after.Restarts != before.Restarts+1 {
		t.Errorf("the loop was restarted %d times: want once", after.Restarts-before.Restarts)
	}
	b.mustRunOn(t, pid, qdisc)
	b.mustBeUntouched(t, spareBefore)

	b.lineRises(t)
	settle(t, 4*time.Second)
	f := b.measure(t, 10*time.Second)
	t.Logf("wanctl at 50ms: %v", f)
	b.mustControl(t, f)
}

// tuned is the manifest after all good edits.
func tuned(t *testing.T) string {
	t.Helper()
	text := edited(t, manifest, "intervalProfile: 500ms", "intervalProfile: 50ms")
	return edited(t, text, "    green: 15ms", "    green: 12ms")
}

func (b *bench) thresholdEdited(t *testing.T) {
	b.loaded(t)
	before, err := b.agent.wan(dsl)
	check(t, err)
	spareBefore, err := b.agent.wan(spare)
	check(t, err)
	pid, qdisc := b.agent.pid(), b.line.router.tc(t, "qdisc show")
	save(t, b.agent.manifest, tuned(t))
	took := eventually(t, 5*time.Second, "a retune", func() (bool, any, error) {
		w, err := b.agent.wan(dsl)
		if err != nil {
			return false, nil, err
		}
		return w.Retunes > before.Retunes, w.Retunes, nil
	})
	after, err := b.agent.wan(dsl)
	check(t, err)
	t.Logf("wanctl get status told of the retune %.1f s after the save; restarts %d -> %d, retunes %d -> %d",
		took.Seconds(), before.Restarts, after.Restarts, before.Retunes, after.Retunes)
	if after.Restarts != before.Restarts || after.Retunes != before.Retunes+1 {
		t.Errorf("restarts %d -> %d, retunes %d -> %d: want one retune and no restart", before.Restarts, after.Restarts, before.Retunes, after.Retunes)
	}
	b.mustRunOn(t, pid, qdisc)
	b.mustBeUntouched(t, spareBefore)
}

func (b *bench) brokenManifest(t *testing.T) {
	b.loaded(t)
	before, err := b.agent.wan(dsl)
	check(t, err)
	pid := b.agent.pid()
	good := tuned(t)

	floor := edited(t, good, "floors: {red: 3M}", "floors: {red: 30M}")
	line, column := position(t, floor, "30M")
	save(t, b.agent.manifest, floor)
	b.mustRefuse(t, fmt.Sprintf("%s:%d:%d: ", b.agent.manifest, line, column))

	// Half of the file is there; the rest never comes.
	half := good[:strings.Index(good, "  upload:")] + "upload: [wan"
	check(t, os.WriteFile(b.agent.manifest, []byte(half), 0o644))
	b.mustRefuse(t, fmt.Sprintf("%s:%d:", b.agent.manifest, 1+strings.Count(half, "\n")))

	settle(t, 2*time.Second)
	after := before
	// The status is written now and then only, while its figures hardly change.
	eventually(t, 15*time.Second, "cycles to go on", func() (bool, any, error) {
		after, err = b.agent.wan(dsl)
		return after.Cycle.Count > before.Cycle.Count, after.Cycle.Count, err
	})
	if after.Restarts != before.Restarts || after.Retunes != before.Retunes || b.agent.pid() != pid {
		t.Errorf("restarts %d -> %d, retunes %d -> %d, process %d -> %d: all should run on", before.Restarts, after.Restarts,
			before.Retunes, after.Retunes, pid, b.agent.pid())
	}

	save(t, b.agent.manifest, good)
	took := eventually(t, 5*time.Second, "the repaired manifest to be accepted", func() (bool, any, error) {
		c, err := b.condition(v1alpha1.ConditionAccepted)
		return c.Status == metav1.ConditionTrue, c, err
	})
	t.Logf("the repair was accepted %.1f s after its save", took.Seconds())
}

// killed kills on an idle line, where rates stand still, after the line has
// fallen: an agent that began anew would open the shaper.
func (b *bench) killed(t *testing.T) {
	b.loaded(t)
	b.lineFalls(t)
	settle(t, 3*time.Second)
	b.drained(t)
	settle(t, 3*time.Second)
	before, err := b.agent.wan(dsl)
	check(t, err)
	resumedBefore, err := b.agent.events(v1alpha1.ReasonLoopResumed)
	check(t, err)
	down, up := b.rates(t)
	b.agent.kill()
	settle(t, time.Second)
	b.mustHold(t, "while no agent ran", down, up)

	b.agent.start(t)
	took := eventually(t, 10*time.Second, "a loop that was resumed", func() (bool, any, error) {
		w, err := b.agent.wan(dsl)
		if err != nil {
			return false, nil, err
		}
		resumed, err := b.agent.events(v1alpha1.ReasonLoopResumed)
		return w.Started.After(before.Started.Time) && w.RTT.Baseline != nil && w.Download.Rate != nil && happened(resumed) > happened(resumedBefore), w.Started, err
	})
	for range 20 {
		b.mustHold(t, "after the restart", down, up)
		settle(t, 100*time.Millisecond)
	}
	after, err := b.agent.wan(dsl)
	check(t, err)
	t.Logf("resumed %.1f s after the start: baseline %v -> %v, download %s -> %s, upload %s -> %s, shapers held %.2f and %.2f Mbit/s",
		took.Seconds(), rtt(before.RTT.Baseline), rtt(after.RTT.Baseline), before.Download.Rate, after.Download.Rate,
		before.Upload.Rate, after.Upload.Rate, down, up)
	if after.Download.Rate.Cmp(*before.Download.Rate) != 0 || after.Upload.Rate.Cmp(*before.Upload.Rate) != 0 {
		t.Errorf("rates %s/%s became %s/%s: want them resumed", before.Download.Rate, before.Upload.Rate, after.Download.Rate, after.Upload.Rate)
	}
	if drift := after.RTT.Baseline.Duration - before.RTT.Baseline.Duration; drift.Abs() > 2*time.Millisecond {
		t.Errorf("the baseline went from %v to %v: want it resumed", before.RTT.Baseline, after.RTT.Baseline)
	}
}

func (b *bench) drift(t *testing.T) {
	b.drained(t)
	settle(t, 2*time.Second)
	before, err := b.agent.events(v1alpha1.ReasonDriftCorrected)
	check(t, err)
	down, _ := b.rates(t)
	b.line.setRate(t, "ifb", down/2)
	took := eventually(t, 25*time.Second, "the rate to be put back", func() (bool, any, error) {
		rate, err := b.line.rate("ifb")
		return rate == down, rate, err
	})
	var message string
	eventually(t, 5*time.Second, "an event "+v1alpha1.ReasonDriftCorrected, func() (bool, any, error) {
		events, err := b.agent.events(v1alpha1.ReasonDriftCorrected)
		if happened(events) == happened(before) {
			return false, "not there", err
		}
		message = events[len(events)-1].Message
		return true, nil, err
	})
	t.Logf("set to %.3f Mbit/s by hand, back at %.3f after %.1f s: %s", down/2, down, took.Seconds(), message)
}

func (b *bench) removed(t *testing.T) {
	b.drained(t)
	check(t, os.Remove(b.agent.manifest))
	took := eventually(t, 15*time.Second, "the shapers at their ceilings", func() (bool, any, error) {
		down, up := b.rates(t)
		return down == ceilingDown && up == ceilingUp, []float64{down, up}, nil
	})
	t.Logf("the shapers were back at %d and %d Mbit/s %.1f s after the removal", ceilingDown, ceilingUp, took.Seconds())
	if b.agent.pid() == 0 {
		t.Error("the agent ended: it should wait for a manifest")
	}
}
