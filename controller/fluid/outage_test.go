package fluid_test

import (
	"testing"
	"time"

	"github.com/wanctl/wanctl/controller/fluid"
)

// loadedWithOutage is a lone direction under two flows and a shaper below the
// line's 20 Mbit/s, which loses everything from 10 to 12 s.
func loadedWithOutage(d fluid.Direction) fluid.Config {
	c := lone(d, 2)
	c.Directions[d].Shaper = 18e6
	c.Outages = []fluid.Window{{From: 10 * time.Second, Until: 12 * time.Second}}
	return c
}

func TestNothingGetsThroughInAnOutage(t *testing.T) {
	for _, d := range directions {
		l := fluid.New(loadedWithOutage(d))
		if w := watch(l, d, 9*time.Second); w.lost != 0 || w.goodput < 0.7*18e6 {
			t.Fatalf("%v: before it, %d probes were lost and goodput was %.1f Mbit/s", d, w.lost, w.goodput/1e6)
		}
		l.Advance(10*time.Second + 100*time.Millisecond)
		before := l.Goodput(d)
		for at := l.Now(); at < 12*time.Second; at += 50 * time.Millisecond {
			l.Advance(at)
			if _, ok := l.Probe(0); ok {
				t.Fatalf("%v: a probe was answered at %v", d, at)
			}
			if _, ok := l.RTT(); ok {
				t.Fatalf("%v: sparse traffic came through at %v", d, at)
			}
		}
		if got := l.Goodput(d); got != before {
			t.Errorf("%v: %d bytes reached applications", d, got-before)
		}
	}
}

func TestFlowsComeBackWithTheFirstTimerAfterAnOutage(t *testing.T) {
	// The timer is 220 ms and doubles: 0.22, 0.66, 1.54 and 3.3 s after its
	// beginning.
	for _, d := range directions {
		l := fluid.New(loadedWithOutage(d))
		l.Advance(13*time.Second + 250*time.Millisecond)
		before := l.Goodput(d)
		if _, ok := l.Probe(0); !ok {
			t.Errorf("%v: no probe is answered after the outage", d)
		}
		l.Advance(13*time.Second + 300*time.Millisecond)
		if got := l.Goodput(d); got != before {
			t.Errorf("%v: flows came back before their timer", d)
		}
		l.Advance(14 * time.Second)
		if w := watch(l, d, 10*time.Second); w.goodput < 0.9*18e6 {
			t.Errorf("%v: afterwards goodput is %.1f Mbit/s", d, w.goodput/1e6)
		}
	}
}

func TestAReflectorInFrontAnswersInAnOutage(t *testing.T) {
	c := loadedWithOutage(fluid.Download)
	c.Reflectors = []fluid.Reflector{{InFront: true}, {}}
	l := fluid.New(c)
	l.Advance(11 * time.Second)
	if _, ok := l.Probe(0); !ok {
		t.Error("it does not")
	}
	if _, ok := l.Probe(1); ok {
		t.Error("so does one beyond")
	}
}

func TestABufferOfPacketsIsDeeperInTimeOnASlowerLine(t *testing.T) {
	for _, tt := range []struct {
		rate int64
		full time.Duration // 1000 packets of 1514 bytes
	}{{20e6, 606 * time.Millisecond}, {8e6, 1514 * time.Millisecond}} {
		c := lone(fluid.Download, 2)
		c.BufferPackets = 1000
		c.Directions[fluid.Download].Capacity.First = tt.rate
		l := fluid.New(c)
		if w := watch(l, fluid.Download, time.Minute); w.worst < tt.full*9/10 || w.worst > tt.full+40*time.Millisecond {
			t.Errorf("at %d bit/s a probe takes up to %v, want about %v", tt.rate, w.worst, tt.full)
		}
	}
}

func TestFlowsComeAtTheirStart(t *testing.T) {
	c := lone(fluid.Upload, 1)
	c.Directions[fluid.Upload].Start = 5 * time.Second
	l := fluid.New(c)
	if l.Advance(5 * time.Second); l.Bytes(fluid.Upload) != 0 {
		t.Errorf("%d bytes were sent before", l.Bytes(fluid.Upload))
	}
	if l.Advance(6 * time.Second); l.Bytes(fluid.Upload) == 0 {
		t.Error("nothing was sent after it")
	}
}
