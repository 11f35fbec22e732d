package estimate

import (
	"testing"
	"time"
)

func TestStandbys(t *testing.T) {
	newQuorum := func() (*Quorum, *QuorumWeights) {
		q, w := NewQuorum(2, 2), &QuorumWeights{Up: 0.0002, Down: 0.1, Window: 3, Timeout: time.Second, SlowMS: 7.5}
		rounds(q, w, 40, func(r int, _ time.Duration) float64 { return float64(20 + 10*r) })
		for i := range 4 {
			if q.Overhear(i%2, time.Duration(i)*time.Second, float64(50+20*(i%2)), false) {
				t.Error("a standby counts while reflectors are heard")
			}
		}
		return q, w
	}
	q, _ := newQuorum()
	q.Overhear(0, 4*time.Second, 900, false)
	if ms, _ := q.MedianMS(); ms != 25 {
		t.Errorf("median %v while reflectors are heard, want theirs", ms)
	}

	q, w := newQuorum()
	for range unhealthyAfter {
		q.Lose(0)
		q.Lose(1)
	}
	for i := range 6 {
		if !q.Overhear(i%2, time.Duration(5+i)*time.Second, float64(90+20*(i%2)), true) {
			t.Fatal("a standby does not count while nobody else is heard")
		}
	}
	if ms, ok := q.MedianMS(); !ok || ms != 25+40 {
		t.Errorf("median %v %v, want the reflectors' baseline and the standbys' delay", ms, ok)
	}
	if d := q.Delay(w, 12*time.Second, 0, 0); !d.OK || d.MedianMS != 40 {
		t.Errorf("delay %+v, want 40 ms", d)
	}
	if base := q.BaselineMS(); base != 25 {
		t.Errorf("baseline %v, want the reflectors'", base)
	}
	if q.Answer(w, 1, 13*time.Second, 30); q.OnStandby() || q.Overhear(0, 14*time.Second, 90, false) {
		t.Error("standbys go on once a reflector answers")
	}
}
