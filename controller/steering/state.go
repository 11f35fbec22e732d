package steering

import (
	"time"

	"github.com/wanctl/wanctl/controller/autorate"
)

// State is where a policy stands.
type State struct {
	// Active says that new connections take the alternate.
	Active bool
	// Turned says that it has ever turned, and TurnedAt when it last did.
	Turned   bool
	TurnedAt time.Duration
	// Total counts turns in both directions.
	Total int64
	// Reason is why it is where it is.
	Reason Reason
	// Confidence, 0 to 100, is the sum of Terms.
	Confidence int
	Terms      []Term

	// turns are those within the window, oldest first.
	turns []time.Duration
	last  time.Duration
	begun bool

	reds     [2]red
	greenFor time.Duration
	// unwellFor is how long the alternate has been unwell, unwellAt when it last
	// was.
	unwellFor, unwellAt time.Duration
	unwellSeen          bool
}

// red is what has been seen of a direction of the primary since it is RED.
type red struct {
	lasts         time.Duration
	drops, queued uint64
	floor         bool
	// counter is the last reading of the drops.
	counter uint64
	counted bool
}

// mostTurns bounds what is kept of turns, whatever the window.
const mostTurns = 64

// forget drops turns that the window has left behind.
func (s *State) forget(c *Config, now time.Duration) {
	for len(s.turns) > 0 && (now-s.turns[0] >= max(c.Window, 2*c.HoldDown) || len(s.turns) > mostTurns) {
		s.turns = s.turns[1:]
	}
}

// most is the largest factor of damping.
const most = 8

// Factor is by how many times RED and GREEN must last longer: it doubles with
// every turn beyond those that are free.
func (s *State) Factor(c *Config) int {
	factor := 1
	for range s.Recent(c) - c.FreeTurns {
		factor = min(2*factor, most)
	}
	return factor
}

// Recent is how many turns the window holds.
func (s *State) Recent(c *Config) int {
	n := 0
	for _, at := range s.turns {
		if s.last-at < c.Window {
			n++
		}
	}
	return n
}

// need is how long a time is at present.
func (s *State) need(d time.Duration, c *Config) time.Duration {
	return time.Duration(s.Factor(c)) * d
}

func (s *State) heldDown(c *Config, now time.Duration) bool {
	return s.Turned && now-s.TurnedAt < c.HoldDown
}

// exhausted says that there have been two turns within twice the hold-down.
func (s *State) exhausted(c *Config, now time.Duration) bool {
	return len(s.turns) >= 2 && now-s.turns[len(s.turns)-2] < 2*c.HoldDown
}

// watch lets streaks grow by the time that passed. What is unknown neither
// grows nor ends one.
func (s *State) watch(c *Config, in *Input, elapsed time.Duration) {
	if in.From.Known {
		for d := range s.reds {
			s.reds[d].watch(&in.From.Directions[d], in.From.Down, in.Now, elapsed)
		}
		since := max(in.From.Directions[0].Since, in.From.Directions[1].Since)
		switch {
		case in.From.Down || !in.From.green():
			s.greenFor = 0
		default:
			s.greenFor = min(s.greenFor+elapsed, max(in.Now-since, 0))
		}
	}
	if in.To.Known {
		if unwell(c, &in.To) {
			s.unwellFor += elapsed
			s.unwellAt, s.unwellSeen = in.Now, true
		} else {
			s.unwellFor = 0
		}
	}
}

// watch is one direction of the primary.
func (r *red) watch(d *Direction, down bool, now, elapsed time.Duration) {
	var dropped uint64
	if d.Counted && r.counted {
		dropped = grown(r.counter, d.Drops)
	}
	r.counter, r.counted = d.Drops, d.Counted
	if down || d.State != autorate.Red {
		*r = red{counter: r.counter, counted: r.counted}
		return
	}
	if lasts := max(now-d.Since, 0); lasts < r.lasts+elapsed {
		// It was something else between the looks, or the loop began anew.
		*r = red{lasts: lasts, counter: r.counter, counted: r.counted}
	} else {
		r.lasts += elapsed
	}
	r.drops += dropped
	r.floor = d.AtFloor
	if d.Counted {
		r.queued = max(r.queued, d.Queued)
	}
}

// grown is by how much a counter has grown: it may have wrapped at 32 bits, if
// it was in the upper half of them, or else have started anew.
func grown(from, to uint64) uint64 {
	switch {
	case to >= from:
		return to - from
	case from>>31 == 1:
		return to + 1<<32 - from
	}
	return to
}

// longest is how long the primary has been RED in either direction.
func (s *State) longest() time.Duration { return max(s.reds[0].lasts, s.reds[1].lasts) }

// Adopt takes over a rule that is on or off already, for a policy of which
// nothing else is known.
func (s *State) Adopt(on bool) { s.Active = on }
