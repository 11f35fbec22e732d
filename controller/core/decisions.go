package core

import (
	"slices"
	"time"

	"github.com/wanctl/wanctl/controller/autorate"
)

// decisionsSize is how many changes of a rate are remembered.
const decisionsSize = 16

// Decision is one change of a rate and why. Changes for the same reason that
// follow each other are one decision.
type Decision struct {
	// At is when the first of them was made.
	At       time.Duration
	From, To int64
	Reason   autorate.Reason
	// DelayMS and DeliveredBitsPerSecond are what was seen then.
	DelayMS, DeliveredBitsPerSecond float64
}

// Decisions are the last changes of one direction's rate.
type Decisions struct {
	ring  [decisionsSize]Decision
	count uint64
}

func (d *Decisions) note(now time.Duration, from int64, s *autorate.Shaper, delayMS, delivered float64) {
	if s.Rate == from {
		return
	}
	if d.count > 0 {
		if newest := &d.ring[(d.count-1)%decisionsSize]; newest.Reason == s.Reason && newest.To == from {
			newest.To = s.Rate
			return
		}
	}
	d.ring[d.count%decisionsSize] = Decision{
		At: now, From: from, To: s.Rate, Reason: s.Reason, DelayMS: delayMS, DeliveredBitsPerSecond: delivered,
	}
	d.count++
}

// Newest appends the decisions to buf, oldest first.
func (d *Decisions) Newest(buf []Decision) []Decision {
	n := min(d.count, decisionsSize)
	buf = slices.Grow(buf, int(n))
	for i := d.count - n; i < d.count; i++ {
		buf = append(buf, d.ring[i%decisionsSize])
	}
	return buf
}
