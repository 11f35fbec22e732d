package history

import (
	"time"

	"github.com/wanctl/wanctl/controller/loop"
)

// tier is the buckets of one resolution.
type tier struct {
	done    trail[Bucket]
	filling sums
}

func (t *tier) add(is Tier, rec *loop.Record) {
	at := rec.At - rec.At%is.Step
	if t.filling.cycles > 0 && t.filling.last.At != at {
		b := t.filling.bucket()
		t.done.add(b, func(oldest *Bucket) bool { return b.At-oldest.At >= is.Keep })
		t.filling = sums{}
	}
	t.filling.add(at, rec)
}

// sums are a bucket that is being filled.
type sums struct {
	cycles, answers, counted int
	rtt                      float64
	rates, delivered         [2]float64
	// last holds what is not a mean.
	last Bucket
}

func (s *sums) add(at time.Duration, rec *loop.Record) {
	b := &s.last
	s.cycles++
	b.At, b.LoadMS, b.BaselineMS = at, rec.LoadMS, rec.BaselineMS
	if rec.Answered {
		s.answers++
		s.rtt += float64(rec.RTTMS)
		b.RTTMaxMS = max(b.RTTMaxMS, rec.RTTMS)
	}
	if rec.Counted {
		s.counted++
	}
	for d := range s.rates {
		s.rates[d] += float64(rec.Rates[d])
		b.States[d] = max(b.States[d], rec.States[d])
		if rec.Counted {
			s.delivered[d] += float64(rec.Delivered[d])
		}
	}
}

func (s *sums) bucket() Bucket {
	b := s.last
	b.RTTMS = mean(s.rtt, s.answers)
	b.Counted = s.counted > 0
	for d := range s.rates {
		b.Rates[d], b.Delivered[d] = mean(s.rates[d], s.cycles), mean(s.delivered[d], s.counted)
	}
	return b
}

func mean(sum float64, n int) float32 { return float32(sum / float64(max(n, 1))) }

// trail is a list that grows at its end and is forgotten from its start.
type trail[T any] struct {
	all   []T
	first int
}

// add appends an item and forgets the oldest ones that are too old.
func (t *trail[T]) add(item T, tooOld func(*T) bool) {
	for t.first < len(t.all) && tooOld(&t.all[t.first]) {
		t.first++
	}
	if len(t.all) == cap(t.all) && t.first > len(t.all)/4 {
		t.all = t.all[:copy(t.all, t.all[t.first:])]
		t.first = 0
	}
	t.all = append(t.all, item)
}

func (t *trail[T]) items() []T { return t.all[t.first:] }
