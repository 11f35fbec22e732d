package shell

import (
	"time"

	"github.com/wanctl/wanctl/controller/loop"
	"github.com/wanctl/wanctl/controller/router"
	"github.com/wanctl/wanctl/controller/steering"
)

// Source is where a WAN is looked at. Neither call waits.
type Source struct {
	// Snapshot is the loop's newest; Started when the loop began.
	Snapshot func() *loop.Snapshot
	Started  time.Time
	// Counters are the router's newest.
	Counters func() (router.Counters, bool)
	// Reached says that something is reached over the WAN though no probe is
	// answered: only ICMP is lost. Nil is that nothing else is asked.
	Reached func() bool
}

// patience is how long a loop that has just begun may wait for its first answer,
// and alive the download, in bit/s, from which a WAN without an answer is not
// down: only its probes are lost then.
const (
	patience = 5 * time.Second
	alive    = 64e3
)

// look says what is known of a WAN at a time; epoch is what the machine's times
// count from.
func (s *Source) look(now, epoch time.Time) (w steering.WAN) {
	snap := s.Snapshot()
	if now.Sub(snap.At) > max(steering.Stale, snap.Config.Interval*3/2) {
		return w
	}
	if !snap.Heard {
		if s.Reached != nil && s.Reached() {
			return w
		}
		moving := snap.Delivered.OK && snap.Delivered.BitsPerSecond[router.Download] >= alive
		cannot := snap.ProbeErr != nil && snap.CurrentMS == 0
		w.Down = snap.At.Sub(s.Started) > patience && !moving && !cannot
		w.Known = w.Down
		return w
	}
	w.Known, w.Loss = snap.Reference.Started, snap.Loss
	since := [2]time.Duration{snap.Since[0].Sub(epoch), snap.Since[1].Sub(epoch)}
	w.Observe(&snap.Config.Autorate, &snap.Shapers, since, &snap.Delivered)
	if c, ok := s.Counters(); ok && now.Sub(c.At) <= steering.Stale {
		Count(&w, &c)
	}
	return w
}

// Count fills in what a router's queues have counted.
func Count(w *steering.WAN, c *router.Counters) {
	for d := range w.Directions {
		q := &c.Shapers[d]
		w.Directions[d].Counted, w.Directions[d].Drops, w.Directions[d].Queued = q.Known, q.Drops, q.QueuedPackets
	}
}
