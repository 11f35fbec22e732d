package router_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/wanctl/wanctl/controller/router"
)

func TestAPostedRateIsWrittenAndConfirmed(t *testing.T) {
	run(t, newFake(), router.Options{}, func(t *testing.T, b *bench) {
		s := b.attach("a")
		s.Post(router.Download, 80e6, time.Now())
		synctest.Wait()
		wantRates(t, "written", b.fake.written("a-down"), 80e6)
		wantRates(t, "written to the other direction", b.fake.written("a-up"))
		state := s.State()
		if state.Applied != [2]int64{80e6, 10e6} || state.Target != [2]int64{80e6, 0} || state.Applies != 1 {
			t.Errorf("state: %+v", state)
		}
	})
}

func TestNothingIsWrittenThatTheRouterAlreadyHolds(t *testing.T) {
	run(t, newFake(), router.Options{}, func(t *testing.T, b *bench) {
		s := b.attach("a")
		for range 5 {
			s.Post(router.Download, 50e6, time.Now())
			s.Post(router.Upload, 10e6, time.Now())
			time.Sleep(time.Second)
		}
		if len(b.fake.written("")) != 0 {
			t.Errorf("written: %v", b.fake.written(""))
		}
		if got := s.State().Applied; got != [2]int64{50e6, 10e6} {
			t.Errorf("applied: %d", got)
		}
	})
}

func TestARateBelowOneBitIsIgnored(t *testing.T) {
	run(t, newFake(), router.Options{}, func(t *testing.T, b *bench) {
		s := b.attach("a")
		s.Post(router.Download, 0, time.Now())
		s.Post(router.Download, -5, time.Now())
		synctest.Wait()
		if len(b.fake.written("")) != 0 {
			t.Errorf("written: %v", b.fake.written(""))
		}
	})
}

func TestTheNewestRateWinsWhileASlowWriteIsInFlight(t *testing.T) {
	f := newFake()
	f.delay = time.Second
	run(t, f, router.Options{}, func(t *testing.T, b *bench) {
		s := b.attach("a")
		time.Sleep(10 * time.Second)
		began := time.Now()
		for rate := int64(60e6); rate <= 90e6; rate += 1e6 {
			s.Post(router.Download, rate, time.Now())
			time.Sleep(20 * time.Millisecond)
		}
		time.Sleep(10 * time.Second)
		wantRates(t, "written", f.written("a-down"), 60e6, 90e6)
		// 90 Mbit/s is posted 600 ms after the first, then waits for the first
		// write with its reading (2 s) and its own (2 s).
		if got, want := s.State().LatencyP95, 4*time.Second-600*time.Millisecond; !near(got, want) {
			t.Errorf("p95 latency: got %v, want about %v (%v since the first post)", got, want, time.Since(began))
		}
	})
}

// near allows for a histogram's two digits.
func near(got, want time.Duration) bool { return max(got-want, want-got) <= want/50 }

func TestTheRateThatIsPostedLastIsTheOneThatStays(t *testing.T) {
	f := newFake()
	f.delay = 100 * time.Millisecond
	run(t, f, router.Options{}, func(t *testing.T, b *bench) {
		s := b.attach("a")
		s.Post(router.Download, 50e6, time.Now())
		time.Sleep(time.Second)
		s.Post(router.Download, 20e6, time.Now())
		time.Sleep(50 * time.Millisecond)
		s.Post(router.Download, 50e6, time.Now())
		if err := s.Flush(t.Context()); err != nil {
			t.Fatal(err)
		}
		b.Detach(s)
		time.Sleep(time.Second)
		if got := f.rate("a-down"); got != 50e6 {
			t.Errorf("after flush and detach the queue holds %d", got)
		}
	})
}

