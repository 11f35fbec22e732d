package core

import "time"

// lossSize is how many probes the share of losses is taken over.
const lossSize = 128

// lossWindow is the outcome of the newest probes.
type lossWindow struct {
	lost  [lossSize]bool
	count uint64
	sum   int
}

func (w *lossWindow) add(lost bool) {
	slot := &w.lost[w.count%lossSize]
	if *slot {
		w.sum--
	}
	if *slot = lost; lost {
		w.sum++
	}
	w.count++
}

func (w *lossWindow) share() float64 {
	if w.count == 0 {
		return 0
	}
	return float64(w.sum) / float64(min(w.count, lossSize))
}

// idleFor is how long a line must have been idle before its delay is taken
// for the path's own, and idleShare the share of a rate that counts as idle.
const (
	idleFor   = 30 * time.Second
	idleShare = 0.05
)

// flatWindow watches whether the load RTT stays within a band.
type flatWindow struct {
	since        time.Duration
	lowMS, hiMS  float64
	idleSince    time.Duration
	idle, opened bool
}

// escape lets the baseline out where it would be wrong for long: a delay that
// has stood still for the whole history, or on an idle line for a while, is
// the path's own and no queue; and a baseline above what the reflectors answer
// in at best is too high.
func (s *State) escape(c *Config, in *Input, fresh bool, out *Outcome) {
	if !fresh {
		return
	}
	w, load := &s.flat, s.Reference.LoadMS
	above := s.Reference.DeltaMS() >= c.Weights.BaselineUpdateMS
	w.lowMS, w.hiMS = min(w.lowMS, load), max(w.hiMS, load)
	if !w.opened || !above || w.hiMS-w.lowMS > c.Weights.BaselineUpdateMS {
		w.since, w.lowMS, w.hiMS, w.opened = in.Now, load, load, true
	}
	if idle := s.idle(c); idle != w.idle {
		w.idle, w.idleSince = idle, in.Now
	}
	if idle := s.Quorum.BaselineMS(); s.Reference.BaselineMS-idle > c.Weights.BaselineUpdateMS && s.Reference.DeltaMS() < 0 {
		// The line has shown itself faster than the baseline, which was learnt
		// under load or on another path.
		out.RelearnedMS = idle - s.Reference.BaselineMS
		s.Reference.BaselineMS = idle
		return
	}
	flat := in.Now-w.since >= c.History
	settled := w.idle && in.Now-w.idleSince >= idleFor && in.Now-w.since >= idleFor
	if !above || (!flat && !settled) {
		return
	}
	out.RelearnedMS = s.Reference.DeltaMS()
	s.Reference.BaselineMS = load
	s.Quorum.Rebase()
	w.opened = false
}

// idle says that the counters are known and next to nothing passes.
func (s *State) idle(c *Config) bool {
	if !s.Delivered.OK {
		return false
	}
	for d := range s.Autorate.Shapers {
		if s.Delivered.BitsPerSecond[d] > idleShare*float64(c.Autorate.Limits[d].Ceiling) {
			return false
		}
	}
	return true
}
