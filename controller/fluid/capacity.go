package fluid

import (
	"cmp"
	"math"
	"slices"
	"time"
)

// Capacity is what a bottleneck carries over time, in bit/s: a steady rate,
// one that steps, or a trace.
type Capacity struct {
	// First holds until the first step.
	First int64
	// Steps change it, by time.
	Steps []Step
	// Repeat starts anew, with First, every so often; 0 is never.
	Repeat time.Duration
	// Trace replaces all of the above; nil is none.
	Trace *Trace
}

// Step is a change of capacity.
type Step struct {
	// At is when, since the start or the last repeat.
	At time.Duration
	// Rate holds from then on, in bit/s.
	Rate int64
}

// forever is later than any time a link is advanced to.
const forever = time.Duration(math.MaxInt64)

func (c Capacity) sane() Capacity {
	c.First = max(c.First, 0)
	c.Steps = slices.Clone(c.Steps)
	for i := range c.Steps {
		c.Steps[i].Rate = max(c.Steps[i].Rate, 0)
	}
	slices.SortStableFunc(c.Steps, func(a, b Step) int { return cmp.Compare(a.At, b.At) })
	return c
}

// at is the capacity at a time, in bit/s.
func (c *Capacity) at(t time.Duration) int64 {
	if c.Trace != nil {
		return c.Trace.mean(t)
	}
	rate, _ := c.piece(t)
	return rate
}

// piece is the capacity at a time, in bit/s, and when it next may change.
func (c *Capacity) piece(t time.Duration) (rate int64, until time.Duration) {
	start := time.Duration(0)
	until = forever
	if c.Repeat > 0 {
		start = t / c.Repeat * c.Repeat
		until = start + c.Repeat
	}
	rate = c.First
	for _, s := range c.Steps {
		if start+s.At > t {
			return rate, min(until, start+s.At)
		}
		rate = s.Rate
	}
	return rate, until
}
