package router

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// Mailbox is the one goroutine that owns a Device, for all WANs of that
// router. It keeps only the newest rate of each queue, has one call in flight,
// writes nothing that has not changed, reads back what it wrote, puts drift
// right, and outlasts whatever goes wrong with the router.
type Mailbox struct {
	device  Device
	opts    Options
	epoch   time.Time
	posted  posted
	stopped chan struct{}

	// outage is why the router does not answer; nil while it does.
	outage atomic.Pointer[Error]
	// asked says that the first call came to an end.
	asked atomic.Bool
	// resources are the newest; nil is none.
	resources atomic.Pointer[Resources]

	mu                 sync.Mutex
	attached, detached []*Slot
	errands            []*chore
	tally              tally

	// The rest is the goroutine's own.
	known   []*Slot
	agenda  agenda
	budget  budget
	outages int
	heldTo  time.Time
}

// NewMailbox makes a mailbox for a device, which it owns from then on. It
// works while Run runs.
func NewMailbox(device Device, opts Options) *Mailbox {
	opts = opts.withDefaults()
	return &Mailbox{
		device:  device,
		opts:    opts,
		epoch:   time.Now(),
		posted:  posted{bell: make(chan struct{}, 1)},
		stopped: make(chan struct{}),
		budget:  newBudget(opts.WritesPerMinute, opts.BudgetFull, time.Now()),
		tally:   newTally(),
	}
}

// Attach adds a WAN with its two queues. Their present rates are read first,
// and nothing is written until a rate is posted that differs.
func (m *Mailbox) Attach(wan string, download, upload Queue) *Slot {
	s := newSlot(m, wan, download, upload)
	m.mu.Lock()
	m.attached = append(m.attached, s)
	m.mu.Unlock()
	m.posted.ring()
	return s
}

// Detach ends a slot: what was posted and has not been applied is forgotten.
// A call in flight is not waited for; a later slot's calls follow it.
func (m *Mailbox) Detach(s *Slot) {
	m.mu.Lock()
	m.detached = append(m.detached, s)
	m.mu.Unlock()
	m.posted.ring()
}

// Run works until ctx ends and then closes the device; the queues stay as they
// are. It is called once.
func (m *Mailbox) Run(ctx context.Context) {
	defer close(m.stopped)
	defer func() {
		if err := m.device.Close(); err != nil {
			m.opts.Log.Error(err, "router not closed")
		}
	}()
	if _, ok := m.device.(Gauge); ok {
		m.agenda.put(&chore{index: -1, serve: m.readResources}, time.Now())
	}
	timer := time.NewTimer(0)
	defer timer.Stop()
	for ctx.Err() == nil {
		m.collect()
		c := m.agenda.first()
		var wait <-chan time.Time
		if c != nil {
			pause := max(time.Until(c.due), time.Until(m.heldTo))
			if pause <= 0 {
				m.serve(ctx, c)
				continue
			}
			timer.Reset(pause)
			wait = timer.C
		}
		select {
		case <-ctx.Done():
		case <-m.posted.bell:
		case <-wait:
		}
	}
}

func (m *Mailbox) serve(ctx context.Context, c *chore) {
	m.agenda.drop(c)
	if next := c.serve(ctx); !next.IsZero() {
		m.agenda.put(c, next)
	}
}

// collect takes in what other goroutines attached, detached and posted.
func (m *Mailbox) collect() {
	m.mu.Lock()
	attached, detached, errands := m.attached, m.detached, m.errands
	m.attached, m.detached, m.errands = nil, nil, nil
	m.mu.Unlock()
	now := time.Now()
	for _, s := range attached {
		m.known = append(m.known, s)
		for _, c := range s.chores() {
			m.agenda.put(c, now)
		}
	}
	for _, s := range detached {
		m.known = slices.DeleteFunc(m.known, func(other *Slot) bool { return other == s })
		for _, c := range s.chores() {
			m.agenda.drop(c)
		}
	}
	for _, c := range errands {
		m.agenda.put(c, now)
	}
	m.posted.take(func(l *lane) {
		m.hasten(l, now)
	})
}

// hasten brings a lane forward to now if there is something to write and
// nothing to wait for. One that is due already keeps its turn.
func (m *Mailbox) hasten(l *lane, now time.Time) {
	at := latest(now, l.retryAt)
	if l.index >= 0 && l.wanting() && at.Before(l.due) {
		m.agenda.put(&l.chore, at)
	}
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
