package estimate

import (
	"math/rand/v2"
	"testing"
	"time"
)

// rounds lets every reflector answer or lose one probe after the other for so
// many rounds: rtt says in what time, 0 is a loss. It returns who failed and
// who recovered, in order.
func rounds(q *Quorum, w *QuorumWeights, n int, rtt func(reflector int, at time.Duration) float64) (failed, recovered []int) {
	for i := range n * len(q.Reflectors) {
		r, at := i%len(q.Reflectors), time.Duration(i)*50*ms
		answer := rtt(r, at)
		bad, good := false, false
		if answer == 0 {
			bad = q.Lose(r)
		} else {
			good = q.Answer(w, r, at, answer)
		}
		f, g := q.Examine(w, r, answer != 0)
		if bad || f {
			failed = append(failed, r)
		}
		if good || g {
			recovered = append(recovered, r)
		}
	}
	return failed, recovered
}

func idle(reflector int, _ time.Duration) float64 { return float64(20 + 10*reflector) }

func TestAReflectorIsJudgedByTheOthers(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for _, tt := range []struct {
		name       string
		reflectors int
		rtt        func(reflector int, at time.Duration) float64
		want       Ailment
	}{
		{"late by more than the limit: slow", 3, func(r int, at time.Duration) float64 {
			if r == 0 {
				return 40
			}
			return idle(r, at)
		}, Slow},
		{"late by less: well", 3, func(r int, at time.Duration) float64 {
			if r == 0 {
				return 26
			}
			return idle(r, at)
		}, Well},
		{"of two nobody can tell which", 2, func(r int, at time.Duration) float64 {
			if r == 0 {
				return 60
			}
			return idle(r, at)
		}, Well},
		{"a queue is everybody's, however fast it fills and drains", 3, func(r int, at time.Duration) float64 {
			turn := at % (8 * time.Second)
			return idle(r, at) + milliseconds(min(turn, 8*time.Second-turn))/2
		}, Well},
		{"now and then late: well", 3, func(r int, at time.Duration) float64 {
			if r == 0 && random.Float64() < 0.5 {
				return 80
			}
			return idle(r, at)
		}, Well},
		{"loses every third: limited", 3, func(r int, at time.Duration) float64 {
			if r == 0 && int(at/(150*ms))%3 == 0 {
				return 0
			}
			return idle(r, at)
		}, Limited},
		{"a lossy line is everybody's", 3, func(r int, at time.Duration) float64 {
			if (r+int(at/(150*ms)))%3 == 0 {
				return 0
			}
			return idle(r, at)
		}, Well},
		{"of two that lose nobody can tell", 2, func(r int, at time.Duration) float64 {
			if r == 0 && int(at/(100*ms))%3 == 0 {
				return 0
			}
			return idle(r, at)
		}, Well},
	} {
		t.Run(tt.name, func(t *testing.T) {
			q, w := NewQuorum(tt.reflectors, 0), &QuorumWeights{Up: 0.0002, Down: 0.1, Window: 3, Timeout: time.Second, SlowMS: 7.5}
			rounds(q, w, 40, idle)
			failed, _ := rounds(q, w, 100, tt.rtt)
			if got := q.Reflectors[0].Ailment; got != tt.want {
				t.Fatalf("ailment %d, want %d", got, tt.want)
			}
			if tt.want == Well {
				if len(failed) > 0 {
					t.Errorf("left out on the way: %v", failed)
				}
				return
			}
			if len(failed) != 1 || failed[0] != 0 {
				t.Errorf("left out: %v, want the first alone", failed)
			}
			if ms, _ := q.MedianMS(); ms != 35 {
				t.Errorf("the median is %v, want that of the other two", ms)
			}
			_, recovered := rounds(q, w, 200, idle)
			if len(recovered) != 1 || recovered[0] != 0 || !q.Reflectors[0].Healthy {
				t.Errorf("counted again: %v, want the first once", recovered)
			}
		})
	}
}

func TestALimitedReflectorThatDiesIsDeadAndToldOnce(t *testing.T) {
	q, w := NewQuorum(3, 0), &QuorumWeights{Up: 0.0002, Down: 0.1, Window: 3, Timeout: time.Second, SlowMS: 7.5}
	rounds(q, w, 40, idle)
	slow := func(r int, at time.Duration) float64 {
		if r == 0 {
			return 80
		}
		return idle(r, at)
	}
	dead := func(r int, at time.Duration) float64 {
		if r == 0 {
			return 0
		}
		return idle(r, at)
	}
	first, _ := rounds(q, w, 20, slow)
	second, _ := rounds(q, w, 20, dead)
	if len(first) != 1 || len(second) != 0 || q.Reflectors[0].Ailment != Dead {
		t.Errorf("failed %v, then %v; ailment %d", first, second, q.Reflectors[0].Ailment)
	}
	if _, recovered := rounds(q, w, 20, idle); len(recovered) != 1 || !q.Reflectors[0].Healthy {
		t.Errorf("recovered %v, healthy %v", recovered, q.Reflectors[0].Healthy)
	}
}

func TestOneThatIsLeftOutIsHeardWhereNobodyElseIs(t *testing.T) {
	q, w := NewQuorum(3, 0), &QuorumWeights{Up: 0.0002, Down: 0.1, Window: 3, Timeout: time.Second, SlowMS: 7.5}
	rounds(q, w, 40, idle)
	late := func(others float64) func(int, time.Duration) float64 {
		return func(r int, at time.Duration) float64 {
			if r == 0 {
				return 80
			}
			return idle(r, at) * others
		}
	}
	rounds(q, w, 20, late(1))
	if q.Reflectors[0].Healthy {
		t.Fatal("a slow one counts")
	}
	rounds(q, w, 10, late(0))
	if ms, ok := q.MedianMS(); !ok || ms != 80 {
		t.Errorf("median %v %v, want the one that is left", ms, ok)
	}
}

func TestExamineDoesNotAllocate(t *testing.T) {
	q, w := NewQuorum(5, 0), &QuorumWeights{Up: 0.0002, Down: 0.1, Window: 3, Timeout: time.Second, SlowMS: 7.5}
	if allocs := testing.AllocsPerRun(100, func() { rounds(q, w, 10, idle) }); allocs != 0 {
		t.Errorf("%v allocations", allocs)
	}
}
