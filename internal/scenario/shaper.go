package scenario

import "time"

// Shaper is who sets the rates of CAKE.
type Shaper string

// The shapers that are compared.
const (
	// None is no CAKE at all.
	None Shaper = "none"
	// FixedHigh and FixedLow are 90 % of the most and of the least that the
	// line carries, all the time.
	FixedHigh Shaper = "fixed-high"
	FixedLow  Shaper = "fixed-low"
	// Oracle is 95 % of what the line carries, at the moment it changes.
	Oracle Shaper = "oracle"
	// Wanctl is the program.
	Wanctl Shaper = "wanctl"
)

// Shapers are all of them, in the order of the report.
var Shapers = []Shaper{None, FixedHigh, FixedLow, Oracle, Wanctl}

// Settle is how long a shaper has before the load comes.
const Settle = 12 * time.Second

// Told is what a shaper stands at from a time on, if nothing else sets it.
func (s *Scenario) Told(shaper Shaper, at time.Duration) Rates {
	switch shaper {
	case FixedHigh:
		return s.Highest().Share(90)
	case FixedLow:
		return s.Lowest().Share(90)
	case Oracle:
		return s.At(at).Share(95)
	}
	return s.Start
}

// Suiting are the shapers that tell something about the scenario: nothing is to
// be compared on a quiet line but the oracle, and the two fixed rates are one
// on a steady line.
func (s *Scenario) Suiting() []Shaper {
	switch {
	case s.Kind == Quiet:
		return []Shaper{Oracle, Wanctl}
	case s.Steady():
		return []Shaper{None, FixedHigh, Oracle, Wanctl}
	}
	return Shapers
}