func TestARouterThatRoundsIsBelieved(t *testing.T) {
	f := newFake()
	f.round = func(rate int64) int64 { return rate / 100_000 * 100_000 }
	run(t, f, router.Options{VerifyEvery: time.Second}, func(t *testing.T, b *bench) {
		s := b.attach("a")
		s.Post(router.Download, 33_333_333, time.Now())
		time.Sleep(time.Minute)
		wantRates(t, "written", f.written("a-down"), 33_333_333)
		if state := s.State(); state.Applied[router.Download] != 33_333_333 || state.Failures+state.Drifts != 0 {
			t.Errorf("state: %+v", state)
		}
		wantTransitions(t, b)
	})
}

func TestAWriteThatTheRouterDoesNotHonourIsAFailure(t *testing.T) {
	f := newFake()
	f.round = func(int64) int64 { return 50e6 }
	run(t, f, router.Options{}, func(t *testing.T, b *bench) {
		s := b.attach("a")
		s.Post(router.Download, 80e6, time.Now())
		time.Sleep(10 * time.Second)
		state := s.State()
		if state.LastError == nil || state.Failures < 3 || state.Failures > 10 || state.Applies != 0 {
			t.Errorf("state: %+v", state)
		}
		if state.Applied[router.Download] != 0 {
			t.Errorf("applied is %d though it is unknown", state.Applied[router.Download])
		}
		f.change(func() { f.round = nil })
		time.Sleep(30 * time.Second)
		if state := s.State(); state.LastError != nil || state.Applied[router.Download] != 80e6 {
			t.Errorf("state after the router came to its senses: %+v", state)
		}
		wantTransitions(t, b, router.QueueFailed, router.QueueBack)
	})
}

func TestTheWriteBudgetDelaysWritesAndThenAppliesTheNewest(t *testing.T) {
	run(t, newFake(), router.Options{WritesPerMinute: 6}, func(t *testing.T, b *bench) {
		s := b.attach("a")
		rate := int64(50e6)
		for range 600 {
			rate += 10_000
			s.Post(router.Download, rate, time.Now())
			time.Sleep(100 * time.Millisecond)
		}
		if got := len(b.fake.written("a-down")); got != 15 && got != 16 {
			t.Errorf("%d writes in a minute; the budget is 10 at once and 6 a minute", got)
		}
		time.Sleep(10 * time.Second)
		if got := b.fake.rate("a-down"); got != rate {
			t.Errorf("the queue holds %d, the newest is %d", got, rate)
		}
	})
}

func TestTheWriteBudgetIsSharedInTurns(t *testing.T) {
	run(t, newFake(), router.Options{WritesPerMinute: 60}, func(t *testing.T, b *bench) {
		slots := []*router.Slot{b.attach("a"), b.attach("b")}
		for i := range int64(1200) {
			for _, s := range slots {
				s.Post(router.Download, 50e6+i*1000+1000, time.Now())
			}
			time.Sleep(100 * time.Millisecond)
		}
		x, y := len(b.fake.written("a-down")), len(b.fake.written("b-down"))
		if max(x-y, y-x) > 1 || x+y < 125 {
			t.Errorf("of the budget a got %d writes and b %d", x, y)
		}
	})
}

func TestWANsOfASlowRouterAreServedInTurns(t *testing.T) {
	f := newFake()
	f.delay = 50 * time.Millisecond
	run(t, f, router.Options{PollEvery: 100 * time.Millisecond}, func(t *testing.T, b *bench) {
		slots := []*router.Slot{b.attach("a"), b.attach("b")}
		for i := range int64(2000) {
			for _, s := range slots {
				s.Post(router.Download, 50e6+i*1000+1000, time.Now())
				s.Post(router.Upload, 10e6+i*1000+1000, time.Now())
			}
			time.Sleep(10 * time.Millisecond)
		}
		var counts []int
		for _, queue := range []string{"a-down", "a-up", "b-down", "b-up"} {
			counts = append(counts, len(f.written(queue)))
		}
		counts = append(counts, f.polled("a"), f.polled("b"))
		for _, n := range counts {
			if n < 35 || n > 45 {
				t.Fatalf("writes of four queues and polls of two WANs, all in turns: %d", counts)
			}
		}
	})
}

