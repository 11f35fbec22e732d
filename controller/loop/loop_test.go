package loop_test

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/wanctl/wanctl/api/v1alpha1"
	"github.com/wanctl/wanctl/controller/autorate"
	"github.com/wanctl/wanctl/controller/core"
	"github.com/wanctl/wanctl/controller/estimate"
	"github.com/wanctl/wanctl/controller/loop"
	"github.com/wanctl/wanctl/controller/probe"
	"github.com/wanctl/wanctl/controller/router"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const interval = 50 * time.Millisecond

// prober answers every probe with the same round-trip time, or not at all; a
// collection may take time, as a slow machine would.
type prober struct {
	rtt     atomic.Int64
	stall   func(n int) time.Duration
	n       int
	collect []time.Time
}

func (p *prober) Collect(now time.Time, buf []probe.Sample) ([]probe.Sample, probe.Waiting) {
	p.n++
	p.collect = append(p.collect, now)
	if p.stall != nil {
		time.Sleep(p.stall(p.n))
	}
	rtt := time.Duration(p.rtt.Load())
	if rtt == 0 {
		return buf, probe.Waiting{}
	}
	return append(buf, probe.Sample{Sent: now.Add(-rtt), RTT: rtt}), probe.Waiting{}
}

func answering(rtt time.Duration) *prober {
	p := &prober{}
	p.rtt.Store(int64(rtt))
	return p
}

func (p *prober) Err() error   { return nil }
func (p *prober) Close() error { return nil }

// shaper is a router that remembers what was posted. Its counters take a time
// to be read at each cycle; 0 is that none are.
type shaper struct {
	mu      sync.Mutex
	rates   [2][]int64
	reading time.Duration
}

func (s *shaper) Post(dir autorate.Direction, rate int64, _ time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.rates[dir] = append(s.rates[dir], rate)
}

func (s *shaper) Reading(time.Time) <-chan struct{} {
	if s.reading == 0 {
		return nil
	}
	done := make(chan struct{}, 1)
	time.AfterFunc(s.reading, func() { done <- struct{}{} })
	return done
}

func (s *shaper) Counters() (router.Counters, bool) { return router.Counters{}, false }

func config() *core.Config {
	limits := autorate.Limits{
		States: 4, Ceiling: 100e6, Floors: [4]int64{10e6, 10e6, 10e6, 10e6},
		Factor: 0.99, CutFactor: 0.9, Step: 1e6, IncreaseAfter: 10, SoftRedAfter: 120,
	}
	return &core.Config{
		Interval: interval, MaxIntervals: 200,
		Weights:  estimate.Weights{AlphaLoad: 0.005, AlphaBaseline: 0.0005, BaselineUpdateMS: 3},
		Quorum:   estimate.QuorumWeights{Window: 3, Timeout: 2 * time.Second},
		Autorate: autorate.Config{Thresholds: autorate.Thresholds{GreenMS: 15, SoftRedMS: 45, HardRedMS: 80}, Limits: [2]autorate.Limits{limits, limits}},
	}
}

// run turns a loop for a time of the bubble's clock and returns its state.
func run(t *testing.T, opts loop.Options, d time.Duration, during func(*loop.Loop)) (*loop.Loop, *core.State) {
	t.Helper()
	if opts.State == nil {
		opts.State = core.NewState(opts.Config, 1)
	}
	opts.Epoch = time.Now().Add(-time.Hour)
	l := loop.New(opts)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan *core.State, 1)
	go func() { ended <- l.Run(ctx) }()
	if during != nil {
		during(l)
	}
	time.Sleep(d)
	synctest.Wait()
	cancel()
	return l, <-ended
}

func TestCyclesRunOnAbsoluteDeadlines(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := answering(20 * time.Millisecond)
		p.stall = func(int) time.Duration { return 30 * time.Millisecond }
		begun := time.Now()
		l, _ := run(t, loop.Options{Config: config(), Prober: p, Router: &shaper{}}, 10*time.Second+interval/2, nil)
		for i, at := range p.collect {
			if want := begun.Add(time.Duration(i+1) * interval); !at.Equal(want) {
				t.Fatalf("cycle %d began %v after its deadline", i+1, at.Sub(want))
			}
		}
		if c := l.Snapshot().Cycles; len(p.collect) != 200 || c.Skipped != 0 || c.Overruns != 0 {
			t.Errorf("%d cycles, %d skipped, %d overruns; want 200, 0, 0", len(p.collect), c.Skipped, c.Overruns)
		}
	})
}

