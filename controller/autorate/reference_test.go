package autorate

import (
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// thresholds and limits are those of the reference: 15/45/80 ms, a factor of
// 0.85 and a step of 10 Mbit/s a cycle of 2 s.
var thresholds = Thresholds{GreenMS: 15, SoftRedMS: 45, HardRedMS: 80}

func limits(states int) Limits {
	return Limits{
		States: states, Ceiling: 940e6, Floors: [4]int64{550e6, 350e6, 275e6, 200e6},
		Factor: 0.85, CutFactor: 0.85, Step: 10e6, IncreaseAfter: 5, SoftRedAfter: 3,
	}
}

func TestStates(t *testing.T) {
	for _, tt := range []struct {
		name   string
		states int
		deltas []float64
		want   []State
	}{
		{"a delta on the green threshold is GREEN", 4, []float64{15}, []State{Green}},
		{"a delta above it is YELLOW at once", 4, []float64{15.001}, []State{Yellow}},
		{"a delta on the softRed threshold is YELLOW", 4, []float64{45, 45, 45, 45}, []State{Yellow, Yellow, Yellow, Yellow}},
		{"SOFT_RED counts as YELLOW until confirmed", 4, []float64{46, 46, 46, 46}, []State{Yellow, Yellow, SoftRed, SoftRed}},
		{"YELLOW starts the confirmation anew", 4, []float64{46, 46, 44, 46, 46, 46}, []State{Yellow, Yellow, Yellow, Yellow, Yellow, SoftRed}},
		{"RED starts the confirmation anew", 4, []float64{46, 46, 81, 46, 46, 46}, []State{Yellow, Yellow, Red, Yellow, Yellow, SoftRed}},
		{"a delta on the hardRed threshold is SOFT_RED", 4, []float64{80, 80, 80}, []State{Yellow, Yellow, SoftRed}},
		{"RED needs no confirmation", 4, []float64{80.001}, []State{Red}},
		{"with three states RED begins at softRed", 3, []float64{45, 45.001, 81}, []State{Yellow, Red, Red}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l, s := limits(tt.states), Shaper{Rate: 940e6}
			for i, delta := range tt.deltas {
				s.observe(&thresholds, &l, delta, 1)
				if s.State != tt.want[i] {
					t.Errorf("after delta %d of %v: %v, want %v", i+1, tt.deltas, s.State.API(), tt.want[i].API())
				}
			}
		})
	}
}

func TestRates(t *testing.T) {
	for _, tt := range []struct {
		name   string
		start  int64
		deltas []float64
		want   []int64
	}{
		{"RED cuts at once and truncates", 940e6, []float64{81, 81, 81, 81}, []int64{799e6, 679150000, 577277500, 490685875}},
		{"the RED floor bounds a decrease", 230e6, []float64{81, 81}, []int64{200e6, 200e6}},
		{"a floor never raises a rate", 150e6, []float64{81, 46, 46, 46, 20, 1}, []int64{150e6, 150e6, 150e6, 150e6, 150e6, 150e6}},
		{"YELLOW and SOFT_RED hold", 500e6, []float64{20, 46, 46, 46, 46}, []int64{500e6, 500e6, 500e6, 500e6, 500e6}},
		{"GREEN increases from its fifth cycle on", 500e6, []float64{1, 1, 1, 1, 1, 1}, []int64{500e6, 500e6, 500e6, 500e6, 510e6, 520e6}},
		{"YELLOW starts the streak anew", 500e6, []float64{1, 1, 1, 1, 16, 1, 1, 1, 1, 1}, []int64{500e6, 500e6, 500e6, 500e6, 500e6, 500e6, 500e6, 500e6, 500e6, 510e6}},
		{"never above the ceiling", 935e6, []float64{1, 1, 1, 1, 1, 1}, []int64{935e6, 935e6, 935e6, 935e6, 940e6, 940e6}},
		{"a ceiling that was lowered is kept at once", 2000e6, []float64{20}, []int64{940e6}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := Config{Thresholds: thresholds, Limits: [2]Limits{limits(4), limits(3)}}
			w := WAN{Shapers: [2]Shaper{{Rate: tt.start}, {Rate: tt.start}}}
			for i, delta := range tt.deltas {
				w.Step(&c, &Input{Intervals: 1, DeltaMS: delta, Fresh: true})
				if got := w.Shapers[Download].Rate; got != tt.want[i] {
					t.Errorf("after delta %d of %v: %d, want %d", i+1, tt.deltas, got, tt.want[i])
				}
			}
		})
	}
}