func TestCountersAreReadAndKept(t *testing.T) {
	run(t, newFake(), router.Options{PollEvery: 100 * time.Millisecond}, func(t *testing.T, b *bench) {
		s := b.attach("a")
		time.Sleep(1050 * time.Millisecond)
		synctest.Wait()
		c, ok := s.Counters()
		if !ok || c.Download != 11_000 || c.Upload != 1_100 || time.Since(c.At) > 100*time.Millisecond {
			t.Errorf("counters after 11 readings: %+v, %v", c, ok)
		}
	})
}

func TestAMomentFindsItsReadingHoweverLongThatTakes(t *testing.T) {
	const every = 100 * time.Millisecond
	for _, delay := range []time.Duration{0, time.Millisecond, 8 * time.Millisecond, 18 * time.Millisecond} {
		f := newFake()
		f.delay = delay
		run(t, f, router.Options{PollEvery: every}, func(t *testing.T, b *bench) {
			s, moment := b.attach("a"), time.Now().Add(37*time.Millisecond)
			s.Align(moment)
			time.Sleep(time.Until(moment.Add(20 * every)))
			for range 200 {
				begun := time.Now()
				if read := s.Reading(begun); read != nil {
					select {
					case <-read:
					case <-time.After(router.Patience):
						t.Fatalf("readings take %v: a moment's did not come in", delay)
					}
				}
				if c, ok := s.Counters(); !ok || time.Since(c.At) != 0 {
					t.Fatalf("readings take %v: what a moment finds came in %v before", delay, time.Since(c.At))
				}
				if s.Reading(time.Now()) != nil {
					t.Fatalf("readings take %v: one that has come in is still waited for", delay)
				}
				time.Sleep(time.Until(begun.Add(every)))
			}
		})
	}
}

func TestNothingIsWaitedForBetweenMomentsOrFromARouterThatHangs(t *testing.T) {
	const every = 100 * time.Millisecond
	f := newFake()
	run(t, f, router.Options{PollEvery: every}, func(t *testing.T, b *bench) {
		s, moment := b.attach("a"), time.Now()
		s.Align(moment)
		time.Sleep(10*every + every/2)
		if s.Reading(time.Now()) != nil {
			t.Error("a reading is waited for between two moments")
		}
		f.mu.Lock()
		f.delay = 4 * every / 5
		f.mu.Unlock()
		time.Sleep(every)
		if s.Reading(time.Now()) != nil {
			t.Error("a reading that has taken half of the time to the next is waited for")
		}
	})
}

func TestDetachForgetsWhatWasPosted(t *testing.T) {
	f := newFake()
	f.delay = time.Second
	run(t, f, router.Options{PollEvery: time.Second, VerifyEvery: time.Second}, func(t *testing.T, b *bench) {
		s := b.attach("a")
		time.Sleep(500 * time.Millisecond)
		s.Post(router.Download, 80e6, time.Now())
		b.Detach(s)
		time.Sleep(10 * time.Second)
		calls := len(f.called())
		s.Post(router.Upload, 5e6, time.Now())
		time.Sleep(10 * time.Second)
		if got := len(f.called()); got != calls {
			t.Errorf("%d calls for a slot that is gone", got-calls)
		}
	})
}

func TestASlotThatIsDetachedAtOnceIsNeverServed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		m := router.NewMailbox(f, router.Options{})
		m.Detach(m.Attach("a", router.Queue{Name: "a-down"}, router.Queue{Name: "a-up"}))
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		m.Run(ctx)
		if n := len(f.called()); n != 0 {
			t.Errorf("%d calls", n)
		}
	})
}

