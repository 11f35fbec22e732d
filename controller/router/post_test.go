package router_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/wanctl/wanctl/controller/router"
)

func TestPostAndCountersDoNotAllocate(t *testing.T) {
	m := router.NewMailbox(newFake(), router.Options{})
	const runs = 500
	// One more than runs: AllocsPerRun warms up with one. A slot's first post
	// takes another way than those that follow while it waits to be taken.
	var slots []*router.Slot
	for range runs + 1 {
		slots = append(slots, m.Attach("a", router.Queue{Name: "a-down"}, router.Queue{Name: "a-up"}))
	}
	now, next := time.Now(), 0
	allocs := testing.AllocsPerRun(runs, func() {
		s := slots[next]
		next++
		for rate := int64(1e6); rate < 1e7; rate += 1e6 {
			s.Post(router.Download, rate, now)
			s.Post(router.Upload, rate, now)
		}
		s.Counters()
	})
	if allocs != 0 {
		t.Errorf("%v allocations", allocs)
	}
}

func TestInTheEndEveryQueueHoldsTheNewestRate(t *testing.T) {
	for seed := range uint64(50) {
		rnd := rand.New(rand.NewPCG(seed, 1))
		f := newFake()
		opts := router.Options{PollEvery: time.Second, VerifyEvery: 5 * time.Second, WritesPerMinute: int(seed%3) * 100}
		run(t, f, opts, func(t *testing.T, b *bench) {
			slots := map[string]*router.Slot{"a": b.attach("a"), "b": b.attach("b")}
			want := map[string]int64{}
			post := func() {
				for wan, s := range slots {
					down, up := rnd.Int64N(100)*1e6+1e6, rnd.Int64N(20)*1e6+1e6
					s.Post(router.Download, down, time.Now())
					s.Post(router.Upload, up, time.Now())
					want[wan+"-down"], want[wan+"-up"] = down, up
				}
			}
			for range 300 {
				post()
				f.change(func() { misbehave(rnd, f) })
				time.Sleep(time.Duration(rnd.Int64N(int64(2 * time.Second))))
			}
			f.change(func() { f.fail, f.delay = nil, 0 })
			post()
			time.Sleep(time.Minute)
			for queue, rate := range want {
				if got := f.rate(queue); got != rate {
					t.Errorf("seed %d: %s holds %d, want %d", seed, queue, got, rate)
				}
			}
			for wan, s := range slots {
				if state := s.State(); state.Applied != state.Target || state.LastError != nil {
					t.Errorf("seed %d: %s: %+v", seed, wan, state)
				}
			}
		})
	}
}

// misbehave makes a fake well, slow, faulty or changed by hand.
func misbehave(rnd *rand.Rand, f *fake) {
	f.fail, f.delay = nil, 0
	switch rnd.IntN(8) {
	case 0:
		f.delay = time.Duration(rnd.Int64N(int64(5 * time.Second)))
	case 1, 2:
		kind := router.Kind(rnd.IntN(int(router.Unsupported)))
		f.fail = func(router.Queue, bool) error { return fault(kind) }
	case 3:
		f.fail = func(_ router.Queue, writing bool) error {
			if writing {
				return fault(router.Failed)
			}
			return nil
		}
	case 4:
		f.rates["a-down"] = 7e6
	}
}

func BenchmarkPost(b *testing.B) {
	m := router.NewMailbox(newFake(), router.Options{})
	s := m.Attach("a", router.Queue{Name: "a-down"}, router.Queue{Name: "a-up"})
	now, rate := time.Now(), int64(1)
	b.ReportAllocs()
	for b.Loop() {
		rate++
		s.Post(router.Download, rate, now)
	}
}
