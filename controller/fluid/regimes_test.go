package fluid_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/wanctl/wanctl/controller/fluid"
)

// lone is a link with flows in one direction only, steady at 20 Mbit/s.
func lone(d fluid.Direction, flows int) fluid.Config {
	c := fluid.Config{BaseRTT: 20 * time.Millisecond, Buffer: 500 * time.Millisecond, Seed: 1}
	c.Directions[fluid.Download].Capacity.First = 20e6
	c.Directions[fluid.Upload].Capacity.First = 20e6
	c.Directions[d].Flows = flows
	return c
}

// watched is what a stretch of time looked like.
type watched struct {
	p50, p95, worst time.Duration
	// lost is how many probes of how many got no answer.
	lost, probes int
	// goodput, crossed are in bit/s.
	goodput, crossed float64
}

// watch probes every 50 ms for so long.
func watch(l *fluid.Link, d fluid.Direction, span time.Duration) watched {
	goodput, crossed := l.Goodput(d), l.Bytes(d)
	start, w, rtts := l.Now(), watched{}, []time.Duration{}
	for t := 50 * time.Millisecond; t <= span; t += 50 * time.Millisecond {
		l.Advance(start + t)
		w.probes++
		if rtt, ok := l.Probe(0); ok {
			rtts = append(rtts, rtt)
		} else {
			w.lost++
		}
	}
	slices.Sort(rtts)
	if n := len(rtts); n > 0 {
		w.p50, w.p95, w.worst = rtts[n/2], rtts[n*95/100], rtts[n-1]
	}
	w.goodput = float64(l.Goodput(d)-goodput) * 8 / span.Seconds()
	w.crossed = float64(l.Bytes(d)-crossed) * 8 / span.Seconds()
	return w
}

func TestTheShaperDecidesWhereTheQueueStands(t *testing.T) {
	for _, d := range []fluid.Direction{fluid.Download, fluid.Upload} {
		for _, flows := range []int{1, 2, 8} {
			for _, tc := range []struct {
				name       string
				shaper     int64
				least, top time.Duration // of the median round-trip time
				goodput    float64       // at least, in Mbit/s
			}{
				{"below the capacity there is no queue", 18e6, 20 * time.Millisecond, 24 * time.Millisecond, 0.88 * 18},
				{"far below the capacity there is no queue", 6e6, 20 * time.Millisecond, 24 * time.Millisecond, 0.88 * 6},
				{"above the capacity the buffer fills", 30e6, 200 * time.Millisecond, 525 * time.Millisecond, 0.88 * 20},
				{"without a shaper the buffer fills", 0, 200 * time.Millisecond, 525 * time.Millisecond, 0.88 * 20},
			} {
				t.Run(fmt.Sprintf("%v of %d flows: %s", d, flows, tc.name), func(t *testing.T) {
					c := lone(d, flows)
					c.Directions[d].Shaper = tc.shaper
					l := fluid.New(c)
					l.Advance(30 * time.Second)
					w := watch(l, d, 20*time.Second)
					if w.p50 < tc.least || w.p50 > tc.top {
						t.Errorf("the median round-trip time is %v, want %v to %v", w.p50, tc.least, tc.top)
					}
					if w.goodput < tc.goodput*1e6 {
						t.Errorf("goodput is %.2f Mbit/s, want at least %.2f", w.goodput/1e6, tc.goodput)
					}
				})
			}
		}
	}
}

func TestACutBelowTheCapacityDrainsTheQueueInAboutASecond(t *testing.T) {
	for _, d := range []fluid.Direction{fluid.Download, fluid.Upload} {
		t.Run(d.String(), func(t *testing.T) {
			c := lone(d, 2)
			c.Directions[d].Shaper = 30e6
			l := fluid.New(c)
			l.Advance(30 * time.Second)
			if q := l.QueueDelay(d); q < 200*time.Millisecond {
				t.Fatalf("the queue holds only %v before the cut", q)
			}
			l.SetShaper(d, 10e6)
			l.Advance(31500 * time.Millisecond)
			if q := l.QueueDelay(d); q > 5*time.Millisecond {
				t.Errorf("the queue still holds %v 1.5 s after the cut", q)
			}
		})
	}
}

func TestAPulseAboveTheCapacityBuildsUpNoMoreThanItsExcess(t *testing.T) {
	c := lone(fluid.Download, 2)
	c.Directions[fluid.Download].Shaper = 19e6
	l := fluid.New(c)
	l.Advance(20 * time.Second)
	l.SetShaper(fluid.Download, 22e6)
	l.Advance(20350 * time.Millisecond)
	q := l.QueueDelay(fluid.Download)
	if q < 5*time.Millisecond || q > 50*time.Millisecond {
		t.Errorf("10 %% too much for 350 ms queues for %v, want 5 to 50 ms", q)
	}
}

func TestFlowsStopDoublingWhenTheDelayBeginsToRise(t *testing.T) {
	for _, d := range directions {
		l := fluid.New(lone(d, 2))
		for at := time.Duration(0); at < 3*time.Second; at += 10 * time.Millisecond {
			l.Advance(at)
			if q := l.QueueDelay(d); q > 150*time.Millisecond {
				t.Fatalf("%v: after %v the start has filled the buffer with %v", d, at, q)
			}
		}
		if w := watch(l, d, time.Second); w.goodput < 0.9*20e6 {
			t.Errorf("%v: after 3 s flows get only %.1f Mbit/s", d, w.goodput/1e6)
		}
	}
}