func TestTheEndClosesTheRouterAndLeavesTheQueues(t *testing.T) {
	f := newFake()
	f.delay = time.Second
	run(t, f, router.Options{}, func(t *testing.T, b *bench) {
		s := b.attach("a")
		time.Sleep(10 * time.Second)
		s.Post(router.Download, 80e6, time.Now())
		time.Sleep(100 * time.Millisecond)
		b.stop()
		if !f.isClosed() {
			t.Error("the device is still open")
		}
		if got := f.rate("a-down"); got != 50e6 {
			t.Errorf("the queue was left at %d", got)
		}
		if state := s.State(); state.Failures != 0 || state.LastError != nil {
			t.Errorf("stopping counts as a failure: %+v", state)
		}
		if err := s.Flush(t.Context()); err == nil {
			t.Error("flush after the end must fail")
		}
		wantTransitions(t, b)
	})
}

func TestFlush(t *testing.T) {
	t.Run("waits until both queues are confirmed", func(t *testing.T) {
		f := newFake()
		f.delay = 300 * time.Millisecond
		run(t, f, router.Options{}, func(t *testing.T, b *bench) {
			s := b.attach("a")
			s.Post(router.Download, 80e6, time.Time{})
			s.Post(router.Upload, 20e6, time.Time{})
			if err := s.Flush(t.Context()); err != nil {
				t.Fatal(err)
			}
			if f.rate("a-down") != 80e6 || f.rate("a-up") != 20e6 {
				t.Errorf("queues hold %v", f.held())
			}
			if got := s.State().LatencyP95; got != 0 {
				t.Errorf("a rate that no sample led to has latency %v", got)
			}
		})
	})
	t.Run("returns at once when nothing was posted", func(t *testing.T) {
		run(t, newFake(), router.Options{}, func(t *testing.T, b *bench) {
			if err := b.attach("a").Flush(t.Context()); err != nil {
				t.Fatal(err)
			}
		})
	})
	t.Run("gives up with the error that stands in the way", func(t *testing.T) {
		for _, kind := range []router.Kind{router.Missing, router.Unreachable, router.Failed, router.Denied, router.Unsupported} {
			f := newFake()
			f.fail = func(router.Queue, bool) error { return fault(kind) }
			run(t, f, router.Options{}, func(t *testing.T, b *bench) {
				s := b.attach("a")
				s.Post(router.Download, 80e6, time.Now())
				e, ok := errors.AsType[*router.Error](s.Flush(t.Context()))
				if !ok || e.Kind != kind {
					t.Errorf("got %v, want kind %d", e, kind)
				}
			})
		}
	})
	t.Run("ends with its context", func(t *testing.T) {
		f := newFake()
		f.delay = time.Second
		run(t, f, router.Options{}, func(t *testing.T, b *bench) {
			s := b.attach("a")
			s.Post(router.Download, 80e6, time.Now())
			ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
			defer cancel()
			if err := s.Flush(ctx); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("got %v", err)
			}
		})
	})
}

func TestEveryConfirmedWriteIsTold(t *testing.T) {
	type applied struct {
		queue   string
		rate    int64
		latency time.Duration
	}
	var told []applied
	f := newFake()
	f.delay = 100 * time.Millisecond
	run(t, f, router.Options{ReadBackAfter: time.Second, OnApply: func(q router.Queue, rate int64, latency time.Duration) {
		told = append(told, applied{q.WAN + " " + q.Direction.String(), rate, latency})
	}}, func(t *testing.T, b *bench) {
		s := b.attach("a")
		time.Sleep(time.Second)
		s.Post(router.Download, 80e6, time.Now())
		time.Sleep(5 * time.Second)
		s.Post(router.Upload, 10e6, time.Now()) // held already
		s.Post(router.Download, 70e6, time.Time{})
		time.Sleep(5 * time.Second)
		synctest.Wait()
		if len(told) != 2 || told[0].queue != "a download" || told[0].rate != 80e6 || told[1].rate != 70e6 {
			t.Fatalf("told of %+v, want both writes of the download", told)
		}
		if told[0].latency < f.delay || told[0].latency > 3*f.delay || told[1].latency != 0 {
			t.Errorf("latencies %v and %v; want that of a call or two, and none without a sample", told[0].latency, told[1].latency)
		}
	})
}