func TestACycleWithoutASampleChangesNothing(t *testing.T) {
	c := Config{Thresholds: thresholds, Limits: [2]Limits{limits(4), limits(3)}}
	w := WAN{Shapers: [2]Shaper{{Rate: 500e6, GreenStreak: 4}, {Rate: 500e6, State: Red}}}
	before := w
	w.Step(&c, &Input{Intervals: 1, DeltaMS: 100})
	if w != before {
		t.Errorf("state went from %+v to %+v without a sample", before, w)
	}
}

// Whatever the deltas, a rate never leaves [min(start, red floor), ceiling],
// falls only while RED and rises only while GREEN.
func TestLawsOfTheReference(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := limits(rapid.SampledFrom([]int{3, 4}).Draw(t, "states"))
		c := Config{Thresholds: thresholds, Limits: [2]Limits{l, l}}
		start := rapid.Int64Range(1, l.Ceiling).Draw(t, "start")
		w := WAN{Shapers: [2]Shaper{{Rate: start}, {Rate: start}}}
		least := min(start, l.Floors[Red])
		for range rapid.IntRange(1, 200).Draw(t, "cycles") {
			before := w.Shapers[Download].Rate
			w.Step(&c, &Input{Intervals: rapid.Int64Range(1, 5).Draw(t, "n"), DeltaMS: rapid.Float64Range(-50, 200).Draw(t, "delta"), Fresh: true})
			s := &w.Shapers[Download]
			switch {
			case s.Rate > l.Ceiling || s.Rate < least:
				t.Fatalf("rate %d outside %d to %d", s.Rate, least, l.Ceiling)
			case s.Rate < before && s.State != Red:
				t.Fatalf("rate fell from %d to %d while %v", before, s.Rate, s.State.API())
			case s.Rate > before && s.State != Green:
				t.Fatalf("rate rose from %d to %d while %v", before, s.Rate, s.State.API())
			}
		}
	})
}

// Skipped deadlines count by time: n single steps and one of n intervals end
// within rounding of each other.
func TestSkippedCyclesCountByTime(t *testing.T) {
	l := limits(4)
	c := Config{Thresholds: thresholds, Limits: [2]Limits{l, l}}
	for _, delta := range []float64{1, 81} {
		single := WAN{Shapers: [2]Shaper{{Rate: 700e6, GreenStreak: 10}, {Rate: 700e6}}}
		skipped := single
		for range 4 {
			single.Step(&c, &Input{Intervals: 1, DeltaMS: delta, Fresh: true})
		}
		skipped.Step(&c, &Input{Intervals: 4, DeltaMS: delta, Fresh: true})
		a, b := single.Shapers[Download], skipped.Shapers[Download]
		if math.Abs(float64(a.Rate-b.Rate)) > 4 || a.GreenStreak != b.GreenStreak {
			t.Errorf("at delta %v: four cycles end at %+v, one of four intervals at %+v", delta, a, b)
		}
	}
}

func TestStreaksAreConvertedByTime(t *testing.T) {
	w := WAN{Shapers: [2]Shaper{{Rate: 5, GreenStreak: 10, SoftRedStreak: 3}, {Rate: 6, GreenStreak: 1}}}
	w.Convert(500*time.Millisecond, 50*time.Millisecond)
	if got := w.Shapers[Download]; got.GreenStreak != 100 || got.SoftRedStreak != 30 || got.Rate != 5 {
		t.Errorf("download after 500ms to 50ms: %+v", got)
	}
	w.Convert(50*time.Millisecond, 2*time.Second)
	if got := w.Shapers[Upload]; got.GreenStreak != 0 || got.Rate != 6 {
		t.Errorf("upload after 50ms to 2s: %+v", got)
	}
}

func BenchmarkReferenceStep(b *testing.B) {
	c := Config{Thresholds: thresholds, Limits: [2]Limits{limits(4), limits(3)}}
	w := WAN{Shapers: [2]Shaper{{Rate: 500e6}, {Rate: 30e6}}}
	in := Input{Intervals: 1, Fresh: true}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		in.DeltaMS = float64(i % 100)
		w.Step(&c, &in)
	}
}
