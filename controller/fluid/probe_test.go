package fluid_test

import (
	"math"
	"testing"
	"time"

	"github.com/wanctl/wanctl/controller/fluid"
)

func TestAReflectorHasItsOwnRTTAndItsOwnEnd(t *testing.T) {
	c := lone(fluid.Download, 0)
	c.Reflectors = []fluid.Reflector{{}, {RTT: 35 * time.Millisecond}, {DeadAfter: 10 * time.Second}}
	l := fluid.New(c)
	answers := func() (all [5]time.Duration) {
		for i := range all {
			if rtt, ok := l.Probe(i - 1); ok {
				all[i] = rtt
			}
		}
		return all
	}
	const base, far = 20 * time.Millisecond, 35 * time.Millisecond
	if got, want := answers(), [5]time.Duration{0, base, far, base, 0}; got != want {
		t.Errorf("before the end: %v, want %v", got, want)
	}
	l.Advance(10 * time.Second)
	if got, want := answers(), [5]time.Duration{0, base, far, 0, 0}; got != want {
		t.Errorf("after the end: %v, want %v", got, want)
	}
}

func TestNoProbeIsAnsweredInAnOutage(t *testing.T) {
	c := lone(fluid.Download, 0)
	c.ProbesLost = []fluid.Window{{From: time.Second, Until: 2 * time.Second}, {From: 5 * time.Second, Until: 6 * time.Second}}
	l := fluid.New(c)
	for _, tc := range []struct {
		at time.Duration
		ok bool
	}{{0, true}, {time.Second, false}, {1999 * time.Millisecond, false}, {2 * time.Second, true}, {5500 * time.Millisecond, false}, {7 * time.Second, true}} {
		l.Advance(tc.at)
		if _, ok := l.Probe(0); ok != tc.ok {
			t.Errorf("at %v answered is %v, want %v", tc.at, ok, tc.ok)
		}
	}
}

func TestLossAndJitterAreAsConfigured(t *testing.T) {
	c := lone(fluid.Download, 0)
	c.Loss, c.Jitter = 0.05, time.Millisecond
	l := fluid.New(c)
	const n = 20_000
	lost, sum := 0, time.Duration(0)
	for range n {
		rtt, ok := l.Probe(0)
		if !ok {
			lost++
			continue
		}
		if rtt < 20*time.Millisecond {
			t.Fatalf("a round-trip time of %v is below the base", rtt)
		}
		sum += rtt - 20*time.Millisecond
	}
	if share := float64(lost) / n; math.Abs(share-0.05) > 0.01 {
		t.Errorf("%.1f %% were lost, want 5", share*100)
	}
	if mean := sum / (n - time.Duration(lost)); mean < 950*time.Microsecond || mean > 1050*time.Microsecond {
		t.Errorf("the mean jitter is %v, want 1ms", mean)
	}
}

func TestAProbeWaitsInTheBottleneckAndNotInTheShaper(t *testing.T) {
	c := lone(fluid.Download, 2)
	c.Directions[fluid.Download].Shaper = 30e6
	l := fluid.New(c)
	l.Advance(30 * time.Second)
	queue := l.QueueDelay(fluid.Download)
	rtt, ok := l.Probe(0)
	if waited := rtt - 20*time.Millisecond; !ok || waited < queue || waited > queue+2*time.Millisecond {
		t.Errorf("behind a queue of %v a probe took %v (%v)", queue, rtt, ok)
	}
	// The whole queue moves into the shaper, in which bulk traffic then waits.
	l.SetShaper(fluid.Download, 2e6)
	l.Advance(30600 * time.Millisecond)
	before := l.Goodput(fluid.Download)
	rtt, ok = l.Probe(0)
	if !ok || rtt > 30*time.Millisecond {
		t.Errorf("behind a full shaper a probe took %v (%v)", rtt, ok)
	}
	l.Advance(31600 * time.Millisecond)
	if got := (l.Goodput(fluid.Download) - before) * 8; got < 1.8e6 {
		t.Errorf("the shaper of 2 Mbit/s was not full: it let %d bit/s pass", got)
	}
}

func TestBothDirectionsQueuesAddUp(t *testing.T) {
	c := lone(fluid.Download, 2)
	c.Directions[fluid.Upload].Flows = 1
	l := fluid.New(c)
	l.Advance(30 * time.Second)
	sum := l.QueueDelay(fluid.Download) + l.QueueDelay(fluid.Upload)
	for _, d := range directions {
		if l.QueueDelay(d) < 100*time.Millisecond {
			t.Fatalf("%v queues for only %v", d, l.QueueDelay(d))
		}
	}
	if rtt, ok := l.Probe(0); ok && rtt < 20*time.Millisecond+sum {
		t.Errorf("a probe took %v behind queues of %v", rtt, sum)
	}
}