func TestAFullBottleneckLosesProbes(t *testing.T) {
	c := lone(fluid.Download, 2)
	c.Directions[fluid.Download].Capacity.Steps = []fluid.Step{{At: 20 * time.Second, Rate: 5e6}}
	l := fluid.New(c)
	l.Advance(20 * time.Second)
	if w := watch(l, fluid.Download, 5*time.Second); w.lost == 0 || w.lost > w.probes*9/10 {
		t.Errorf("%d of %d probes were lost at a bottleneck that overflows", w.lost, w.probes)
	}
}

// A download's counter stands behind the bottleneck and an upload's before it.
func TestCountersSeeTheBottleneckOnDownloadAndTheShaperOnUpload(t *testing.T) {
	for _, tc := range []struct {
		d         fluid.Direction
		low, high float64 // Mbit/s in the first 60 ms of less capacity
	}{{fluid.Download, 4.9, 5.1}, {fluid.Upload, 7, 16}} {
		c := lone(tc.d, 2)
		c.Directions[tc.d].Shaper = 18e6
		c.Directions[tc.d].Capacity.Steps = []fluid.Step{{At: 20 * time.Second, Rate: 5e6}}
		l := fluid.New(c)
		l.Advance(10 * time.Second)
		if w := watch(l, tc.d, 10*time.Second); w.crossed < 0.97*18e6 || w.crossed > 1.001*18e6 {
			t.Errorf("%v: %.2f Mbit/s counted at a shaper of 18", tc.d, w.crossed/1e6)
		}
		before := l.Bytes(tc.d)
		l.Advance(20060 * time.Millisecond)
		if got := float64(l.Bytes(tc.d)-before) * 8 / 0.06 / 1e6; got < tc.low || got > tc.high {
			t.Errorf("%v: %.2f Mbit/s counted when the capacity fell to 5, want %v to %v", tc.d, got, tc.low, tc.high)
		}
	}
}

// The lab's own figures stand beside each bound: 1000 packets at 8 Mbit/s are
// 1.5 s.
func TestTheModelAgreesWithRealCAKEInTheLab(t *testing.T) {
	type phase struct {
		p50, p95 [2]time.Duration
		goodput  [2]float64 // Mbit/s
	}
	const ms = time.Millisecond
	for _, tc := range []struct {
		name    string
		shapers [3]int64
		phases  [3]phase
	}{
		{"shaper at 95 % of the capacity", [3]int64{19e6, 7.6e6, 19e6}, [3]phase{
			{[2]time.Duration{20 * ms, 22 * ms}, [2]time.Duration{20 * ms, 26 * ms}, [2]float64{17.0, 18.2}}, // 20.4, 22, 17.7
			{[2]time.Duration{20 * ms, 24 * ms}, [2]time.Duration{20 * ms, 40 * ms}, [2]float64{6.7, 7.4}},   // 21.2, 22, 7.1
			{[2]time.Duration{20 * ms, 22 * ms}, [2]time.Duration{20 * ms, 26 * ms}, [2]float64{17.0, 18.2}}, // 20.4, 21, 17.8
		}},
		{"shaper fixed at 18 Mbit/s", [3]int64{18e6, 18e6, 18e6}, [3]phase{
			{[2]time.Duration{20 * ms, 22 * ms}, [2]time.Duration{20 * ms, 26 * ms}, [2]float64{16.1, 17.5}},    // 20.4, 22, 16.8
			{[2]time.Duration{100 * ms, 500 * ms}, [2]time.Duration{600 * ms, 1600 * ms}, [2]float64{7.2, 7.8}}, // 220, 1285, 7.7
			{[2]time.Duration{20 * ms, 24 * ms}, [2]time.Duration{100 * ms, 900 * ms}, [2]float64{15.5, 17.5}},  // 20.5, 385, 16.3
		}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			const span = 15 * time.Second
			c := lone(fluid.Download, 2)
			c.Jitter, c.Buffer = 300*time.Microsecond, 1500*time.Millisecond
			c.Directions[fluid.Download].Capacity.Steps = []fluid.Step{{At: span, Rate: 8e6}, {At: 2 * span, Rate: 20e6}}
			l := fluid.New(c)
			for i, want := range tc.phases {
				l.SetShaper(fluid.Download, tc.shapers[i])
				got := watch(l, fluid.Download, span)
				t.Logf("phase %d: p50 %v p95 %v goodput %.2f", i, got.p50, got.p95, got.goodput/1e6)
				for _, f := range []struct {
					name      string
					got       time.Duration
					low, high time.Duration
				}{{"p50", got.p50, want.p50[0], want.p50[1]}, {"p95", got.p95, want.p95[0], want.p95[1]}} {
					if f.got < f.low || f.got > f.high {
						t.Errorf("phase %d: %s is %v, want %v to %v", i, f.name, f.got, f.low, f.high)
					}
				}
				if g := got.goodput / 1e6; g < want.goodput[0] || g > want.goodput[1] {
					t.Errorf("phase %d: goodput is %.2f Mbit/s, want %v", i, g, want.goodput)
				}
			}
		})
	}
}
