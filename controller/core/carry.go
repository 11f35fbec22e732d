package core

import "time"

// Carry takes the state over into a loop of another interval or other
// reflectors: baseline, load and rates stay, streaks are converted by time,
// and a reflector that is probed again keeps its baseline. from and to are the
// two lists of reflectors.
func (s *State) Carry(c *Config, interval time.Duration, from, to []string) *State {
	next := NewState(c, len(to))
	next.Reference = s.Reference
	next.Autorate = s.Autorate
	next.Autorate.Convert(interval, c.Interval)
	next.Decisions = s.Decisions
	next.CurrentMS = s.CurrentMS
	known := make(map[string]float64, len(from))
	for i, address := range from {
		known[address] = s.Quorum.Reflectors[i].BaselineMS
	}
	for i, address := range to {
		next.Quorum.Reflectors[i].Resume(known[address])
	}
	return next
}
