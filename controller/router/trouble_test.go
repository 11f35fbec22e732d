package router_test

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/wanctl/wanctl/controller/router"
)

func TestARouterThatIsDownIsTriedEverMoreSeldomAndThenGetsTheNewest(t *testing.T) {
	f := newFake()
	run(t, f, router.Options{PollEvery: 100 * time.Millisecond}, func(t *testing.T, b *bench) {
		s, other := b.attach("a"), b.attach("b")
		s.Post(router.Download, 60e6, time.Now())
		time.Sleep(time.Second)
		f.change(func() {
			f.fail = func(router.Queue, bool) error { return fault(router.Unreachable) }
			f.calls = nil
		})
		for i := range int64(6000) {
			s.Post(router.Download, 60e6+(i+1)*1000, time.Now())
			time.Sleep(100 * time.Millisecond)
		}
		calls := f.called()
		// 600 s: 0.5, 1, 2, ... 16 s, then 30 s each, all shortened by up to half.
		if n := len(calls); n < 20 || n > 60 {
			t.Errorf("%d calls in 10 minutes of outage", n)
		}
		for i := range calls[1:] {
			gap := calls[i+1].Sub(calls[i])
			if gap < 250*time.Millisecond || gap > 30*time.Second {
				t.Errorf("call %d came %v after the one before", i+1, gap)
			}
			if i > 8 && gap < 15*time.Second {
				t.Errorf("call %d, late in the outage, came %v after the one before", i+1, gap)
			}
		}
		if s.State().LastError == nil || other.State().LastError == nil {
			t.Error("an outage stands in the way of every slot")
		}
		f.change(func() { f.fail = nil })
		time.Sleep(31 * time.Second)
		if got := f.rate("a-down"); got != 66e6 {
			t.Errorf("after the outage the queue holds %d", got)
		}
		wantRates(t, "written", f.written("a-down"), 60e6, 66e6)
		if s.State().LastError != nil || other.State().LastError != nil {
			t.Error("an error stands though the router is back")
		}
		wantTransitions(t, b, router.RouterLost, router.RouterBack)
	})
}

func TestACallThatHangsIsCancelledAndMeansThatTheRouterIsLost(t *testing.T) {
	f := newFake()
	run(t, f, router.Options{CallTimeout: 2 * time.Second}, func(t *testing.T, b *bench) {
		s := b.attach("a")
		time.Sleep(time.Second)
		f.change(func() { f.delay = never })
		s.Post(router.Download, 60e6, time.Now())
		time.Sleep(1900 * time.Millisecond)
		wantTransitions(t, b)
		time.Sleep(200 * time.Millisecond)
		wantTransitions(t, b, router.RouterLost)
		if e := s.State().LastError; e == nil || e.Kind != router.Unreachable {
			t.Errorf("error: %v", e)
		}
		f.change(func() { f.delay = 0 })
		time.Sleep(10 * time.Second)
		if got := f.rate("a-down"); got != 60e6 {
			t.Errorf("after the outage the queue holds %d", got)
		}
		wantTransitions(t, b, router.RouterLost, router.RouterBack)
	})
}

func TestARouterThatStartedAnewWithOtherRatesIsPutRightOnReturn(t *testing.T) {
	f := newFake()
	run(t, f, router.Options{}, func(t *testing.T, b *bench) {
		s, other := b.attach("a"), b.attach("b")
		s.Post(router.Download, 60e6, time.Now())
		other.Post(router.Upload, 20e6, time.Now())
		time.Sleep(time.Second)
		f.change(func() { f.fail = func(router.Queue, bool) error { return fault(router.Unreachable) } })
		s.Post(router.Download, 70e6, time.Now())
		time.Sleep(time.Minute)
		f.change(func() {
			f.fail = nil
			f.rates["a-down"], f.rates["b-up"] = 100e6, 100e6
		})
		time.Sleep(31 * time.Second)
		if f.rate("a-down") != 70e6 || f.rate("b-up") != 20e6 {
			t.Errorf("queues hold %v", f.held())
		}
	})
}

