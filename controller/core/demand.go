package core

import "time"

// ShaperCounters are what a queue has counted since some unknown past.
type ShaperCounters struct {
	// Known says whether the router tells; all else is 0 where it does not.
	Known bool
	// Drops are packets that the queue dropped or marked, BacklogBytes those
	// that wait in it.
	Drops, BacklogBytes uint64
}

// backlogBytes is what must wait in a queue for it to hold traffic up: two full
// packets, since one is always about to leave.
const backlogBytes = 2 * 1514

// heldFor is how long one sign that a queue holds traffic up stands, since
// queues are read about once a second.
const heldFor = 1500 * time.Millisecond

// demand follows whether a queue holds traffic up: its senders want more than
// its rate, though what they get may be less than that for a moment.
type demand struct {
	drops uint64
	known bool
	at    time.Duration
}

// held takes a reading, new or not. A counter that went backwards started anew.
func (d *demand) held(c *ShaperCounters, now time.Duration) bool {
	if !c.Known {
		*d = demand{}
		return false
	}
	if d.known && c.Drops > d.drops || c.BacklogBytes >= backlogBytes {
		d.at = now
	}
	d.drops, d.known = c.Drops, true
	return d.at > 0 && now-d.at < heldFor
}
