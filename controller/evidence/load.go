package evidence

import "time"

// A direction is loaded where it carries usedShare of its shaper's rate, where
// its shaper says that it holds traffic up, or where it carries blamedShare while
// a queue fills: then the line carries less than the shaper lets through. A line
// is loaded while one of its directions is, or was within loadedFor, and idle
// where both carry less than idleShare. The last three are the law's own shares.
const (
	usedShare, blamedShare, idleShare = 0.7, 0.15, 0.05
	loadedFor                         = time.Second
)

// settled is how long a line must have been idle or loaded for what becomes
// known of its probes, or its baseline, to be from that time: a loss is known
// only after the probe's timeout.
const settled = 5 * time.Second

// load follows what the line carries.
type load struct {
	at           time.Duration
	everAt       bool
	since        time.Duration
	loaded, idle bool
	idleSince    time.Duration
}

// cycle takes in what passed; filling says that the delay is that of a filling
// queue.
func (l *load) cycle(c *Cycle, filling bool) {
	now, idle := c.At, c.Counted
	if c.Counted {
		for d, delivered := range c.Delivered {
			rate := float64(c.Rates[d])
			used := delivered >= usedShare*rate || c.Held[d] || filling && delivered >= blamedShare*rate
			if used && rate > 0 {
				l.at, l.everAt = now, true
			}
			idle = idle && !used && delivered < idleShare*rate
		}
	}
	loaded := c.Counted && l.within(now, loadedFor)
	if loaded && !l.loaded {
		l.since = now
	}
	if idle && !l.idle {
		l.idleSince = now
	}
	l.loaded, l.idle = loaded, idle
}

// within says that the line was loaded at most so long ago.
func (l *load) within(now, d time.Duration) bool { return l.everAt && now-l.at <= d }

// resting and busy say that the line has been idle, or loaded, for long enough.
func (l *load) resting(now time.Duration) bool { return l.idle && now-l.idleSince >= settled }
func (l *load) busy(now time.Duration) bool    { return l.loaded && now-l.since >= settled }
