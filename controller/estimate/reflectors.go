package estimate

import "time"

// unhealthyAfter is how many probes in a row a reflector may leave unanswered
// before its answers no longer count, and healthyAfter how many it must
// answer to be heard again.
const (
	unhealthyAfter = 5
	healthyAfter   = 3
)

// greeting is how many first answers are held to be the line's own at best: the
// very first one may have waited for an address to be looked up on the way.
const greeting = 10

// A Reflector is what is known of one host that answers probes.
type Reflector struct {
	// NewestMS is its last round-trip time; BaselineMS its own idle one.
	NewestMS   float64
	BaselineMS float64
	// Sent and Lost count its probes.
	Sent, Lost int64
	// Healthy says that its answers count; Ailment is why they do not.
	Healthy bool
	Ailment Ailment

	started bool
	// row counts equal outcomes that contradict Healthy.
	row       int
	suspicion suspicion
	pace      pace
}

// Resume starts from a baseline that was known before; 0 is none.
func (r *Reflector) Resume(baselineMS float64) {
	if baselineMS > 0 {
		r.NewestMS, r.BaselineMS, r.started, r.Healthy = baselineMS, baselineMS, true, true
	}
}

// answered takes an answer and reports whether the reflector became healthy.
// The baseline falls towards a faster answer with weight down, and rises
// towards a slower one with weight up: a queue can only make an answer slower.
func (r *Reflector) answered(rttMS, up, down float64) (recovered bool) {
	r.Sent++
	r.pace.outcome(false)
	r.NewestMS = rttMS
	if !r.started {
		r.started, r.Healthy, r.BaselineMS, r.row = true, true, rttMS, 0
		return false
	}
	switch {
	case rttMS < r.BaselineMS && r.Sent-r.Lost <= greeting:
		r.BaselineMS = rttMS
	case rttMS < r.BaselineMS:
		r.BaselineMS += down * (rttMS - r.BaselineMS)
	default:
		r.BaselineMS += up * (rttMS - r.BaselineMS)
	}
	if r.Healthy || r.Ailment != Dead {
		r.row = 0
		return false
	}
	r.row++
	if r.row < healthyAfter {
		return false
	}
	r.ail(Well)
	return true
}

// lost takes the loss of a probe and reports whether the reflector became
// unhealthy by it.
func (r *Reflector) lost() (failed bool) {
	r.Sent++
	r.Lost++
	r.pace.outcome(true)
	if !r.Healthy && (r.Ailment == Dead || !r.started) {
		r.row = 0
		return false
	}
	r.row++
	if r.row < unhealthyAfter {
		return false
	}
	// One that was left out before fails no second time.
	failed = r.Healthy
	r.ail(Dead)
	return failed
}

// delaySample is one answer's delay above its reflector's baseline.
type delaySample struct {
	sent    time.Duration
	delayMS float64
}
