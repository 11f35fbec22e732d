package fluid_test

import (
	"math"
	"testing"
	"time"

	"github.com/wanctl/wanctl/controller/fluid"
)

func TestAnIdleLineCarriesNothingAndDelaysNothing(t *testing.T) {
	l := fluid.New(lone(fluid.Download, 0))
	w := watch(l, fluid.Download, 10*time.Second)
	if w.crossed != 0 || w.goodput != 0 {
		t.Errorf("an idle line carried %v bit/s", w.crossed)
	}
	if w.worst != 20*time.Millisecond || w.lost != 0 {
		t.Errorf("probes took up to %v and %d were lost, want 20ms and 0", w.worst, w.lost)
	}
}

func TestOneDirectionsLoadLeavesTheOtherAlone(t *testing.T) {
	l := fluid.New(lone(fluid.Download, 2))
	l.Advance(30 * time.Second)
	if l.QueueDelay(fluid.Download) == 0 {
		t.Error("two downloads without a shaper queue for nothing")
	}
	if l.Bytes(fluid.Upload) != 0 || l.QueueDelay(fluid.Upload) != 0 {
		t.Errorf("a download put %d bytes and %v of queue on the upload", l.Bytes(fluid.Upload), l.QueueDelay(fluid.Upload))
	}
}

func TestDemandBoundsWhatFlowsTake(t *testing.T) {
	c := lone(fluid.Download, 4)
	c.Directions[fluid.Download].Demand = 5e6
	l := fluid.New(c)
	l.Advance(10 * time.Second)
	w := watch(l, fluid.Download, 10*time.Second)
	if math.Abs(w.crossed-5e6) > 0.02*5e6 {
		t.Errorf("flows that want 5 Mbit/s took %.2f", w.crossed/1e6)
	}
	if w.worst > 25*time.Millisecond {
		t.Errorf("a quarter of the capacity delayed probes by up to %v", w.worst)
	}
}

func TestFlowsComeAndGo(t *testing.T) {
	c := lone(fluid.Download, 2)
	c.Directions[fluid.Download].Shaper = 18e6
	c.Directions[fluid.Download].On, c.Directions[fluid.Download].Off = 20*time.Second, 10*time.Second
	l := fluid.New(c)
	for turn := range 3 {
		if w := watch(l, fluid.Download, 20*time.Second); w.goodput < 0.8*18e6 {
			t.Errorf("turn %d: flows that are on got %.2f Mbit/s", turn, w.goodput/1e6)
		}
		l.Advance(l.Now() + time.Second)
		if w := watch(l, fluid.Download, 9*time.Second); w.crossed != 0 || w.worst > 20*time.Millisecond {
			t.Errorf("turn %d: flows that are off took %.2f Mbit/s and delayed by up to %v", turn, w.crossed/1e6, w.worst)
		}
	}
}

func TestFlowsThatComeBackBeginAnew(t *testing.T) {
	c := lone(fluid.Download, 2)
	c.Directions[fluid.Download].Shaper = 18e6
	c.Directions[fluid.Download].On, c.Directions[fluid.Download].Off = 20*time.Second, 10*time.Second
	l := fluid.New(c)
	l.Advance(30 * time.Second)
	before := l.Bytes(fluid.Download)
	l.Advance(30020 * time.Millisecond)
	// Two first windows of ten segments.
	if got := l.Bytes(fluid.Download) - before; got < 20_000 || got > 30_000 {
		t.Errorf("%d bytes crossed in the first round trip, want about 29000", got)
	}
}

func TestCrossTrafficTakesItsPartOfTheBottleneck(t *testing.T) {
	for _, d := range []fluid.Direction{fluid.Download, fluid.Upload} {
		for _, tc := range []struct {
			name          string
			cross, shaper int64
			goodput       [2]float64 // Mbit/s
			p50           [2]time.Duration
		}{
			{"a shaper below what is left keeps the queue away", 12e6, 7e6, [2]float64{6.2, 7}, [2]time.Duration{20 * time.Millisecond, 24 * time.Millisecond}},
			{"a shaper above what is left lets the queue fill", 12e6, 15e6, [2]float64{6, 8}, [2]time.Duration{150 * time.Millisecond, 525 * time.Millisecond}},
		} {
			t.Run(d.String()+": "+tc.name, func(t *testing.T) {
				c := lone(d, 2)
				c.Directions[d].CrossTraffic, c.Directions[d].Shaper = tc.cross, tc.shaper
				l := fluid.New(c)
				l.Advance(30 * time.Second)
				w := watch(l, d, 20*time.Second)
				if g := w.goodput / 1e6; g < tc.goodput[0] || g > tc.goodput[1] {
					t.Errorf("goodput is %.2f Mbit/s, want %v", g, tc.goodput)
				}
				if w.p50 < tc.p50[0] || w.p50 > tc.p50[1] {
					t.Errorf("the median is %v, want %v", w.p50, tc.p50)
				}
			})
		}
	}
}

func TestCrossTrafficAloneCanFillTheBottleneck(t *testing.T) {
	c := lone(fluid.Download, 0)
	c.Directions[fluid.Download].CrossTraffic = 25e6
	l := fluid.New(c)
	l.Advance(10 * time.Second)
	w := watch(l, fluid.Download, 50*time.Second)
	if w.p50 < 450*time.Millisecond {
		t.Errorf("the median is %v, want the whole buffer of 500 ms", w.p50)
	}
	if share := float64(w.lost) / float64(w.probes); share < 0.14 || share > 0.26 {
		t.Errorf("%.0f %% of the probes were lost, want about the 20 %% that does not fit", share*100)
	}
}

func TestCapacityMovesInSteps(t *testing.T) {
	c := lone(fluid.Download, 1)
	c.Directions[fluid.Download].Capacity = fluid.Capacity{
		First: 20e6, Repeat: time.Minute,
		Steps: []fluid.Step{{At: 30 * time.Second, Rate: 10e6}, {At: 10 * time.Second, Rate: 5e6}},
	}
	l := fluid.New(c)
	for _, tc := range []struct {
		at   time.Duration
		want int64
	}{{0, 20e6}, {9999 * time.Millisecond, 20e6}, {10 * time.Second, 5e6}, {30 * time.Second, 10e6}, {60 * time.Second, 20e6}, {75 * time.Second, 5e6}} {
		l.Advance(tc.at)
		if got := l.Capacity(fluid.Download); got != tc.want {
			t.Errorf("at %v the capacity is %d, want %d", tc.at, got, tc.want)
		}
	}
}

func TestALineThatStandsStillAnswersNothingAndComesBack(t *testing.T) {
	c := lone(fluid.Download, 2)
	c.Directions[fluid.Download].Shaper = 18e6
	c.Directions[fluid.Download].Capacity.Steps = []fluid.Step{{At: 10 * time.Second, Rate: 0}, {At: 12 * time.Second, Rate: 20e6}}
	l := fluid.New(c)
	l.Advance(10 * time.Second)
	if w := watch(l, fluid.Download, 2*time.Second-time.Millisecond); w.lost != w.probes || w.crossed > 1e5 {
		t.Errorf("a dead line answered %d of %d probes and carried %v bit/s", w.probes-w.lost, w.probes, w.crossed)
	}
	l.Advance(20 * time.Second)
	if w := watch(l, fluid.Download, 10*time.Second); w.goodput < 0.85*18e6 || w.lost != 0 {
		t.Errorf("once back it gives %.2f Mbit/s and loses %d probes", w.goodput/1e6, w.lost)
	}
}
