package pulse_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/wanctl/wanctl/api/v1alpha1"
	"github.com/wanctl/wanctl/controller/autorate"
	"github.com/wanctl/wanctl/controller/core"
	"github.com/wanctl/wanctl/controller/loop"
	"github.com/wanctl/wanctl/controller/probe"
	"github.com/wanctl/wanctl/controller/router"
	"github.com/wanctl/wanctl/observe/pulse"
)

// dead is a line that never answers, behind a router that says nothing.
type dead struct{}

func (dead) Collect(_ time.Time, buf []probe.Sample) ([]probe.Sample, probe.Waiting) {
	return buf, probe.Waiting{}
}
func (dead) Err() error                                { return nil }
func (dead) Close() error                              { return nil }
func (dead) Post(autorate.Direction, int64, time.Time) {}
func (dead) Reading(time.Time) <-chan struct{}         { return nil }
func (dead) Counters() (router.Counters, bool)         { return router.Counters{}, false }

// hung is a line on which the loop hangs once it is let.
type hung struct {
	dead
	at    time.Time
	until chan struct{}
}

func (h hung) Collect(now time.Time, buf []probe.Sample) ([]probe.Sample, probe.Waiting) {
	if now.After(h.at) {
		<-h.until
	}
	return buf, probe.Waiting{}
}

func start(p *pulse.Pulse, wan string, interval time.Duration, prober probe.Prober) (stop func()) {
	limits := autorate.Limits{States: 4, Ceiling: 1e8, Floors: [4]int64{1e6, 1e6, 1e6, 1e6}, Factor: 0.9, CutFactor: 0.9, Step: 1e6}
	c := &core.Config{Interval: interval, MaxIntervals: 10, Autorate: autorate.Config{Limits: [2]autorate.Limits{limits, limits}}}
	l := loop.New(loop.Options{Config: c, State: core.NewState(c, 1), Prober: prober, Router: dead{}, Epoch: time.Now()})
	p.LoopStarted("home", wan, l, time.Now())
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() { defer close(ended); l.Run(ctx) }()
	return func() {
		cancel()
		<-ended
		p.LoopStopped("home", wan)
	}
}

func TestALineAndARouterThatAreDeadAreNoFault(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := pulse.New()
		defer start(p, "att", 50*time.Millisecond, dead{})()
		defer start(p, "lte", 5*time.Second, dead{})()
		for range 600 {
			p.Looked()
			time.Sleep(time.Second)
			if fault := p.Fault(time.Now()); fault != "" {
				t.Fatal(fault)
			}
		}
	})
}

func TestOneLoopThatHangsIsAFaultUntilItTurnsOrIsStopped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := pulse.New()
		p.Looked()
		defer start(p, "att", 50*time.Millisecond, dead{})()
		until := make(chan struct{})
		stop := start(p, "lte", 50*time.Millisecond, hung{at: time.Now().Add(10 * time.Second), until: until})
		time.Sleep(14 * time.Second)
		if fault := p.Fault(time.Now()); fault != "" {
			t.Errorf("before a loop has hung for %v: %s", pulse.Standstill, fault)
		}
		time.Sleep(2 * time.Second)
		if fault, want := p.Fault(time.Now()), "loop home/lte has not turned for 6s"; fault != want {
			t.Errorf("got %q, want %q", fault, want)
		}
		close(until)
		time.Sleep(time.Second)
		if fault := p.Fault(time.Now()); fault != "" {
			t.Errorf("a loop that turns again: %s", fault)
		}
		stop()
		time.Sleep(30 * time.Second)
		if fault := p.Fault(time.Now()); fault != "" {
			t.Errorf("after a loop was stopped: %s", fault)
		}
	})
}

// TestAnAgentThatWaitsForRoutersOrForTheDiskIsNoFault covers a manifest from which many WANs
// behind dead routers are gone: each is waited for and told of in turn.
func TestAnAgentThatWaitsForRoutersOrForTheDiskIsNoFault(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := pulse.New()
		time.Sleep(10 * time.Minute)
		p.Event(v1alpha1.Event{})
		time.Sleep(10 * time.Minute)
		if fault := p.Fault(time.Now()); fault != "" {
			t.Errorf("before the first look: %s", fault)
		}
		p.Looked()
		for range 50 {
			time.Sleep(5 * time.Second)
			if fault := p.Fault(time.Now()); fault != "" {
				t.Fatal(fault)
			}
			p.Event(v1alpha1.Event{})
		}
		p.Writing(true)
		time.Sleep(time.Hour)
		if fault := p.Fault(time.Now()); fault != "" {
			t.Errorf("a disk that takes an hour: %s", fault)
		}
		p.Writing(false)
		time.Sleep(pulse.Rest + time.Second)
		if fault, want := p.Fault(time.Now()), "agent has not looked at its loops for 1m1s"; fault != want {
			t.Errorf("got %q, want %q", fault, want)
		}
	})
}
