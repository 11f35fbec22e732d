package estimate

import (
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"
)

const ms = time.Millisecond

var weights = Weights{AlphaLoad: 0.2, AlphaBaseline: 0.02, BaselineUpdateMS: 3}

func near(a, b float64) bool { return math.Abs(a-b) <= 1e-9*max(1, math.Abs(b)) }

func TestTheFirstSampleIsLoadAndBaseline(t *testing.T) {
	var r Reference
	r.Step(&weights, 25, 1)
	if r.LoadMS != 25 || r.BaselineMS != 25 || r.DeltaMS() != 0 {
		t.Errorf("after the first sample of 25: %+v", r)
	}
}

func TestTheLoadMovesBeforeTheBaselineIsJudged(t *testing.T) {
	for _, tt := range []struct {
		name           string
		x              float64
		load, baseline float64
	}{
		{"a delta that stays under the limit teaches the baseline", 30, 26, 25.1},
		{"a delta that the sample itself takes to the limit does not", 40, 28, 25},
		{"a faster sample always teaches it", 10, 22, 24.7},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := Reference{LoadMS: 25, BaselineMS: 25, Started: true}
			r.Step(&weights, tt.x, 1)
			if !near(r.LoadMS, tt.load) || !near(r.BaselineMS, tt.baseline) {
				t.Errorf("load %v baseline %v, want %v and %v", r.LoadMS, r.BaselineMS, tt.load, tt.baseline)
			}
		})
	}
}

// n samples of the same value weigh what one of n intervals does.
func TestGapsWeighByTime(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := Weights{AlphaLoad: rapid.Float64Range(1e-4, 1).Draw(t, "alpha"), AlphaBaseline: 0.001, BaselineUpdateMS: -1e9}
		x, n := rapid.Float64Range(1, 500).Draw(t, "x"), rapid.Int64Range(1, 300).Draw(t, "n")
		one := Reference{LoadMS: 20, BaselineMS: 20, Started: true}
		many := one
		one.Step(&w, x, n)
		for range n {
			many.Step(&w, x, 1)
		}
		if math.Abs(one.LoadMS-many.LoadMS) > 1e-6 {
			t.Fatalf("one of %d intervals: %v, %d of one: %v", n, one.LoadMS, n, many.LoadMS)
		}
	})
}

func TestMeter(t *testing.T) {
	type reading struct {
		at    time.Duration
		bytes uint64
	}
	for _, tt := range []struct {
		name     string
		readings []reading
		want     float64
		ok       bool
	}{
		{"nothing is known before two readings", []reading{{0, 1000}}, 0, false},
		{"two readings make a rate", []reading{{0, 1000}, {100 * ms, 2000}}, 80e3, true},
		{"the rate is that of the window", []reading{{0, 0}, {100 * ms, 0}, {200 * ms, 0}, {300 * ms, 1000}, {400 * ms, 2000}}, 80e3, true},
		{"readings that come a little early are as many", []reading{{0, 9000}, {101 * ms, 9000}, {200 * ms, 9500}, {300 * ms, 10000}}, 1000 * 8 / 0.199, true},
		{"and so are those that come late", []reading{{0, 9000}, {99 * ms, 9000}, {200 * ms, 9500}, {300 * ms, 10000}}, 1000 * 8 / 0.201, true},
		{"rare readings are each a window", []reading{{0, 0}, {500 * ms, 0}, {1000 * ms, 1000}}, 16e3, true},
		{"a counter that starts anew is a first reading", []reading{{0, 9000}, {100 * ms, 100}}, 0, false},
		{"and goes on from there", []reading{{0, 9000}, {100 * ms, 100}, {200 * ms, 1100}}, 80e3, true},
		{"the same reading twice is one", []reading{{0, 0}, {100 * ms, 1000}, {100 * ms, 1000}}, 80e3, true},
		{"a reading from the past is none", []reading{{0, 0}, {100 * ms, 1000}, {50 * ms, 5}}, 80e3, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var m Meter
			for _, r := range tt.readings {
				m.Add(r.at, r.bytes)
			}
			if got, ok := m.Rate(200 * ms); !near(got, tt.want) || ok != tt.ok {
				t.Errorf("rate %v %v, want %v %v", got, ok, tt.want, tt.ok)
			}
		})
	}
}

func TestAMeterFollowsASteadyCounterForEver(t *testing.T) {
	var m Meter
	for i := range uint64(1000) {
		m.Add(time.Duration(i)*5*ms, i*500)
		if got, ok := m.Rate(200 * ms); i > 0 && (!ok || !near(got, 800e3)) {
			t.Fatalf("reading %d: %v %v, want 800000", i, got, ok)
		}
	}
}

// quorum hears rounds of three reflectors with baselines of 20, 30 and 40 ms.
func quorum(rounds int) (*Quorum, *QuorumWeights) {
	q, w := NewQuorum(3, 0), &QuorumWeights{Up: 0.001, Down: 0.1, Window: 3, Timeout: time.Second}
	for i := range 3 * rounds {
		q.Answer(w, i%3, time.Duration(i)*50*ms, []float64{20, 30, 40}[i%3])
	}
	return q, w
}

