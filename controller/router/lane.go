package router

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"
)

// lane is one queue of a slot.
type lane struct {
	chore
	trouble
	box   *Mailbox
	queue Queue

	// target in bit/s; sampled in ns since the mailbox's epoch, 0 for none.
	target, sampled atomic.Int64
	posted          atomic.Bool
	next            *lane

	// The rest is the mailbox's goroutine's own. asked is the rate that the
	// queue is known to hold in our terms, present the same in the router's,
	// which may round; 0 is unknown.
	asked, present int64
	// verifyAt is when to read the queue; zero is before anything else.
	verifyAt time.Time
	// inDoubt says that a write may or may not have reached the router.
	inDoubt bool
	// drift is the rate that something else had set; 0 is none.
	drift int64
}

func newLane(s *Slot, q Queue) *lane {
	l := &lane{box: s.box, queue: q}
	l.chore = chore{slot: s, index: -1, serve: l.serve}
	l.trouble = trouble{worse: QueueFailed, better: QueueBack, queue: q, err: &s.errs[q.Direction]}
	return l
}

// differ says whether a router could tell two rates apart: those that count
// in bytes cannot below 8 bit/s.
func differ(a, b int64) bool { return max(a-b, b-a) >= 8 }

// near says whether a router confirmed a rate: within 1 %, since some round.
func near(got, want int64) bool { return max(got-want, want-got) <= want/100+8 }

// wanting says whether there is something to write.
func (l *lane) wanting() bool {
	target := l.target.Load()
	return target != 0 && differ(target, l.asked)
}

// serve brings the queue to its target, reading it first where it is unknown
// or due to be verified.
func (l *lane) serve(ctx context.Context) time.Time {
	now := time.Now()
	if !l.verifyAt.After(now) {
		if err := l.read(ctx); err != nil {
			return l.failed(ctx, err)
		}
	}
	if l.wanting() {
		if wait := l.box.budget.take(now); wait > 0 {
			l.box.count(func(t *tally) { t.figures.Held++ })
			l.retryAt = now.Add(wait)
			return l.retryAt
		}
		full := l.box.budget.full
		l.box.count(func(t *tally) { t.figures.BudgetFull = full })
		if err := l.write(ctx); err != nil {
			return l.failed(ctx, err)
		}
	}
	l.settle()
	return l.verifyAt
}

func (l *lane) read(ctx context.Context) error {
	if err := l.ensure(ctx); err != nil {
		return err
	}
	rate, err := l.rate(ctx)
	if err != nil {
		return err
	}
	l.verifyAt = time.Now().Add(l.box.opts.VerifyEvery)
	if differ(rate, l.present) {
		if l.present != 0 && !l.inDoubt {
			l.drift = rate
		}
		l.asked = rate
	}
	l.present, l.inDoubt = rate, false
	return nil
}

func (l *lane) write(ctx context.Context) error {
	target, sampled := l.target.Load(), l.sampled.Load()
	l.inDoubt = true
	l.slot.update(func() { l.slot.state.Applied[l.queue.Direction] = 0 })
	began := time.Now()
	err := l.box.call(ctx, "set the rate of", l.queue.Name, func(ctx context.Context) error {
		return l.box.device.SetRate(ctx, l.queue, target)
	})
	if ctx.Err() == nil {
		l.box.count(func(t *tally) { t.wrote(time.Since(began), err) })
	}
	if err != nil {
		return err
	}
	verify := l.box.opts.ReadBackAfter
	if verify > 0 {
		l.present, l.inDoubt = target, false
	} else if err := l.readBack(ctx, target); err != nil {
		return err
	} else {
		verify = l.box.opts.VerifyEvery
	}
	l.asked = target
	now := time.Now()
	l.verifyAt = now.Add(verify)
	l.sampled.CompareAndSwap(sampled, 0)
	var latency time.Duration
	if sampled != 0 {
		latency = now.Sub(l.box.epoch) - time.Duration(sampled)
	}
	l.slot.update(func() {
		l.slot.state.Applies++
		if sampled != 0 {
			longest := l.slot.latency.HighestTrackableValue()
			_ = l.slot.latency.RecordValue(min(max(latency.Microseconds(), 1), longest))
		}
	})
	l.box.opts.OnApply(l.queue, target, latency)
	return nil
}

// readBack reads what a write has led to.
func (l *lane) readBack(ctx context.Context, target int64) error {
	got, err := l.rate(ctx)
	if err != nil {
		return err
	}
	l.asked, l.present, l.inDoubt = got, got, false
	if !near(got, target) {
		return &Error{Op: "set the rate of", Target: l.queue.Name,
			Err: fmt.Errorf("wrote %d bit/s but the router says %d bit/s", target, got)}
	}
	return nil
}

func (l *lane) rate(ctx context.Context) (rate int64, err error) {
	err = l.box.call(ctx, "read the rate of", l.queue.Name, func(ctx context.Context) error {
		rate, err = l.box.device.Rate(ctx, l.queue)
		return err
	})
	return rate, err
}

// settle makes known that the queue holds what it should.
func (l *lane) settle() {
	l.recovered(l.box, l.slot)
	l.slot.update(func() { l.slot.state.Applied[l.queue.Direction] = l.asked })
	if l.drift != 0 && l.target.Load() != 0 && differ(l.drift, l.asked) {
		l.slot.update(func() { l.slot.state.Drifts++ })
		l.box.tell(Event{Transition: DriftCorrected, Queue: l.queue, Found: l.drift, Rate: l.asked})
	}
	l.drift = 0
}

// failed makes an error known and returns when to try again: with a read,
// since what the queue holds is in doubt.
func (l *lane) failed(ctx context.Context, err error) time.Time {
	l.verifyAt = time.Time{}
	if ctx.Err() != nil {
		return time.Time{}
	}
	l.slot.update(func() {
		l.slot.state.Failures++
		l.slot.state.Applied[l.queue.Direction] = 0
	})
	return l.trouble.failed(l.box, l.slot, err)
}
