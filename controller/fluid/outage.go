package fluid

import "time"

// leastVariation is what Linux takes at least for four times the variation of
// the round-trip time, of which the retransmission timer is a sum (RFC 6298,
// with TCP_RTO_MIN).
const leastVariation = 200 * time.Millisecond

// stalled says whether the flows wait for their timers at a time, and until
// when that holds: from the beginning of an outage until the first timer after
// its end, each twice as long as the one before.
func (d *direction) stalled(t time.Duration) (stalled bool, until time.Duration) {
	for _, w := range d.outages {
		if t < w.From {
			return false, w.From
		}
		if again := w.From + d.resume(w.Until-w.From); t < again {
			return true, again
		}
	}
	return false, forever
}

// resume is when, after the beginning of an outage of some length, the first
// timer goes off that finds it over.
func (d *direction) resume(length time.Duration) time.Duration {
	at := d.rto
	for wait := d.rto; at < length; {
		wait = min(2*wait, mostRTO)
		at += wait
	}
	return at
}

// mostRTO is the longest that Linux lets a timer run (TCP_RTO_MAX).
const mostRTO = 2 * time.Minute

// during says whether a time is in one of the windows, and until when that
// holds.
func during(windows []Window, t time.Duration) (in bool, until time.Duration) {
	for _, w := range windows {
		if t < w.From {
			return false, w.From
		}
		if w.Contains(t) {
			return true, w.Until
		}
	}
	return false, forever
}