func TestAMissingQueueIsTriedSlowlyAndHoldsUpNoOther(t *testing.T) {
	for _, kind := range []router.Kind{router.Missing, router.Denied} {
		f := newFake()
		f.fail = func(q router.Queue, _ bool) error {
			if q.Name == "a-down" {
				return fault(kind)
			}
			return nil
		}
		run(t, f, router.Options{}, func(t *testing.T, b *bench) {
			s := b.attach("a")
			synctest.Wait()
			f.change(func() { f.calls = nil })
			for i := range int64(590) {
				s.Post(router.Download, 60e6+i*1000, time.Now())
				if i == 300 {
					s.Post(router.Upload, 5e6, time.Now())
				}
				time.Sleep(100 * time.Millisecond)
			}
			// Five tries of a-down, a write of a-up and its reading.
			if n := len(f.called()); n != 5+2 {
				t.Errorf("%d calls in 59 s", n)
			}
			wantRates(t, "written to the other direction", f.written("a-up"), 5e6)
			if e := s.State().LastError; e == nil || e.Kind != kind {
				t.Errorf("error: %v", e)
			}
			wantTransitions(t, b, router.QueueFailed)
			f.change(func() { f.fail = nil })
			time.Sleep(10 * time.Second)
			wantRates(t, "written", f.written("a-down"), 60e6+589*1000)
			if e := s.State().LastError; e != nil {
				t.Errorf("error: %v", e)
			}
			wantTransitions(t, b, router.QueueFailed, router.QueueBack)
		})
	}
}

func TestAnUnsupportedQueueIsNotTriedAgainUntilItIsAttachedAnew(t *testing.T) {
	f := newFake()
	f.fail = func(router.Queue, bool) error { return fault(router.Unsupported) }
	run(t, f, router.Options{PollEvery: 100 * time.Millisecond, VerifyEvery: time.Second}, func(t *testing.T, b *bench) {
		s := b.attach("a")
		for i := range int64(100) {
			s.Post(router.Download, 60e6+i*1000, time.Now())
			time.Sleep(time.Minute)
		}
		if n := len(f.called()); n != 3 {
			t.Errorf("%d calls for two queues and their counters", n)
		}
		got := b.transitions()
		slices.Sort(got)
		if want := []router.Transition{router.CountersFailed, router.QueueFailed, router.QueueFailed}; !slices.Equal(got, want) {
			t.Errorf("transitions: got %q, want %q", got, want)
		}
		f.change(func() { f.fail = nil })
		b.Detach(s)
		s = b.attach("a")
		s.Post(router.Download, 70e6, time.Now())
		synctest.Wait()
		if got := f.rate("a-down"); got != 70e6 {
			t.Errorf("attached anew the queue holds %d", got)
		}
	})
}

func TestFailuresOfOneQueueBackOffAndDoNotHoldUpCounters(t *testing.T) {
	f := newFake()
	f.fail = func(_ router.Queue, writing bool) error {
		if writing {
			return fault(router.Failed)
		}
		return nil
	}
	run(t, f, router.Options{PollEvery: 100 * time.Millisecond}, func(t *testing.T, b *bench) {
		s := b.attach("a")
		s.Post(router.Download, 60e6, time.Now())
		time.Sleep(5 * time.Minute)
		state := s.State()
		if state.Failures < 10 || state.Failures > 40 {
			t.Errorf("%d failures in 5 minutes", state.Failures)
		}
		if n := f.polled("a"); n < 2990 {
			t.Errorf("counters were read %d times in 5 minutes", n)
		}
		wantTransitions(t, b, router.QueueFailed)
	})
}

func TestCountersThatFailAreToldOfOnce(t *testing.T) {
	f := newFake()
	run(t, f, router.Options{PollEvery: 100 * time.Millisecond}, func(t *testing.T, b *bench) {
		b.attach("a")
		time.Sleep(time.Second)
		f.change(func() {
			f.fail = func(q router.Queue, _ bool) error {
				if q.Name == "" {
					return fault(router.Failed)
				}
				return nil
			}
		})
		time.Sleep(time.Minute)
		f.change(func() { f.fail = nil })
		time.Sleep(time.Minute)
		wantTransitions(t, b, router.CountersFailed, router.CountersBack)
	})
}

