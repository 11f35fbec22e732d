package router

import (
	"sync/atomic"
	"time"
)

// Patience is how long a reading of counters may take that begins at its moment,
// and so how long whoever uses them at that moment should wait for it. One that
// takes longer begins as much sooner.
const Patience = 2 * time.Millisecond

// reading is the next reading of a slot's counters, for whoever uses them at its
// moment.
type reading struct {
	// moment is when it is to come in, since the mailbox's epoch.
	moment atomic.Int64
	// bell holds a token after one has come in.
	bell chan struct{}
}

func newReading() reading { return reading{bell: make(chan struct{}, 1)} }

// done says that one has come in, and of what moment the next will be.
func (r *reading) done(next time.Duration) {
	r.moment.Store(int64(next))
	select {
	case r.bell <- struct{}{}:
	default:
	}
}

// awaited is rung when the reading of this moment has come in; nil where there
// is none to wait for, or it is so late that it may take any time.
func (r *reading) awaited(now time.Duration) <-chan struct{} {
	select {
	case <-r.bell:
	default:
	}
	late := now - time.Duration(r.moment.Load())
	if late < 0 || late > Patience {
		return nil
	}
	return r.bell
}
