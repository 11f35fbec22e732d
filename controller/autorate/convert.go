package autorate

import "time"

// Convert takes streaks from cycles of one interval to those of another, by
// time, and lets the fast law start anew from the rates and the capacities
// that it knows.
func (w *WAN) Convert(from, to time.Duration) {
	for d := range w.Shapers {
		s := &w.Shapers[d]
		s.GreenStreak = s.GreenStreak * int64(from) / int64(to)
		s.SoftRedStreak = s.SoftRedStreak * int64(from) / int64(to)
		w.Fast[d] = Fast{CapacityBitsPerSecond: w.Fast[d].CapacityBitsPerSecond}
	}
	w.changed, w.standing = 0, false
}
