package router

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"
)

// trouble is what goes wrong with one chore while the router answers.
type trouble struct {
	worse, better Transition
	queue         Queue
	// err points into the slot's errs; written under its lock.
	err     **Error
	tries   int
	retryAt time.Time
}

// failed keeps an error, tells of it once, and returns when to try again; zero
// is never.
func (t *trouble) failed(m *Mailbox, s *Slot, err error) time.Time {
	now := time.Now()
	e, ok := errors.AsType[*Error](err)
	if !ok {
		e = &Error{Op: "use", Target: t.queue.Name, Err: err}
	}
	if e.Kind == Unreachable {
		return now
	}
	first := *t.err == nil || (*t.err).Kind != e.Kind
	s.update(func() { *t.err = e })
	if first {
		t.tries = 0
		m.tell(Event{Transition: t.worse, Queue: t.queue, Err: e})
	}
	switch e.Kind {
	case Unsupported:
		return time.Time{}
	case Missing, Denied:
		t.retryAt = now.Add(slowRetry)
	default:
		t.retryAt = now.Add(m.backoff(t.tries))
		t.tries++
	}
	return t.retryAt
}

// recovered forgets the error, if any, and tells of it.
func (t *trouble) recovered(m *Mailbox, s *Slot) {
	t.tries, t.retryAt = 0, time.Time{}
	if *t.err == nil {
		return
	}
	s.update(func() { *t.err = nil })
	m.tell(Event{Transition: t.better, Queue: t.queue})
}

// backoff is a pause that doubles with every try and is shortened by up to
// half at random, so that many clients of one router spread out.
func (m *Mailbox) backoff(tries int) time.Duration {
	pause := m.opts.MaxBackoff
	if doubled := m.opts.MinBackoff << min(tries, 30); doubled > 0 && doubled < pause {
		pause = doubled
	}
	return pause - rand.N(pause/2+1)
}

// call makes one call of the device within its time and notes whether the
// router answered. It returns nil or an *Error.
func (m *Mailbox) call(ctx context.Context, op, target string, f func(context.Context) error) error {
	limited, cancel := context.WithTimeout(ctx, m.opts.CallTimeout)
	defer cancel()
	err := f(limited)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	defer m.asked.Store(true)
	if err == nil {
		m.answered()
		return nil
	}
	e, ok := errors.AsType[*Error](err)
	if !ok {
		e = &Error{Op: op, Target: target, Err: err}
	}
	if e.Kind == Failed && limited.Err() != nil {
		e = &Error{Kind: Unreachable, Op: op, Target: target,
			Err: fmt.Errorf("no answer within %v: %w", m.opts.CallTimeout, err)}
	}
	if e.Kind == Unreachable {
		m.unanswered(e)
	} else {
		m.answered()
	}
	return e
}

// unanswered holds every chore up for a while.
func (m *Mailbox) unanswered(e *Error) {
	lost := m.outage.Load() == nil
	m.outage.Store(e)
	m.heldTo = time.Now().Add(m.backoff(m.outages))
	m.outages++
	if lost {
		m.count(func(t *tally) { t.figures.Outages++ })
		m.tell(Event{Transition: RouterLost, Err: e})
	}
}

// answered ends an outage: every queue is read anew, since the router may have
// started anew with other rates.
func (m *Mailbox) answered() {
	if m.outages == 0 {
		return
	}
	m.outages, m.heldTo = 0, time.Time{}
	m.outage.Store(nil)
	m.tell(Event{Transition: RouterBack})
	now := time.Now()
	for _, s := range m.known {
		for _, l := range s.lanes {
			l.verifyAt = time.Time{}
			if l.index >= 0 {
				m.agenda.put(&l.chore, latest(now, l.retryAt))
			}
		}
		if s.look.index >= 0 {
			m.agenda.put(&s.look.chore, now)
		}
	}
}
