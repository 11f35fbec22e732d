package feed_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/wanctl/wanctl/api/v1alpha1"
	"github.com/wanctl/wanctl/controller/autorate"
	"github.com/wanctl/wanctl/controller/core"
	"github.com/wanctl/wanctl/controller/loop"
	"github.com/wanctl/wanctl/controller/probe"
	"github.com/wanctl/wanctl/controller/router"
	"github.com/wanctl/wanctl/observe/feed"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// sink counts what it is handed.
type sink struct {
	cycles, applies int
	last            time.Duration
	unordered       bool
	forgotten       []feed.WAN
}

func (s *sink) Cycles(_ feed.WAN, records []loop.Record) {
	s.cycles += len(records)
	for _, r := range records {
		s.unordered = s.unordered || r.At <= s.last
		s.last = r.At
	}
}
func (s *sink) Applied(feed.WAN, feed.Apply) { s.applies++ }
func (s *sink) Forget(wan feed.WAN)          { s.forgotten = append(s.forgotten, wan) }

type prober struct{}

func (prober) Collect(now time.Time, buf []probe.Sample) ([]probe.Sample, probe.Waiting) {
	return append(buf, probe.Sample{Sent: now.Add(-20 * time.Millisecond), RTT: 20 * time.Millisecond}), probe.Waiting{}
}
func (prober) Err() error   { return nil }
func (prober) Close() error { return nil }

type shaper struct{}

func (shaper) Post(autorate.Direction, int64, time.Time) {}
func (shaper) Reading(time.Time) <-chan struct{}         { return nil }
func (shaper) Counters() (router.Counters, bool)         { return router.Counters{}, false }

// turn runs a loop for a while of the bubble's clock, with a feed that follows.
func turn(f *feed.Feed, epoch time.Time, interval, length time.Duration) {
	limits := autorate.Limits{States: 4, Ceiling: 100e6, Floors: [4]int64{1e6, 1e6, 1e6, 1e6}, Factor: 0.9, CutFactor: 0.9, Step: 1e6, IncreaseAfter: 10, SoftRedAfter: 10}
	c := &core.Config{Interval: interval, MaxIntervals: 10, Autorate: autorate.Config{
		Thresholds: autorate.Thresholds{GreenMS: 15, SoftRedMS: 45, HardRedMS: 80}, Limits: [2]autorate.Limits{limits, limits}}}
	l := loop.New(loop.Options{Config: c, State: core.NewState(c, 1), Prober: prober{}, Router: shaper{}, Epoch: epoch})
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	f.LoopStarted("home", "att", l, epoch)
	go func() { defer close(ended); l.Run(ctx) }()
	time.Sleep(length)
	cancel()
	<-ended
	f.LoopStopped("home", "att")
}

func bubble(t *testing.T, test func(t *testing.T, f *feed.Feed, s *sink)) {
	synctest.Test(t, func(t *testing.T) {
		s := &sink{}
		f := feed.New(s)
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() { defer close(ended); f.Run(ctx) }()
		test(t, f, s)
		cancel()
		<-ended
	})
}

var att = feed.WAN{Site: "home", Name: "att"}

func TestNoCycleIsMissedAcrossARestartOfItsLoop(t *testing.T) {
	bubble(t, func(t *testing.T, f *feed.Feed, s *sink) {
		epoch := time.Now().Add(-time.Minute)
		turn(f, epoch, 10*time.Millisecond, 10*time.Second+5*time.Millisecond)
		turn(f, epoch, 50*time.Millisecond, 10*time.Second+5*time.Millisecond)
		if s.cycles != 1200 || s.unordered {
			t.Errorf("%d cycles were handed on, out of order: %v; want 1000 and 200 in order", s.cycles, s.unordered)
		}
		records, from := f.Cycles(att, time.Now().Add(-5*time.Second))
		if len(records) != 100 || !from.Equal(epoch) {
			t.Errorf("%d cycles of the last five seconds, from %v; want 100", len(records), from)
		}
	})
}

func TestAWANIsForgottenOnceItsManifestAndItsLoopAreGone(t *testing.T) {
	bubble(t, func(t *testing.T, f *feed.Feed, s *sink) {
		turn(f, time.Now(), 50*time.Millisecond, time.Second)
		site := &v1alpha1.Site{Spec: v1alpha1.SiteSpec{WANs: []v1alpha1.WAN{{Name: "att"}}}}
		site.Name = "home"
		f.Sites([]*v1alpha1.Site{site})
		if len(f.WANs()) != 1 || len(s.forgotten) != 0 {
			t.Fatalf("while the manifest names it: %v, forgotten %v", f.WANs(), s.forgotten)
		}
		f.Sites(nil)
		if len(f.WANs()) != 0 || len(s.forgotten) != 1 || s.forgotten[0] != att {
			t.Errorf("after: %v, forgotten %v", f.WANs(), s.forgotten)
		}
	})
}

func TestAppliesAndEventsAreKeptInBounds(t *testing.T) {
	bubble(t, func(t *testing.T, f *feed.Feed, s *sink) {
		begun := time.Now()
		for i := range 5000 {
			f.Applied("home", "att", autorate.Download, int64(i), time.Millisecond)
			f.Event(v1alpha1.Event{Reason: "StateChanged"})
			time.Sleep(time.Millisecond)
		}
		time.Sleep(time.Second)
		applies, events := f.Applies(att, begun), f.Events(0)
		if len(applies) == 0 || len(applies) > 1024 || applies[len(applies)-1].Rate != 4999 || s.applies != 5000 {
			t.Errorf("%d applies are kept, %d were handed on", len(applies), s.applies)
		}
		if len(events) != 200 || events[199].Number != 5000 || len(f.Events(4990)) != 10 {
			t.Errorf("%d events are kept, the last %+v", len(events), events[len(events)-1])
		}
	})
}
