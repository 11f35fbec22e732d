package estimate

// Ailment is why a reflector is left out of the quorum.
type Ailment uint8

// The ailments. Which of two directions is late, round-trip times cannot tell:
// a reflector whose one direction lags is Slow.
const (
	Well Ailment = iota
	// Dead does not answer.
	Dead
	// Slow answers later above its own baseline than the others do at the same
	// time.
	Slow
	// Limited loses a steady share of its probes while the others answer.
	Limited
)

// witnesses is how many others must be healthy for one to be judged by them:
// of two that differ either may be the one that lies.
const witnesses = 2

// A reflector is slow after slowAfter answers in a row that were late by more
// than QuorumWeights.SlowMS, and well again after wellAfter that were late by
// less than half of it.
const slowAfter, wellAfter = 8, 20

// A reflector is limited where it has lost more than limitedAbove of its probes
// while the median of the others' losses is below limitedBelow, and well again
// once it is below that itself. Losses are weighted over lossMemory probes.
const limitedAbove, limitedBelow, lossMemory = 0.2, 0.05, 32

// suspicion is what is held against a reflector.
type suspicion struct {
	// loss is the recent share of its probes that were lost.
	loss float64
	// delayMS is its last answer's delay; othersMS the others' median by then.
	delayMS, othersMS float64
	compared          bool
	// late and prompt count answers in a row.
	late, prompt int
}

func (s *suspicion) outcome(lost bool) {
	x := 0.0
	if lost {
		x = 1
	}
	s.loss += (x - s.loss) / lossMemory
}

// Examine judges a reflector by the others after it has answered or lost a
// probe. An answer is judged once the next has come: it was late if it was so
// by what the others had said before it and by what they have said since, for
// a queue that fills or drains in between is everybody's.
func (q *Quorum) Examine(w *QuorumWeights, reflector int, answered bool) (failed, recovered bool) {
	r := &q.Reflectors[reflector]
	if r.Ailment == Dead || !r.started {
		r.suspicion = suspicion{}
		return false, false
	}
	r.suspicion.outcome(!answered)
	if q.others(reflector) < witnesses {
		// Nobody is left to judge by; one that was judged before stays out
		// while anybody else is heard.
		r.suspicion.compared, r.suspicion.late, r.suspicion.prompt = false, 0, 0
		return false, false
	}
	if answered {
		r.suspicion.answered(r.NewestMS-r.BaselineMS, q.othersMedian(reflector, delayAbove), w.SlowMS)
	}
	s := &r.suspicion
	switch {
	case r.Ailment == Well && s.late >= slowAfter:
		r.ail(Slow)
		return true, false
	case r.Ailment == Well && s.loss > limitedAbove && q.othersMedian(reflector, lossShare) < limitedBelow:
		r.ail(Limited)
		return true, false
	case r.Ailment == Slow && s.prompt >= wellAfter, r.Ailment == Limited && s.loss < limitedBelow:
		r.ail(Well)
		return false, true
	}
	return false, false
}

func (s *suspicion) answered(delayMS, othersMS, slowMS float64) {
	if s.compared {
		excess := s.delayMS - max(s.othersMS, othersMS)
		s.late++
		s.prompt++
		if excess <= slowMS {
			s.late = 0
		}
		if excess >= slowMS/2 {
			s.prompt = 0
		}
	}
	s.delayMS, s.othersMS, s.compared = delayMS, othersMS, true
}

func delayAbove(r *Reflector) float64 { return r.NewestMS - r.BaselineMS }
func lossShare(r *Reflector) float64  { return r.suspicion.loss }

// others counts the healthy reflectors besides one.
func (q *Quorum) others(reflector int) (n int) {
	for i := range q.Reflectors {
		if i != reflector && q.Reflectors[i].Healthy {
			n++
		}
	}
	return n
}

func (q *Quorum) othersMedian(reflector int, of func(*Reflector) float64) float64 {
	q.medians = q.medians[:0]
	for i := range q.Reflectors {
		if r := &q.Reflectors[i]; i != reflector && r.Healthy {
			q.medians = append(q.medians, of(r))
		}
	}
	return median(q.medians)
}

// ail gives a reflector an ailment, or makes it well.
func (r *Reflector) ail(a Ailment) {
	r.Ailment, r.Healthy, r.row = a, a == Well, 0
	r.suspicion.late, r.suspicion.prompt = 0, 0
}
