// Package loop turns one WAN's cycle on absolute deadlines: it reads the
// newest samples and counters, steps the core, and posts the rates to the
// router. It waits for none of them.
package loop

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/wanctl/wanctl/controller/autorate"
	"github.com/wanctl/wanctl/controller/core"
	"github.com/wanctl/wanctl/controller/probe"
	"github.com/wanctl/wanctl/controller/router"
)

// Router is what a loop needs of its router: no call waits.
type Router interface {
	// Post leaves a rate to be written, in bit/s, with the arrival of the
	// sample that led to it.
	Post(dir autorate.Direction, bitsPerSecond int64, sampled time.Time)
	// Reading is rung when counters that are read at this moment have come in;
	// nil where none are to be waited for.
	Reading(now time.Time) <-chan struct{}
	// Counters are the newest that were read.
	Counters() (router.Counters, bool)
}

// Options are what a loop runs with.
type Options struct {
	Config *core.Config
	// State is taken over by the loop until Run returns.
	State  *core.State
	Prober probe.Prober
	// Reflectors are the addresses of those probed, for events.
	Reflectors []string
	Router     Router
	// Epoch is where the core's times count from; it is the same for all loops
	// of an agent.
	Epoch time.Time
	// Start is a moment that every deadline is whole intervals after; Run's own
	// when left out. Probes and counters that keep to the same moments share
	// the loop's wake-ups, which on a slow router cost more than its work.
	Start time.Time
	// Notify is told what changed, from within a cycle: it must not block.
	Notify func(Event)
}

// Loop is one WAN's loop.
type Loop struct {
	opts   Options
	retune atomic.Pointer[core.Config]
	latest atomic.Pointer[Snapshot]

	config  *core.Config
	state   *core.State
	figures figures
	records *records
	samples []probe.Sample
	input   core.Input
	posted  [2]int64
	// silent says that the loss of all probes was told; began is the time of
	// the first cycle.
	silent bool
	began  time.Duration
	// since is when each direction took its state.
	since [2]time.Time
	// patience is for the counters of a cycle.
	patience *time.Timer
}

// New makes a loop; Run turns it.
func New(opts Options) *Loop {
	l := &Loop{
		opts: opts, config: opts.Config, state: opts.State, figures: newFigures(),
		records: newRecords(opts.Config.Interval),
		samples: make([]probe.Sample, 0, 64),
		input:   core.Input{Samples: make([]core.Sample, 0, 64)},
	}
	now := time.Now()
	l.since = [2]time.Time{now, now}
	l.publish(now)
	return l
}

// Retune lets the next cycle run with other parameters of the same interval.
func (l *Loop) Retune(c *core.Config) { l.retune.Store(c) }

// Snapshot is the newest published view; before the first cycle it is of the
// state that the loop starts from.
func (l *Loop) Snapshot() *Snapshot { return l.latest.Load() }

// Run turns the loop until ctx ends and returns its state. The first cycle is
// one interval away at most; a cycle that outlasts its interval makes the deadlines
// that it missed be skipped, so that cycles never bunch.
func (l *Loop) Run(ctx context.Context) *core.State {
	interval := l.config.Interval
	deadline := l.first(time.Now())
	timer := time.NewTimer(time.Until(deadline))
	defer timer.Stop()
	l.patience = time.NewTimer(0)
	defer l.patience.Stop()
	for {
		select {
		case <-ctx.Done():
			return l.state
		case <-timer.C:
		}
		late := time.Since(deadline)
		l.await()
		started := time.Now()
		skipped := max(0, int64(late/interval))
		l.cycle(started, 1+skipped)
		ended := time.Now()
		l.figures.record(ended.Sub(started), late, skipped, interval)
		l.note(started, ended.Sub(started), late, skipped)
		l.publish(ended)

		deadline = deadline.Add(time.Duration(1+skipped) * interval)
		timer.Reset(time.Until(deadline))
	}
}

// await gives counters that are being read at this moment the time to come in.
// The patience has a timer of its own: one that is set to a later time than it
// had wakes the process at both, one that is let go at neither.
func (l *Loop) await() {
	read := l.opts.Router.Reading(time.Now())
	if read == nil {
		return
	}
	l.patience.Reset(router.Patience)
	select {
	case <-read:
	case <-l.patience.C:
	}
	l.patience.Stop()
}

// first is the first deadline after now.
func (l *Loop) first(now time.Time) time.Time {
	interval := l.config.Interval
	if l.opts.Start.IsZero() {
		return now.Add(interval)
	}
	return l.opts.Start.Add((now.Sub(l.opts.Start)/interval + 1) * interval)
}

// cycle is one turn: collect, step, post.
func (l *Loop) cycle(now time.Time, intervals int64) {
	if c := l.retune.Swap(nil); c != nil {
		l.config = c
	}
	before := [2]autorate.State{l.state.Autorate.Shapers[0].State, l.state.Autorate.Shapers[1].State}
	l.collect(now)
	l.input.Now, l.input.Intervals = now.Sub(l.opts.Epoch), intervals
	if l.began == 0 {
		l.began = l.input.Now
	}
	outcome := l.state.Step(l.config, &l.input)
	for d := range l.posted {
		if rate := l.state.Autorate.Shapers[d].Rate; rate != l.posted[d] {
			l.opts.Router.Post(autorate.Direction(d), rate, now)
			l.posted[d] = rate
		}
	}
	l.notify(now, before, &outcome)
}

// collect takes what became known into the core's input.
func (l *Loop) collect(now time.Time) {
	in := &l.input
	var waiting probe.Waiting
	l.samples, waiting = l.opts.Prober.Collect(now, l.samples[:0])
	in.Samples = in.Samples[:0]
	for _, s := range l.samples {
		in.Samples = append(in.Samples, core.Sample{
			Reflector: s.Reflector, Sent: s.Sent.Sub(l.opts.Epoch), RTT: s.RTT, Lost: s.Lost,
		})
	}
	in.Waiting, in.WaitingAge = waiting.Reflector, waiting.Age
	counters, ok := l.opts.Router.Counters()
	in.BytesOK = ok
	if ok {
		in.Bytes = [2]uint64{counters.Download, counters.Upload}
		in.BytesAt = counters.At.Sub(l.opts.Epoch)
		for d, c := range counters.Shapers {
			in.Shapers[d] = core.ShaperCounters{Known: c.Known, Drops: c.Drops + c.Marks, BacklogBytes: c.BacklogBytes}
		}
	}
}
