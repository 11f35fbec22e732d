// Package history keeps what a WAN's loop recorded: every cycle of the last two
// minutes, and for a day buckets of many cycles. It knows no clock: time is
// that of the records.
package history

import (
	"time"

	"github.com/wanctl/wanctl/controller/autorate"
	"github.com/wanctl/wanctl/controller/loop"
)

// KeepCycles is how far back every cycle is kept.
const KeepCycles = 2 * time.Minute

// Tier is one resolution of the buckets: how long a bucket is and how far back
// they go.
type Tier struct{ Step, Keep time.Duration }

// Tiers are the resolutions, finest first.
var Tiers = [...]Tier{{time.Second, time.Hour}, {15 * time.Second, 24 * time.Hour}}

// Bucket sums up the cycles that began within one step of a tier.
type Bucket struct {
	// At is where it begins, since the loops' epoch.
	At time.Duration
	// RTTMS and RTTMaxMS are the mean and the greatest RTT of the cycles that
	// had a new answer; 0 where none had.
	RTTMS, RTTMaxMS float32
	// LoadMS and BaselineMS are those of the last cycle.
	LoadMS, BaselineMS float32
	// Rates and Delivered are means in bit/s, by Direction; Counted says that
	// Delivered is known.
	Rates, Delivered [2]float32
	Counted          bool
	// States are the worst that were seen.
	States [2]autorate.State
}

// History is that of one WAN. It is not safe for concurrent use.
type History struct {
	cycles trail[loop.Record]
	tiers  [len(Tiers)]tier
}

// Add takes in records that follow each other in time.
func (h *History) Add(records []loop.Record) {
	for i := range records {
		rec := &records[i]
		h.cycles.add(*rec, func(oldest *loop.Record) bool { return rec.At-oldest.At > KeepCycles })
		for t := range h.tiers {
			h.tiers[t].add(Tiers[t], rec)
		}
	}
}

// Cycles appends to buf every kept cycle that began after a time since the
// epoch.
func (h *History) Cycles(after time.Duration, buf []loop.Record) []loop.Record {
	kept := h.cycles.items()
	first := len(kept)
	for first > 0 && kept[first-1].At > after {
		first--
	}
	return append(buf, kept[first:]...)
}

// Buckets are those of the finest tier that reaches back as far as span, from
// span before the newest on; the one that is still being filled is among them.
func (h *History) Buckets(span time.Duration) (buckets []Bucket, step time.Duration) {
	t := 0
	for t < len(Tiers)-1 && Tiers[t].Keep < span {
		t++
	}
	tier := &h.tiers[t]
	if tier.filling.cycles == 0 {
		return nil, Tiers[t].Step
	}
	newest := tier.filling.bucket()
	for _, b := range tier.done.items() {
		if newest.At-b.At < span {
			buckets = append(buckets, b)
		}
	}
	return append(buckets, newest), Tiers[t].Step
}