func TestACycleWaitsForCountersThatAreBeingReadButNotForEver(t *testing.T) {
	for reading, want := range map[time.Duration]time.Duration{
		300 * time.Microsecond: 300 * time.Microsecond,
		router.Patience:        router.Patience,
		time.Hour:              router.Patience,
	} {
		synctest.Test(t, func(t *testing.T) {
			p := answering(20 * time.Millisecond)
			begun := time.Now()
			l, _ := run(t, loop.Options{Config: config(), Prober: p, Router: &shaper{reading: reading}}, time.Second+interval/2, nil)
			for i, at := range p.collect {
				if late := at.Sub(begun.Add(time.Duration(i+1) * interval)); late != want {
					t.Fatalf("a reading of %v: cycle %d began %v after its deadline, want %v", reading, i+1, late, want)
				}
			}
			records, _ := l.Records(0, nil)
			if len(records) != 20 || records[19].Work != 0 || records[19].Late != 0 {
				t.Errorf("a reading of %v: %d records, the last %+v; want 20 whose wait is neither work nor late", reading, len(records), records[len(records)-1])
			}
		})
	}
}

func TestAnOverrunSkipsAndNeverBunches(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := answering(20 * time.Millisecond)
		p.stall = func(n int) time.Duration {
			if n == 10 {
				return 170 * time.Millisecond // past deadlines 11, 12 and 13
			}
			return 0
		}
		begun := time.Now()
		l, _ := run(t, loop.Options{Config: config(), Prober: p, Router: &shaper{}}, 2*time.Second+interval/2, nil)
		// Cycle 10 ends at 670 ms: the deadline of 550 ms is turned late, those
		// of 600 and 650 ms are skipped.
		if at := p.collect[10].Sub(begun); at != 670*time.Millisecond {
			t.Errorf("the cycle after the overrun began at %v, want 670ms", at)
		}
		if at := p.collect[11].Sub(begun); at != 700*time.Millisecond {
			t.Errorf("the one after that began at %v, want the deadline of 700ms", at)
		}
		if c := l.Snapshot().Cycles; len(p.collect) != 38 || c.Overruns != 1 || c.Skipped != 2 {
			t.Errorf("%d cycles, %d overruns, %d skipped; want 38, 1, 2", len(p.collect), c.Overruns, c.Skipped)
		}
	})
}

func TestARatePostedIsPostedOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &shaper{}
		run(t, loop.Options{Config: config(), Prober: answering(20 * time.Millisecond), Router: s}, 10*time.Second, nil)
		if len(s.rates[autorate.Download]) != 1 || s.rates[autorate.Download][0] != 100e6 {
			t.Errorf("an idle line at its ceiling was posted %v", s.rates[autorate.Download])
		}
	})
}

func TestALoopIsRetunedWithoutARestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, c := &shaper{}, config()
		lower := config()
		lower.Autorate.Limits[autorate.Download].Ceiling = 50e6
		l, _ := run(t, loop.Options{Config: c, Prober: answering(20 * time.Millisecond), Router: s}, 4*time.Second, func(l *loop.Loop) {
			time.Sleep(time.Second)
			l.Retune(lower)
		})
		if got := s.rates[autorate.Download]; len(got) != 2 || got[1] != 50e6 {
			t.Errorf("posted %v, want the lower ceiling second", got)
		}
		if got := l.Snapshot(); got.Config != lower || got.Cycles.Count < 90 {
			t.Errorf("after the retune: %d cycles counted; want those from before as well", got.Cycles.Count)
		}
	})
}