func TestDriftIsPutBackCountedAndToldOf(t *testing.T) {
	f := newFake()
	run(t, f, router.Options{VerifyEvery: 10 * time.Second}, func(t *testing.T, b *bench) {
		s := b.attach("a")
		s.Post(router.Download, 80e6, time.Now())
		time.Sleep(time.Second)
		f.change(func() { f.rates["a-down"] = 33e6 })
		time.Sleep(10 * time.Second)
		wantRates(t, "written", f.written("a-down"), 80e6, 80e6)
		if got := s.State().Drifts; got != 1 {
			t.Errorf("%d drifts", got)
		}
		time.Sleep(time.Minute)
		wantTransitions(t, b, router.DriftCorrected)
		if e := b.told()[0]; e.Found != 33e6 || e.Rate != 80e6 || e.Queue.WAN != "a" || e.Queue.Direction != router.Download {
			t.Errorf("event: %+v", e)
		}
	})
}

func TestAQueueThatNobodyPostedToIsLeftAsItIs(t *testing.T) {
	f := newFake()
	run(t, f, router.Options{VerifyEvery: 10 * time.Second}, func(t *testing.T, b *bench) {
		s := b.attach("a")
		time.Sleep(time.Second)
		f.change(func() { f.rates["a-down"] = 33e6 })
		time.Sleep(time.Minute)
		if state := s.State(); len(f.written("")) != 0 || state.Drifts != 0 || state.Applied[router.Download] != 33e6 {
			t.Errorf("state %+v, written %v", state, f.written(""))
		}
	})
}

func TestAWriteWhoseAnswerWasLostIsNeitherRepeatedNorDrift(t *testing.T) {
	for name, newest := range map[string]int64{"the same rate is wanted": 80e6, "another rate is wanted by then": 90e6} {
		t.Run(name, func(t *testing.T) {
			f := newFake()
			run(t, f, router.Options{}, func(t *testing.T, b *bench) {
				s := b.attach("a")
				time.Sleep(time.Second)
				f.change(func() {
					f.fail = func(_ router.Queue, writing bool) error {
						if !writing {
							return nil
						}
						// The router does as it is told, and then is gone.
						f.mu.Lock()
						defer f.mu.Unlock()
						f.rates["a-down"], f.fail = 80e6, nil
						return fault(router.Unreachable)
					}
				})
				s.Post(router.Download, 80e6, time.Now())
				synctest.Wait()
				s.Post(router.Download, newest, time.Now())
				time.Sleep(10 * time.Second)
				if state := s.State(); state.Drifts != 0 || state.Applied[router.Download] != newest {
					t.Errorf("state %+v", state)
				}
				if newest == 80e6 {
					wantRates(t, "written again", f.written("a-down"))
				}
				wantTransitions(t, b, router.RouterLost, router.RouterBack)
			})
		})
	}
}

func TestARouterIsNeitherThereNorNotUntilItsFirstCallHasEnded(t *testing.T) {
	for name, err := range map[string]error{"it answers": nil, "it does not answer": fault(router.Unreachable)} {
		t.Run(name, func(t *testing.T) {
			f := newFake()
			f.delay = time.Second
			f.fail = func(router.Queue, bool) error { return err }
			run(t, f, router.Options{}, func(t *testing.T, b *bench) {
				b.attach("a")
				time.Sleep(900 * time.Millisecond)
				if b.Figures().Asked {
					t.Error("it counts as asked before the first answer")
				}
				time.Sleep(200 * time.Millisecond)
				if got := b.Figures(); !got.Asked || (got.LastError == nil) != (err == nil) {
					t.Errorf("after the first call: %+v", got)
				}
			})
		})
	}
}
