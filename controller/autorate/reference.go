package autorate

import "math"

// Limits are the parameters of one direction, per cycle.
type Limits struct {
	// States is 3 or 4.
	States int
	// Ceiling is the most a rate may be, in bit/s; Floors the least that a
	// decrease may reach, by state.
	Ceiling int64
	Floors  [4]int64
	// Factor is what a RED cycle leaves of the rate; Step what a GREEN one adds.
	Factor float64
	Step   int64
	// CutFactor is what a single cut of the fast law leaves where the delivered
	// rate is unknown: the manifest's whole factor.
	CutFactor float64
	// IncreaseAfter is how many GREEN cycles come before the first increase,
	// the cycle of the increase included.
	IncreaseAfter int64
	// SoftRedAfter is how many cycles confirm SOFT_RED.
	SoftRedAfter int64
}

// Shaper is the state of one direction.
type Shaper struct {
	// Rate is what the law wants, in bit/s.
	Rate int64
	// State is the confirmed state, from the delta of the load EWMA.
	State State
	// Reason is why Rate is what it is.
	Reason Reason
	// GreenStreak and SoftRedStreak count cycles in a row.
	GreenStreak, SoftRedStreak int64
}

// observe takes the delta after n intervals into the state and its streaks.
// SOFT_RED counts as YELLOW until confirmed; any other raw state starts its
// confirmation anew.
func (s *Shaper) observe(t *Thresholds, l *Limits, deltaMS float64, n int64) {
	state := t.classify(l.States, deltaMS)
	if state == SoftRed {
		s.SoftRedStreak += n
		if s.SoftRedStreak < l.SoftRedAfter {
			state = Yellow
		}
	} else {
		s.SoftRedStreak = 0
	}
	if state == Green {
		s.GreenStreak += n
	} else {
		s.GreenStreak = 0
	}
	s.State = state
}

// reference is the reference law's rate for the state just observed: RED
// decreases at once, GREEN increases once it has lasted, the others hold.
func (s *Shaper) reference(l *Limits, n int64) {
	switch {
	case s.State == Red:
		s.Reason = s.decrease(l, n)
	case s.State == Green && s.GreenStreak >= l.IncreaseAfter:
		s.Reason = s.increase(l, n)
	case s.State == Green:
		s.Reason = GreenStreak
	case s.State == SoftRed:
		s.Reason = SoftRedHold
	default:
		s.Reason = YellowHold
	}
	s.cap(l)
}

// cap keeps the rate at or below the ceiling, which a change of the manifest
// may have lowered.
func (s *Shaper) cap(l *Limits) {
	if s.Rate >= l.Ceiling {
		s.Rate, s.Reason = l.Ceiling, AtCeiling
	}
}

// decrease is int(rate*factor), bounded by the state's floor, which never
// raises a rate.
func (s *Shaper) decrease(l *Limits, n int64) Reason {
	factor := l.Factor
	if n > 1 {
		factor = math.Pow(factor, float64(n))
	}
	floor := l.Floors[s.State]
	if s.Rate <= floor {
		return AtFloor
	}
	s.Rate = max(int64(float64(s.Rate)*factor), floor)
	return RedDecrease
}

// increase adds a cycle's share of the step, up to the ceiling.
func (s *Shaper) increase(l *Limits, n int64) Reason {
	s.Rate = min(s.Rate+n*l.Step, l.Ceiling)
	return GreenIncrease
}
