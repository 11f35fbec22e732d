package fluid

import "time"

// ration is a token bucket, which limiters of ICMP are: it fills evenly up to
// what one second brings, and each answer takes one of it.
type ration struct {
	// perSecond is how many it fills by; 0 is no limit.
	perSecond float64
	left      float64
	at        time.Duration
}

// rationsOf are full buckets for reflectors.
func rationsOf(reflectors []Reflector) []ration {
	all := make([]ration, len(reflectors))
	for i, r := range reflectors {
		all[i] = ration{perSecond: float64(r.AnswersPerSecond), left: float64(r.AnswersPerSecond)}
	}
	return all
}

// take says whether a probe that arrives at a time is answered. Times rise from
// call to call.
func (r *ration) take(now time.Duration) bool {
	if r.perSecond == 0 {
		return true
	}
	r.left = min(r.left+r.perSecond*(now-r.at).Seconds(), r.perSecond)
	r.at = now
	if r.left < 1 {
		return false
	}
	r.left--
	return true
}
