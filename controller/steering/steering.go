// Package steering decides which of two WANs latency-sensitive new connections
// take: hysteresis over what is known of both, with a confidence, a hold-down,
// and damping of policies that turn often.
//
// It is pure: a step is a function of configuration, state and input. Times are
// durations since an arbitrary start; nothing counts cycles.
package steering

import (
	"slices"
	"time"

	"github.com/wanctl/wanctl/controller/autorate"
)

// Stale is the age from which what is known of a WAN counts as unknown.
const Stale = 3 * time.Second

// Config is one policy.
type Config struct {
	// Red is how long the primary must be RED, and confirmed to be, before
	// traffic leaves it; Green how long it must be GREEN before traffic returns.
	Red, Green time.Duration
	// MinDrops and MinQueued are asked of the RED direction's queue, in packets;
	// AtFloor lets a shaper at its floor confirm instead.
	MinDrops, MinQueued int64
	AtFloor             bool
	// MaxLoss is the share of lost probes from 0 to 1 above which the alternate
	// is lossy.
	MaxLoss float64
	// HoldDown is how long after a turn no other follows, but from a WAN that
	// goes down; and how long an alternate that was unwell must have been well.
	// Within twice that there are at most two turns, whatever happens.
	HoldDown time.Duration
	// FreeTurns within Window do not raise the bar.
	FreeTurns int
	Window    time.Duration
}

// Direction is what is known of one direction of a WAN.
type Direction struct {
	State autorate.State
	// Since is when the state began.
	Since time.Duration
	// Counted says that the router counts drops and queued packets. Drops is a
	// counter that may wrap at 32 bits or start anew.
	Counted       bool
	Drops, Queued uint64
	// AtFloor says that the shaper stands at its floor for RED while traffic
	// passes.
	AtFloor bool
}

// WAN is what is known of a WAN.
type WAN struct {
	// Known is false where the loop does not run, has not measured anything yet
	// or has not been heard of for Stale; all else means nothing then.
	Known bool
	// Down says that nothing at all comes through.
	Down bool
	// Loss is the share of probes that were lost of late, 0 to 1.
	Loss       float64
	Directions [2]Direction
}

// Red says that a direction is RED.
func (w *WAN) Red() bool {
	return w.Directions[0].State == autorate.Red || w.Directions[1].State == autorate.Red
}

// green says that both directions are GREEN.
func (w *WAN) green() bool {
	return w.Directions[0].State == autorate.Green && w.Directions[1].State == autorate.Green
}

// Observe fills in what a WAN's shapers say: states, since when, and whether
// they stand at their floors while traffic passes.
func (w *WAN) Observe(c *autorate.Config, shapers *[2]autorate.Shaper, since [2]time.Duration, delivered *autorate.Delivered) {
	for d := range w.Directions {
		floor := c.Limits[d].Floors[autorate.Red]
		w.Directions[d].State, w.Directions[d].Since = shapers[d].State, since[d]
		w.Directions[d].AtFloor = shapers[d].Rate <= floor && delivered.OK && delivered.BitsPerSecond[d] >= busyShare*float64(floor)
	}
}

// busyShare is the share of the floor from which traffic counts as passing: it
// tells a line that carries little from one that is asked for nothing.
const busyShare = 0.05

// Input is what one step knows.
type Input struct {
	Now      time.Duration
	From, To WAN
	// Held says that another policy of the group steers or goes first.
	Held bool
}

// Outcome is what a step has brought about.
type Outcome struct {
	// Turned says that Active changed, and Reason of the state why.
	Turned bool
	// Terms are those of the confidence that turned it.
	Terms []Term
	// Damped and Undamped say that the damping factor has grown or shrunk.
	Damped, Undamped bool
}

// Step takes one input into the state.
func (s *State) Step(c *Config, in *Input) Outcome {
	elapsed := in.Now - s.last
	if !s.begun {
		elapsed = 0
	}
	before := s.Factor(c)
	s.begun, s.last = true, in.Now
	s.forget(c, in.Now)
	s.watch(c, in, max(elapsed, 0))
	s.score(c, in)
	out := Outcome{Undamped: s.Factor(c) < before}
	if reason, turns := s.decide(c, in); turns {
		out.Terms = slices.Clone(s.Terms)
		s.turn(in.Now, reason)
		s.score(c, in)
		out.Turned, out.Damped = true, s.Factor(c) > before
	} else {
		s.Reason = reason
	}
	return out
}

// decide is why the state is what it is, or why it turns.
func (s *State) decide(c *Config, in *Input) (Reason, bool) {
	if s.Active {
		return s.stay(c, in)
	}
	return s.leave(c, in)
}

// leave decides of a policy that does not steer.
func (s *State) leave(c *Config, in *Input) (Reason, bool) {
	switch {
	case !in.From.Known:
		return PrimaryUnknown, false
	case !in.From.Down && !in.From.Red():
		return Clear, false
	case s.Confidence < 100 && s.longest() < s.need(c.Red, c):
		return Congesting, false
	case s.Confidence < 100:
		return Unconfirmed, false
	case in.Held:
		return GroupSteers, false
	case !in.To.Known:
		return AlternateUnknown, false
	case in.To.Down:
		return AlternateDown, false
	case unwell(c, &in.To):
		return AlternateUnwell, false
	case s.unwellSeen && in.Now-s.unwellAt < c.HoldDown:
		return AlternateRecovering, false
	case s.exhausted(c, in.Now):
		return HeldDown, false
	case in.From.Down:
		return PrimaryDown, true
	case s.heldDown(c, in.Now):
		return HeldDown, false
	}
	return Congested, true
}

// stay decides of a policy that steers. A primary that is unknown or down is
// never returned to.
func (s *State) stay(c *Config, in *Input) (Reason, bool) {
	exhausted := s.exhausted(c, in.Now)
	held := exhausted || s.heldDown(c, in.Now)
	switch {
	case !in.From.Known:
		return PrimaryUnknown, false
	case in.From.Down:
		return PrimaryDown, false
	case in.To.Known && in.To.Down:
		return AlternateDown, !exhausted
	case s.unwellFor >= s.need(c.Red, c) && !in.From.Red():
		return AlternateUnwell, !held
	case s.unwellFor > 0 && in.From.Red():
		return BothCongested, false
	case s.greenFor >= s.need(c.Green, c):
		if held {
			return HeldDown, false
		}
		return Cleared, true
	case in.From.green():
		return Clearing, false
	}
	return Congested, false
}

// unwell says that nothing must be steered onto a known WAN.
func unwell(c *Config, w *WAN) bool { return w.Down || w.Red() || w.Loss > c.MaxLoss }

// turn changes sides.
func (s *State) turn(now time.Duration, reason Reason) {
	s.Active, s.Reason = !s.Active, reason
	s.Total++
	s.Turned, s.TurnedAt = true, now
	s.turns = append(s.turns, now)
	s.greenFor, s.unwellFor = 0, 0
	s.reds = [2]red{}
}
