package estimate

import (
	"slices"
	"time"
)

// recentSize is how many delays are kept for medians and slopes, a power of
// two at least as large as the largest window.
const recentSize = 32

// slopeSamples is how many of them the slope is taken over.
const slopeSamples = 5

// A Quorum hears several reflectors. Their medians stand against a single
// slow, dead or lying one.
type Quorum struct {
	// Reflectors are in the manifest's order.
	Reflectors []Reflector
	// Standby stand in while no reflector is heard. They count in no loss.
	Standby []Reflector

	recent   [recentSize]delaySample
	count    uint64
	lastSent time.Duration
	scratch  [recentSize]float64
	medians  []float64
}

// QuorumWeights are the per-cycle parameters of a Quorum.
type QuorumWeights struct {
	// Up and Down are a sample's weights in its reflector's own baseline,
	// where the answer is slower and where it is faster.
	Up, Down float64
	// Window is how many samples the fast delay is the median of.
	Window int
	// Timeout is when an unanswered probe is no longer waited for.
	Timeout time.Duration
	// SlowMS is by how much later than the others a reflector may answer,
	// each above its own baseline.
	SlowMS float64
}

// NewQuorum hears n reflectors, and so many standbys.
func NewQuorum(n, standby int) *Quorum {
	return &Quorum{Reflectors: make([]Reflector, n), Standby: make([]Reflector, standby), medians: make([]float64, 0, n+standby)}
}

// Answer takes an answer; recovered says that its reflector is heard again.
func (q *Quorum) Answer(w *QuorumWeights, reflector int, sent time.Duration, rttMS float64) (recovered bool) {
	r := &q.Reflectors[reflector]
	first := !r.started
	recovered = r.answered(rttMS, w.Up, w.Down)
	if !r.Healthy && !q.anyHealthy() {
		// Where nobody else is heard, the first to answer is.
		r.ail(Well)
		recovered = true
	}
	if r.Healthy && !first {
		q.push(sent, rttMS-r.BaselineMS)
	}
	return recovered
}

// Lose takes a loss; failed says that its reflector is no longer heard.
func (q *Quorum) Lose(reflector int) (failed bool) { return q.Reflectors[reflector].lost() }

// Counts says that a reflector's answers and losses say something of the line:
// those of a dead one do not while another is heard.
func (q *Quorum) Counts(reflector int) bool {
	return q.Reflectors[reflector].Ailment != Dead || !q.anyHealthy()
}

func (q *Quorum) anyHealthy() bool {
	for i := range q.Reflectors {
		if q.Reflectors[i].Healthy {
			return true
		}
	}
	return false
}

// MedianMS is the median of every healthy reflector's newest round-trip time,
// or what standbys say of it where there is none.
func (q *Quorum) MedianMS() (ms float64, ok bool) {
	q.medians = q.medians[:0]
	for i := range q.Reflectors {
		if r := &q.Reflectors[i]; r.Healthy {
			q.medians = append(q.medians, r.NewestMS)
		}
	}
	if len(q.medians) == 0 {
		return q.standbyMedianMS()
	}
	return median(q.medians), true
}

// BaselineMS is the median of the healthy reflectors' own baselines, or where
// there is none of all that are known; 0 where there is none of these either.
func (q *Quorum) BaselineMS() float64 {
	q.medians = q.medians[:0]
	for i := range q.Reflectors {
		if r := &q.Reflectors[i]; r.Healthy {
			q.medians = append(q.medians, r.BaselineMS)
		}
	}
	if len(q.medians) == 0 {
		return q.lastBaselineMS()
	}
	return median(q.medians)
}

// Delay is what the newest samples say of the queue in front of everyone.
type Delay struct {
	// MedianMS is the median of the window; NewestMS the newest one. An
	// unanswered probe counts from the moment that it is overdue.
	MedianMS, NewestMS float64
	// AnsweredMS is the newest answer's.
	AnsweredMS float64
	// Slope is how fast the delay rises, in seconds a second.
	Slope float64
	// Silent says that NewestMS is an overdue probe's and nobody has answered
	// since: it may be a queue, or nothing at all.
	Silent bool
	// OK is false until the window is full.
	OK bool
}

// Delay sums up the window, given the oldest probe still out: when it left
// and to whom. It is overdue once it is later than its reflector's baseline
// and everything that left after it is unanswered too.
func (q *Quorum) Delay(w *QuorumWeights, now time.Duration, waiting int, age time.Duration) Delay {
	if q.count < uint64(w.Window) {
		return Delay{}
	}
	values := q.scratch[:0]
	newest := q.at(0).delayMS
	overdue := q.overdueMS(now, waiting, age)
	silent := overdue > newest
	if silent {
		// The probes behind an overdue one are in the same queue.
		newest = overdue
		for late := overdue; late > q.at(0).delayMS && len(values) < w.Window; late -= w.spacingMS(q) {
			values = append(values, late)
		}
	}
	for i := 0; len(values) < w.Window; i++ {
		values = append(values, q.at(i).delayMS)
	}
	return Delay{MedianMS: median(values), NewestMS: newest, AnsweredMS: q.at(0).delayMS, Slope: q.slope(), Silent: silent, OK: true}
}

// spacingMS is the time between the two newest samples, at least 1 ms.
func (w *QuorumWeights) spacingMS(q *Quorum) float64 {
	return max(1, milliseconds(q.at(0).sent-q.at(1).sent))
}

// overdueMS is by how much the oldest unanswered probe is already later than
// its reflector's baseline; 0 where a later probe has been answered.
func (q *Quorum) overdueMS(now time.Duration, waiting int, age time.Duration) float64 {
	if age <= 0 || now-age <= q.lastSent || waiting >= len(q.Reflectors) || !q.Reflectors[waiting].Healthy {
		return 0
	}
	return milliseconds(age) - q.Reflectors[waiting].BaselineMS
}

// slope is the least-squares slope of the newest delays over their send times.
func (q *Quorum) slope() float64 {
	n := min(slopeSamples, int(min(q.count, recentSize)))
	if n < 3 {
		return 0
	}
	origin := q.at(0).sent
	var sumT, sumD, sumTT, sumTD float64
	for i := range n {
		s := q.at(i)
		t := milliseconds(s.sent - origin)
		sumT += t
		sumD += s.delayMS
		sumTT += t * t
		sumTD += t * s.delayMS
	}
	spread := float64(n)*sumTT - sumT*sumT
	if spread <= 0 {
		return 0
	}
	return (float64(n)*sumTD - sumT*sumD) / spread
}

// at is the i-th newest delay.
func (q *Quorum) at(i int) delaySample { return q.recent[(q.count-1-uint64(i))%recentSize] }

// Rebase takes every reflector's newest answer for its baseline.
func (q *Quorum) Rebase() {
	for i := range q.Reflectors {
		if r := &q.Reflectors[i]; r.started {
			r.BaselineMS = r.NewestMS
		}
	}
	q.Forget()
}

// Forget drops the delays seen so far, as after a pause; baselines stay.
func (q *Quorum) Forget() { q.count = 0 }

func median(values []float64) float64 {
	slices.Sort(values)
	middle := len(values) / 2
	if len(values)%2 == 1 {
		return values[middle]
	}
	return (values[middle-1] + values[middle]) / 2
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
