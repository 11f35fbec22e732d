package router_test

import (
	"context"
	"errors"
	"maps"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/wanctl/wanctl/api/v1alpha1"
	"github.com/wanctl/wanctl/controller/router"
)

// manage attaches a WAN whose queues wanctl keeps.
func (b *bench) manage(wan string) *router.Slot {
	return b.Attach(wan, kept(wan+"-down", 95e6), kept(wan+"-up", 18e6))
}

func kept(name string, ceiling int64) router.Queue {
	return router.Queue{Name: name, Cake: &v1alpha1.CakeOptions{}, Ceiling: ceiling}
}

func (f *fake) standing() map[string]int64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	return maps.Clone(f.built)
}

func wantStanding(t *testing.T, f *fake, want map[string]int64) {
	t.Helper()
	if diff := cmp.Diff(want, f.standing()); diff != "" {
		t.Errorf("built (-want +got):\n%s", diff)
	}
}

func TestKeptQueuesAreBuiltBeforeTheyAreRead(t *testing.T) {
	f := newFake()
	delete(f.rates, "a-down")
	run(t, f, router.Options{}, func(t *testing.T, b *bench) {
		s := b.manage("a")
		b.attach("b")
		s.Post(router.Upload, 7e6, time.Now())
		synctest.Wait()
		wantStanding(t, f, map[string]int64{"a-down": 95e6, "a-up": 18e6})
		if got := s.State().Applied; got != [2]int64{95e6, 7e6} {
			t.Errorf("applied: %d", got)
		}
		var done []string
		for _, e := range b.told() {
			if e.Transition != router.QueueBuilt || e.Queue.WAN != "a" {
				t.Errorf("told of %+v", e)
			}
			done = append(done, e.Done...)
		}
		if diff := cmp.Diff([]string{"made a-down on a-up", "made a-up on a-up"}, done); diff != "" {
			t.Errorf("done (-want +got):\n%s", diff)
		}
	})
}

func TestAKeptQueueThatIsGoneIsBuiltAnewAndThatIsNoDrift(t *testing.T) {
	f := newFake()
	run(t, f, router.Options{VerifyEvery: 10 * time.Second}, func(t *testing.T, b *bench) {
		s := b.manage("a")
		s.Post(router.Download, 60e6, time.Now())
		time.Sleep(time.Second)
		f.change(func() { delete(f.built, "a-down") })
		time.Sleep(10 * time.Second)
		wantStanding(t, f, map[string]int64{"a-down": 95e6, "a-up": 18e6})
		wantRates(t, "written", f.written("a-down"), 60e6, 60e6)
		wantTransitions(t, b, router.QueueBuilt, router.QueueBuilt, router.QueueBuilt)
		if got := s.State().Drifts; got != 0 {
			t.Errorf("%d drifts", got)
		}
	})
}

func TestAQueueThatCannotBeBuiltStandsInItsOwnWayOnly(t *testing.T) {
	f := newFake()
	f.fail = func(q router.Queue, _ bool) error {
		if q.Name == "a-down" {
			return fault(router.Missing)
		}
		return nil
	}
	run(t, f, router.Options{}, func(t *testing.T, b *bench) {
		s := b.manage("a")
		s.Post(router.Download, 60e6, time.Now())
		s.Post(router.Upload, 7e6, time.Now())
		time.Sleep(time.Second)
		if got := s.State().Applied; got != [2]int64{0, 7e6} {
			t.Errorf("applied: %d", got)
		}
		wantTransitions(t, b, router.QueueFailed, router.QueueBuilt)
		f.change(func() { f.fail = nil })
		time.Sleep(10 * time.Second)
		if got := s.State().Applied; got != [2]int64{60e6, 7e6} {
			t.Errorf("applied once nothing stands in the way: %d", got)
		}
	})
}

func TestRemoveTakesAwayWhatWasBuiltAndEndsTheSlot(t *testing.T) {
	f := newFake()
	run(t, f, router.Options{VerifyEvery: time.Second}, func(t *testing.T, b *bench) {
		s := b.manage("a")
		other := b.manage("b")
		synctest.Wait()
		if err := s.Remove(t.Context()); err != nil {
			t.Fatal(err)
		}
		s.Post(router.Download, 60e6, time.Now())
		time.Sleep(time.Minute)
		wantStanding(t, f, map[string]int64{"b-down": 95e6, "b-up": 18e6})
		wantRates(t, "written", f.written("a-down"))
		if got := other.State().Applied; got != [2]int64{95e6, 18e6} {
			t.Errorf("the other slot: %d", got)
		}
	})
}

func TestRemoveLeavesQueuesOfOthersAlone(t *testing.T) {
	f := newFake()
	run(t, f, router.Options{}, func(t *testing.T, b *bench) {
		s := b.attach("a")
		synctest.Wait()
		f.change(func() { f.built["a-down"] = 1 })
		if err := s.Remove(t.Context()); err != nil {
			t.Fatal(err)
		}
		wantStanding(t, f, map[string]int64{"a-down": 1})
	})
}

func TestRemoveTellsWhatWentWrong(t *testing.T) {
	f := newFake()
	run(t, f, router.Options{}, func(t *testing.T, b *bench) {
		s := b.manage("a")
		synctest.Wait()
		f.change(func() { f.fail = func(router.Queue, bool) error { return fault(router.Denied) } })
		if e, ok := errors.AsType[*router.Error](s.Remove(t.Context())); !ok || e.Kind != router.Denied {
			t.Errorf("got %v", e)
		}
	})
}

func TestRemoveEndsWithItsContextAndWithTheMailbox(t *testing.T) {
	f := newFake()
	f.delay = time.Minute
	run(t, f, router.Options{CallTimeout: time.Hour}, func(t *testing.T, b *bench) {
		s := b.manage("a")
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := s.Remove(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		b.stop()
		if err := s.Remove(t.Context()); err == nil {
			t.Error("removed by a mailbox that has stopped")
		}
	})
}

func TestADeviceThatBuildsNothingServesKeptQueuesAsTheyAre(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := router.NewMailbox(struct{ router.Device }{newFake()}, router.Options{})
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() { defer close(ended); m.Run(ctx) }()
		s := m.Attach("a", kept("a-down", 95e6), kept("a-up", 18e6))
		synctest.Wait()
		if got := s.State().Applied; got != [2]int64{50e6, 10e6} {
			t.Errorf("applied: %d", got)
		}
		if err := s.Remove(t.Context()); err != nil {
			t.Error(err)
		}
		cancel()
		<-ended
	})
}
