package evidence

import (
	"time"

	"github.com/wanctl/wanctl/controller/autorate"
)

// heldFor is how long a state must be held to count, and flapsPer the time over
// which changes are counted. The first bounds how many fit into the second.
const (
	heldFor   = time.Second
	flapsPer  = 120 * time.Second
	mostFlaps = 128
)

// flaps follows one direction's state through those that were held.
type flaps struct {
	transitions, worst int64

	// state is the present one, since when it lasts; held is the last one that
	// was held long enough.
	state, held autorate.State
	since       time.Duration
	seen, known bool
	// times are those of the newest transitions.
	times       [mostFlaps]time.Duration
	oldest, end int
}

// cycle takes the state of a cycle in.
func (f *flaps) cycle(now time.Duration, state autorate.State) {
	if f.seen && now-f.since >= heldFor && (!f.known || f.held != f.state) {
		f.settle()
	}
	if !f.seen || state != f.state {
		f.state, f.since, f.seen = state, now, true
	}
}

// settle counts the present state, which has been held.
func (f *flaps) settle() {
	changed := f.known
	f.held, f.known = f.state, true
	if !changed {
		return
	}
	f.transitions++
	f.expire(f.since)
	if f.end-f.oldest == mostFlaps {
		f.oldest++
	}
	f.times[f.end%mostFlaps] = f.since
	f.end++
	f.worst = max(f.worst, int64(f.end-f.oldest))
}

func (f *flaps) expire(now time.Duration) {
	for f.oldest < f.end && now-f.times[f.oldest%mostFlaps] >= flapsPer {
		f.oldest++
	}
}

// recent is how many transitions the last 120 s had.
func (f *flaps) recent(now time.Duration) int64 {
	f.expire(now)
	return int64(f.end - f.oldest)
}

// interrupt forgets what is open: a state that nobody watched is not held.
func (f *flaps) interrupt() {
	*f = flaps{transitions: f.transitions, worst: f.worst}
}
