package router

import (
	"context"
	"time"
)

// Resources are how a router itself fares.
type Resources struct {
	// At is when they were read, on the monotonic clock.
	At time.Time
	// CPUPercent is the load of all its cores, 0 to 100.
	CPUPercent float64
	// FreeMemory and TotalMemory are in bytes; 0 is unknown.
	FreeMemory, TotalMemory uint64
	// Uptime is how long it has run; 0 is unknown.
	Uptime time.Duration
	// Version and Board say what it is, as in "7.19.4 (stable)" and "RB5009".
	Version, Board string
}

// Gauge is a Device that tells how the router itself fares. It is called as a
// Device is, at a pace of its own.
type Gauge interface {
	Resources(ctx context.Context) (Resources, error)
}

// Resources are the newest ones, and whether there are any: none while the
// router does not answer, or where its device is no Gauge.
func (m *Mailbox) Resources() (Resources, bool) {
	r := m.resources.Load()
	if r == nil || m.outage.Load() != nil {
		return Resources{}, false
	}
	return *r, true
}

// readResources is a chore; what fails is tried again with the next turn, and
// told of by what reads rates.
func (m *Mailbox) readResources(ctx context.Context) time.Time {
	next := time.Now().Add(m.opts.ResourcesEvery)
	err := m.call(ctx, "read the resources of", "the router", func(ctx context.Context) error {
		r, err := m.device.(Gauge).Resources(ctx)
		if err == nil {
			m.resources.Store(&r)
		}
		return err
	})
	if err != nil {
		m.resources.Store(nil)
	}
	return latest(next, time.Now())
}