func TestMedianOfReflectors(t *testing.T) {
	for _, tt := range []struct {
		name string
		then func(q *Quorum, w *QuorumWeights)
		want float64
	}{
		{"is the middle one's newest answer", func(*Quorum, *QuorumWeights) {}, 30},
		{"one late answer changes nothing", func(q *Quorum, w *QuorumWeights) { q.Answer(w, 2, time.Second, 900) }, 30},
		{"a dead reflector leaves the other two", func(q *Quorum, _ *QuorumWeights) {
			for range unhealthyAfter {
				q.Lose(0)
			}
		}, 35},
	} {
		t.Run(tt.name, func(t *testing.T) {
			q, w := quorum(4)
			tt.then(q, w)
			if got, ok := q.MedianMS(); !ok || got != tt.want {
				t.Errorf("median %v %v, want %v", got, ok, tt.want)
			}
		})
	}
}

func TestReflectorHealth(t *testing.T) {
	q, w := quorum(4)
	for i := range unhealthyAfter {
		if failed := q.Lose(0); failed != (i == unhealthyAfter-1) {
			t.Errorf("loss %d in a row: failed %v", i+1, failed)
		}
	}
	for i := range healthyAfter {
		if recovered := q.Answer(w, 0, time.Second, 20); recovered != (i == healthyAfter-1) {
			t.Errorf("answer %d in a row: recovered %v", i+1, recovered)
		}
	}
	for r := range 3 {
		for range unhealthyAfter {
			q.Lose(r)
		}
	}
	if _, ok := q.MedianMS(); ok {
		t.Error("a median with every reflector dead")
	}
	if !q.Answer(w, 1, 2*time.Second, 30) {
		t.Error("the first to answer after an outage is not heard at once")
	}
}

func TestDelay(t *testing.T) {
	for _, tt := range []struct {
		name   string
		then   func(q *Quorum, w *QuorumWeights)
		age    time.Duration
		median float64
		silent bool
	}{
		{"of an idle line is none", func(*Quorum, *QuorumWeights) {}, 0, 0, false},
		{"of one late answer is none", func(q *Quorum, w *QuorumWeights) { q.Answer(w, 0, 600*ms, 120) }, 0, 0, false},
		{"of two late answers is theirs", func(q *Quorum, w *QuorumWeights) {
			q.Answer(w, 0, 600*ms, 120)
			q.Answer(w, 1, 650*ms, 130)
		}, 0, 100, false},
		{"a probe that is out for less than its baseline says nothing", func(*Quorum, *QuorumWeights) {}, 19 * ms, 0, false},
		{"an overdue probe counts, and those behind it", func(*Quorum, *QuorumWeights) {}, 320 * ms, 250, true},
		{"but not once a later one has been answered", func(q *Quorum, w *QuorumWeights) { q.Answer(w, 1, 990*ms, 30) }, 320 * ms, 0, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			q, w := quorum(4)
			tt.then(q, w)
			got := q.Delay(w, time.Second, 0, tt.age)
			if !got.OK || math.Abs(got.MedianMS-tt.median) > 0.5 || got.Silent != tt.silent {
				t.Errorf("%+v, want a median of %v, silent %v", got, tt.median, tt.silent)
			}
		})
	}
}

func TestTheFirstAnswersTeachTheBaselineAtOnce(t *testing.T) {
	w := &QuorumWeights{Up: 0.001, Down: 0.01, Window: 3}
	q := NewQuorum(1, 0)
	for i, rtt := range []float64{61, 20.4, 20.2, 20.3} {
		q.Answer(w, 0, time.Duration(i)*50*ms, rtt)
	}
	if got := q.Reflectors[0].BaselineMS; math.Abs(got-20.2) > 0.01 {
		t.Errorf("after a first answer of 61 and three of 20 the baseline is %v", got)
	}
}

func TestSlopeIsInSecondsASecond(t *testing.T) {
	q, w := quorum(4)
	for i := range 6 {
		at := 600*ms + time.Duration(i)*50*ms
		q.Answer(w, 0, at, 20+float64(i)*25) // 25 ms every 50 ms
	}
	if got := q.Delay(w, time.Second, 0, 0).Slope; math.Abs(got-0.5) > 0.01 {
		t.Errorf("slope %v, want 0.5", got)
	}
}

func TestABaselineFallsFastAndRisesSlowly(t *testing.T) {
	w := &QuorumWeights{Up: 0.001, Down: 0.1, Window: 3}
	q := NewQuorum(1, 0)
	q.Answer(w, 0, 0, 300)
	for i := range 60 {
		q.Answer(w, 0, time.Duration(i)*50*ms, 20)
	}
	if got := q.Reflectors[0].BaselineMS; got > 21 {
		t.Errorf("a baseline learnt under load is still %v after 60 answers of 20", got)
	}
	for i := range 60 {
		q.Answer(w, 0, time.Duration(i)*50*ms, 300)
	}
	if got := q.Reflectors[0].BaselineMS; got > 40 {
		t.Errorf("60 late answers raised the baseline to %v", got)
	}
}

func BenchmarkQuorum(b *testing.B) {
	q, w := quorum(4)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		at := time.Duration(i) * 50 * ms
		q.Answer(w, i%3, at, 30)
		q.MedianMS()
		q.Delay(w, at+30*ms, 0, 10*ms)
	}
}