func TestTransitionsAreToldAndNothingElse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var events []loop.Event
		p := answering(20 * time.Millisecond)
		c := config()
		c.Autorate.Limits[autorate.Upload].States = 3
		run(t, loop.Options{Config: c, Prober: p, Router: &shaper{}, Notify: func(e loop.Event) { events = append(events, e) }}, 4*time.Second,
			func(*loop.Loop) {
				time.Sleep(5 * time.Second)
				p.rtt.Store(int64(120 * time.Millisecond))
			})
		// +100 ms: YELLOW after 1.65 s in both directions; nothing else in 4 s.
		if len(events) != 2 || events[0].Reason != v1alpha1.ReasonStateChanged {
			t.Errorf("events %+v, want one change of state a direction", events)
		}
	})
}

func TestSilenceIsToldOnceAndHoldsRates(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var reasons []string
		s, p := &shaper{}, answering(20*time.Millisecond)
		c := config()
		c.Autorate.Fast = true
		_, state := run(t, loop.Options{Config: c, Prober: p, Router: s, Notify: func(e loop.Event) { reasons = append(reasons, e.Reason) }}, 20*time.Second,
			func(*loop.Loop) {
				time.Sleep(5 * time.Second)
				p.rtt.Store(0)
				time.Sleep(20 * time.Second)
				p.rtt.Store(int64(20 * time.Millisecond))
			})
		if len(reasons) != 2 || reasons[0] != v1alpha1.ReasonProbesLost || reasons[1] != v1alpha1.ReasonProbesRecovered {
			t.Errorf("events %v, want the loss and the recovery", reasons)
		}
		if rate := state.Autorate.Shapers[autorate.Download].Rate; rate != 100e6 {
			t.Errorf("the rate is %d after an outage, want it held at 100M", rate)
		}
	})
}

// losing loses a probe every time it is asked.
type losing struct{ *prober }

func (losing) Collect(now time.Time, buf []probe.Sample) ([]probe.Sample, probe.Waiting) {
	return append(buf, probe.Sample{Sent: now, Lost: true}), probe.Waiting{}
}

func TestAReflectorThatFailsIsNamedByItsAddress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var told []string
		c := config()
		state := core.NewState(c, 1)
		state.Quorum.Reflectors[0].Resume(20)
		run(t, loop.Options{
			Config: c, State: state, Prober: losing{answering(0)}, Reflectors: []string{"192.0.2.7"}, Router: &shaper{},
			Notify: func(e loop.Event) { told = append(told, e.Message) },
		}, time.Second, nil)
		if len(told) == 0 || told[0] != "reflector 192.0.2.7 no longer answers and is left out" {
			t.Errorf("told %q", told)
		}
	})
}

func BenchmarkCycle(b *testing.B) {
	c := config()
	c.Autorate.Fast = true
	state := core.NewState(c, 3)
	in := core.Input{Intervals: 1, BytesOK: true, Samples: make([]core.Sample, 1)}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		in.Now = time.Duration(i) * interval
		in.Samples[0] = core.Sample{Reflector: i % 3, Sent: in.Now - 20*time.Millisecond, RTT: 20 * time.Millisecond}
		in.BytesAt, in.Bytes = in.Now, [2]uint64{uint64(i) * 60000, uint64(i) * 6000}
		state.Step(c, &in)
	}
}

func TestEveryCycleIsRecorded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := answering(20 * time.Millisecond)
		p.stall = func(n int) time.Duration {
			if n%2 == 0 {
				return 3 * time.Millisecond
			}
			return 0
		}
		l, _ := run(t, loop.Options{Config: config(), Prober: p, Router: &shaper{}}, time.Second+interval/2, nil)
		records, next := l.Records(0, nil)
		if len(records) != 20 || next != 20 {
			t.Fatalf("%d records, next %d; want 20 cycles", len(records), next)
		}
		for i, r := range records {
			if want := time.Hour + time.Duration(i+1)*interval; r.At != want || !r.Answered || r.RTTMS != 20 || r.BaselineMS != 20 {
				t.Errorf("record %d: %+v, want it at %v with 20 ms", i, r, want)
			}
			if want := time.Duration(i%2) * 3 * time.Millisecond; r.Work != want || r.Rates != [2]int64{100e6, 100e6} || r.Counted {
				t.Errorf("record %d: %+v, want %v of work at the ceilings", i, r, want)
			}
		}
	})
}
