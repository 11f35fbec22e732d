package estimate

import "time"

// standbyUp and standbyDown are a standby's weights in its own baseline: it is
// asked too seldom for those of a cycle.
const standbyUp, standbyDown = 0.05, 0.5

// Overhear takes a standby's answer. Its baseline is kept at all times; counts
// says that it is also believed, since no reflector is heard. loaded says that
// the line may be queueing, so that no baseline rises.
func (q *Quorum) Overhear(standby int, sent time.Duration, rttMS float64, loaded bool) (counts bool) {
	if standby >= len(q.Standby) {
		return false
	}
	r, up := &q.Standby[standby], standbyUp
	if loaded || q.OnStandby() {
		up = 0
	}
	first := !r.started
	r.answered(rttMS, up, standbyDown)
	if first || !r.Healthy || q.anyHealthy() {
		return false
	}
	q.push(sent, rttMS-r.BaselineMS)
	return true
}

// Miss takes a standby's loss.
func (q *Quorum) Miss(standby int) {
	if standby < len(q.Standby) {
		q.Standby[standby].lost()
	}
}

// OnStandby says that standbys stand in for reflectors of which none is heard.
func (q *Quorum) OnStandby() bool {
	if q.anyHealthy() {
		return false
	}
	for i := range q.Standby {
		if q.Standby[i].Healthy {
			return true
		}
	}
	return false
}

// standbyMedianMS is what the reflectors would answer in by what the standbys
// see: their median delay on top of the reflectors' median baseline, so that
// the two kinds of probe may differ in what they take when idle.
func (q *Quorum) standbyMedianMS() (ms float64, ok bool) {
	q.medians = q.medians[:0]
	own := 0.0
	for i := range q.Standby {
		if r := &q.Standby[i]; r.Healthy {
			q.medians = append(q.medians, r.NewestMS-r.BaselineMS)
			own = max(own, r.BaselineMS)
		}
	}
	if len(q.medians) == 0 {
		return 0, false
	}
	delay := median(q.medians)
	if base := q.lastBaselineMS(); base > 0 {
		return base + delay, true
	}
	return own + delay, true
}

// lastBaselineMS is the median of all baselines known of reflectors, whether
// they are heard or not.
func (q *Quorum) lastBaselineMS() float64 {
	q.medians = q.medians[:0]
	for i := range q.Reflectors {
		if r := &q.Reflectors[i]; r.started {
			q.medians = append(q.medians, r.BaselineMS)
		}
	}
	if len(q.medians) == 0 {
		return 0
	}
	return median(q.medians)
}

func (q *Quorum) push(sent time.Duration, delayMS float64) {
	q.recent[q.count%recentSize] = delaySample{sent: sent, delayMS: delayMS}
	q.count++
	q.lastSent = max(q.lastSent, sent)
}
