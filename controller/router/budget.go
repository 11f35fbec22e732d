package router

import "time"

// burst is how many writes may be saved up.
const burst = 10

// budget is a token bucket of writes.
type budget struct {
	every time.Duration
	// full is when the bucket will be full; each write puts it off by every.
	full time.Time
}

// newBudget goes on from when an earlier one would have been full. The clock
// may have been set in between: it is at most empty.
func newBudget(perMinute int, full, now time.Time) budget {
	if perMinute <= 0 {
		return budget{}
	}
	b := budget{every: time.Minute / time.Duration(perMinute)}
	if wait := min(full.Sub(now), burst*b.every); wait > 0 {
		b.full = now.Add(wait)
	}
	return b
}

// take takes a token, or takes none and says how long to wait for one.
func (b *budget) take(now time.Time) time.Duration {
	if b.every == 0 {
		return 0
	}
	full := now
	if b.full.After(now) {
		full = b.full
	}
	if wait := full.Add(b.every).Sub(now) - burst*b.every; wait > 0 {
		return wait
	}
	b.full = full.Add(b.every)
	return 0
}
