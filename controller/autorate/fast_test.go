package autorate

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

const cycle = 50 * time.Millisecond

// bench is a WAN under the fast law with what its next cycles see.
type bench struct {
	c  Config
	w  WAN
	in Input
	// unread says that the counters cannot be read any more.
	unread bool
}

// newBench is a WAN of 25/10 Mbit/s that delivers what is given, and no delay.
func newBench(down, up float64) *bench {
	l := Limits{
		States: 4, Ceiling: 25e6, Floors: [4]int64{3e6, 3e6, 3e6, 3e6},
		Factor: 0.997, CutFactor: 0.9, Step: 50e3, IncreaseAfter: 200, SoftRedAfter: 120,
	}
	b := &bench{c: Config{Thresholds: thresholds, Limits: [2]Limits{l, l}, Fast: true}}
	b.c.Limits[Upload].Ceiling = 10e6
	b.w.Shapers = [2]Shaper{{Rate: 25e6}, {Rate: 10e6}}
	b.in = Input{Elapsed: cycle, Intervals: 1, Fresh: true}
	b.in.Signal = Signal{RTT: 20 * time.Millisecond, Spacing: cycle, OK: true}
	b.in.Delivered = Delivered{BitsPerSecond: [2]float64{down, up}, Recent: [2]float64{down, up}, OK: true}
	return b
}

// run lets cycles pass with a delay, which neither rises nor falls.
func (b *bench) run(delayMS float64, cycles int) {
	b.in.Signal.MedianMS, b.in.Signal.NewestMS = delayMS, delayMS
	for range cycles {
		b.in.Now += cycle
		if !b.unread {
			b.in.Delivered.At = b.in.Now
		}
		b.w.Step(&b.c, &b.in)
	}
}

func (b *bench) rates() [2]int64 {
	return [2]int64{b.w.Shapers[Download].Rate, b.w.Shapers[Upload].Rate}
}

func TestOnsetOfCongestion(t *testing.T) {
	for _, tt := range []struct {
		name     string
		down, up float64
		delay    float64
		want     [2]int64
		reason   Reason
	}{
		{"an idle line's delay is nobody's", 1e6, 0.1e6, 60, [2]int64{25e6, 10e6}, NotBlamed},
		{"a small delay is none", 20e6, 0.3e6, 9, [2]int64{25e6, 10e6}, AtCeiling},
		{"a loaded download is cut to what arrives, less the delay", 20e6, 0.3e6, 40, [2]int64{17e6, 10e6}, Draining},
		{"a loaded upload is cut, and the download left alone", 0.3e6, 10e6, 40, [2]int64{25e6, 8095238}, AtCeiling},
		{"a deep queue is drained at a third of the capacity at least", 8e6, 0.3e6, 900, [2]int64{3e6, 10e6}, AtFloor},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := newBench(tt.down, tt.up)
			b.run(0, 10)
			b.run(tt.delay, 1)
			if got := b.rates(); got != tt.want {
				t.Errorf("rates %v, want %v", got, tt.want)
			}
			if got := b.w.Shapers[Download].Reason; got != tt.reason && got != AtCeiling {
				t.Errorf("the download's reason is %v, want %v", got, tt.reason)
			}
		})
	}
}

func TestADrainEndsAtAShareOfTheCapacity(t *testing.T) {
	b := newBench(20e6, 0.3e6)
	b.run(0, 10)
	b.run(40, 3)
	b.run(1, 1)
	if got := b.rates(); got != [2]int64{19e6, 10e6} || b.w.Shapers[Download].Reason != Drained {
		t.Errorf("rates %v (%v), want 19M and 10M", got, b.w.Shapers[Download].Reason)
	}
}

// The start of a flow fills a line for less than the window of what arrives.
func TestADrainLearnsOfACapacityThatItsBeginningHid(t *testing.T) {
	b := newBench(9e6, 0.3e6)
	b.run(0, 10)
	b.run(40, 1)
	b.in.Delivered.Recent[Download], b.in.Delivered.BitsPerSecond[Download] = 20e6, 15e6
	b.run(40, 2)
	if got := b.w.Fast[Download].CapacityBitsPerSecond; got != 9e6 {
		t.Errorf("a capacity of %.0f was learnt from what arrived in part before the drain", got)
	}
	b.run(30, 2)
	b.run(0, 1)
	if got := b.rates()[Download]; got != 19e6 {
		t.Errorf("after it the rate is %d, want 95 %% of the 20M that arrived", got)
	}
}

// Else the rate before a router was lost would be the capacity of the line after.
func TestADrainLearnsOfNoCapacityFromReadingsBeforeIt(t *testing.T) {
	b := newBench(20e6, 0.3e6)
	b.run(0, 10)
	b.run(40, 1)
	b.unread = true
	b.in.Delivered.Recent[Download] = 24e6
	b.run(40, 20)
	if got := b.w.Fast[Download].CapacityBitsPerSecond; got > 20e6 {
		t.Errorf("a capacity of %.0f was learnt from a reading of before the drain", got)
	}
}

func TestALineInUseIsAskedForMore(t *testing.T) {
	for _, tt := range []struct {
		name      string
		delivered float64
		delay     float64
		want      Reason
		held      bool
	}{
		{"and climbs when more arrives quietly", 21.5e6, 0, Climbing, false},
		{"and is refused when a queue builds up", 20e6, 9, ProbeRefused, false},
		{"but not while it is little used", 5e6, 0, Holding, false},
		{"nor while it is half used", 12e6, 0, Holding, false},
		{"unless its shaper then holds traffic up", 12e6, 0, Probing, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := newBench(20e6, 0.3e6)
			b.run(0, 10)
			b.run(40, 3)
			b.run(1, 1) // 19M
			b.in.Delivered.BitsPerSecond[Download] = min(tt.delivered, 19e6)
			b.in.Delivered.Held[Download] = tt.held
			b.run(0, int(probeEvery/cycle))
			b.in.Delivered.BitsPerSecond[Download] = tt.delivered
			seen := map[Reason]bool{}
			for range int(probeFor/cycle) + 2 {
				b.run(tt.delay, 1)
				seen[b.w.Shapers[Download].Reason] = true
			}
			if tt.want == Holding && seen[Probing] {
				t.Errorf("it was probed")
			}
			if !seen[tt.want] {
				t.Errorf("reasons %v, want %v among them", seen, tt.want)
			}
		})
	}
}

func TestWhoIsDrainedWhereBothAreLoaded(t *testing.T) {
	for _, tt := range []struct {
		name     string
		before   [2]float64
		now      [2]float64
		down, up bool
	}{
		{"the upload alone, while the download gets what its shaper lets through", [2]float64{24e6, 10e6}, [2]float64{24e6, 10e6}, false, true},
		{"the upload alone, beside a download that carries as much as ever and less than its shaper lets through", [2]float64{10e6, 10e6}, [2]float64{10e6, 10e6}, false, true},
		{"both, where the download grows", [2]float64{10e6, 10e6}, [2]float64{16e6, 10e6}, true, true},
		{"both, where the download no longer does", [2]float64{24e6, 10e6}, [2]float64{12e6, 9e6}, true, true},
		{"both, where both carry less than before", [2]float64{24e6, 10e6}, [2]float64{8e6, 4e6}, true, true},
		{"a download that fell, beside an upload that does not fill its shaper", [2]float64{24e6, 4e6}, [2]float64{12e6, 4e6}, true, false},
		{"whichever is nearer its shaper, where neither fills it", [2]float64{10e6, 5e6}, [2]float64{10e6, 5e6}, false, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := newBench(tt.before[0], tt.before[1])
			b.run(0, 200)
			b.in.Delivered.BitsPerSecond, b.in.Delivered.Recent = tt.now, tt.now
			b.run(30, 1)
			if got := b.rates(); got[Download] != 25e6 != tt.down || got[Upload] != 10e6 != tt.up {
				t.Errorf("the rates are %v; download drained should be %v, upload %v", got, tt.down, tt.up)
			}
		})
	}
}

func TestADrainOfNoUseTurnsToTheOtherDirectionAsWell(t *testing.T) {
	b := newBench(16e6, 6e6)
	b.run(0, 10)
	b.run(60, 1)
	if got := b.rates(); got[Download] == 25e6 || got[Upload] != 10e6 {
		t.Fatalf("at the onset the rates are %v: want the download cut, which is nearer its shaper", got)
	}
	b.in.Delivered.BitsPerSecond[Upload] = 8e6
	b.run(60, int(stubborn/cycle)+1)
	if got := b.rates(); got[Upload] == 10e6 || got[Download] == 25e6 {
		t.Fatalf("after a drain of no use the rates are %v: want both cut", got)
	}
}

func TestBothAreAskedTogetherAndThenOneByOne(t *testing.T) {
	b := newBench(19e6, 8e6)
	b.w.Shapers[Download].Rate, b.w.Shapers[Upload].Rate = 19e6, 8e6
	asked := func() (raised [2]bool) {
		for raised == [2]bool{} {
			before := b.rates()
			b.run(0, 1)
			raised = [2]bool{b.rates()[Download] > before[Download], b.rates()[Upload] > before[Upload]}
		}
		b.run(9, 2) // refused
		b.run(0, 1) // drained
		return raised
	}
	for i, want := range [][2]bool{{true, true}, {true, false}, {false, true}, {true, true}} {
		if got := asked(); got != want {
			t.Errorf("probe %d raised download, upload: %v, want %v", i+1, got, want)
		}
	}
}

func TestSilenceCutsLittleAndLowersNothing(t *testing.T) {
	b := newBench(20e6, 0.3e6)
	b.run(0, 10)
	b.in.Signal.Silent = true
	for delay := 20.0; delay < 2000; delay += 50 {
		b.run(delay, 1)
	}
	if got := b.rates()[Download]; got < 14e6 || b.w.Fast[Download].CapacityBitsPerSecond != 20e6 {
		t.Errorf("two seconds of silence cut the rate to %d, the capacity to %.0f", got, b.w.Fast[Download].CapacityBitsPerSecond)
	}
	b.in.Signal.OK = false
	before := b.rates()
	b.run(0, 100)
	if b.rates() != before || b.w.Shapers[Download].Reason != NoSamples {
		t.Errorf("without samples the rates went from %v to %v (%v)", before, b.rates(), b.w.Shapers[Download].Reason)
	}
}

func TestALineOnWhichNothingArrivesIsHeld(t *testing.T) {
	b := newBench(20e6, 8e6)
	b.w.Shapers = [2]Shaper{{Rate: 21e6}, {Rate: 9e6}}
	b.run(0, 10)
	b.in.Signal.Silent, b.in.Delivered.Recent[Download] = true, 0
	for delay := 20.0; delay < 2000; delay += 50 {
		b.run(delay, 1)
	}
	if got := b.rates(); got != [2]int64{21e6, 9e6} || b.w.Shapers[Download].Reason != NothingArrives {
		t.Errorf("an outage moved the rates to %v (%v)", got, b.w.Shapers[Download].Reason)
	}
}

func TestADrainThatSilenceBegan(t *testing.T) {
	for _, tt := range []struct {
		name string
		// late is the delay of answers that end the silence.
		late   float64
		want   int64
		reason Reason
	}{
		{"is undone where the first answer is prompt", 0, 24e6, FalseAlarm},
		{"is kept where it is late", 40, 7_600_000, Drained},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := newBench(8e6, 0.3e6)
			b.w.Shapers[Download].Rate = 24e6
			b.run(0, 10)
			b.in.Signal.Silent = true
			b.run(30, 3)
			// What arrived, at least this much of the rate, is taken for the capacity.
			if got, want := b.rates()[Download], int64(least*24e6*(share-30.0/drainMS)); got != want {
				t.Fatalf("silence made the rate %d, want %d", got, want)
			}
			b.in.Signal.Silent = false
			if tt.late > 0 {
				b.run(tt.late, 3)
				b.w.Fast[Download].CapacityBitsPerSecond = 8e6
			}
			b.run(0, 1)
			if got := b.w.Shapers[Download]; got.Rate != tt.want || got.Reason != tt.reason {
				t.Errorf("after it the rate is %d (%v), want %d (%v)", got.Rate, got.Reason, tt.want, tt.reason)
			}
		})
	}
}

// However little arrives and however long it lasts.
func TestSilenceAloneLeavesAQuarter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := newBench(20e6, 8e6)
		for d := range b.c.Limits {
			b.c.Limits[d].Floors = [4]int64{1, 1, 1, 1}
		}
		b.run(0, 10)
		if rapid.Bool().Draw(t, "while it is asked for more") {
			b.w.Shapers = [2]Shaper{{Rate: 25e6}, {Rate: 10e6}}
			b.c.Limits[Download].Ceiling, b.c.Limits[Upload].Ceiling = 50e6, 20e6
			for d, c := range []float64{25e6, 10e6} {
				b.w.Fast[d].CapacityBitsPerSecond = c
				b.w.Fast[d].enter(probing, b.in.Now)
			}
		}
		b.in.Signal.Silent = true
		for delay := 20.0; delay < 2200; delay += 50 {
			b.in.Delivered.BitsPerSecond = [2]float64{rapid.Float64Range(0, 25e6).Draw(t, "down"), rapid.Float64Range(0, 10e6).Draw(t, "up")}
			b.in.Delivered.Recent = [2]float64{rapid.Float64Range(0, 25e6).Draw(t, "down lately"), rapid.Float64Range(0, 10e6).Draw(t, "up lately")}
			b.in.Signal.Slope = rapid.Float64Range(-2, 4).Draw(t, "slope")
			b.run(delay, 1)
			if got := b.rates(); float64(got[Download]) < 0.26*25e6 || float64(got[Upload]) < 0.26*10e6 {
				t.Fatalf("after %v ms of silence the rates are %v", delay, got)
			}
		}
	})
}

func TestWithoutCountersTheFastLawCutsByTheFactorAndWaits(t *testing.T) {
	b := newBench(0, 0)
	b.in.Delivered.OK = false
	b.run(0, 20)
	b.run(40, 1)
	if got := b.rates(); got != [2]int64{22.5e6, 9e6} {
		t.Errorf("after one cycle of delay the rates are %v, want a factor of 0.9 in both", got)
	}
	b.run(40, int(stubborn/cycle)-1)
	if got := b.rates(); got != [2]int64{22.5e6, 9e6} {
		t.Errorf("before the cut can have shown the rates are %v", got)
	}
	b.run(40, 1)
	if got := b.rates(); got != [2]int64{20.25e6, 8.1e6} {
		t.Errorf("after it could have shown the rates are %v, want a second factor", got)
	}
}

// Whatever is seen, a rate stays between the floor, or where it was if that is
// lower, and the ceiling.
func TestLawsOfTheFastLaw(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := newBench(0, 0)
		start := rapid.Int64Range(1e6, 25e6).Draw(t, "start")
		b.w.Shapers[Download].Rate = start
		least := min(start, b.c.Limits[Download].Floors[Red]) - 1 // rates are truncated
		for range rapid.IntRange(1, 300).Draw(t, "cycles") {
			b.in.Delivered.BitsPerSecond = [2]float64{rapid.Float64Range(0, 40e6).Draw(t, "down"), rapid.Float64Range(0, 12e6).Draw(t, "up")}
			b.in.Delivered.Recent = b.in.Delivered.BitsPerSecond
			b.in.Delivered.OK = rapid.IntRange(0, 9).Draw(t, "counters") > 0
			b.in.Signal.Slope = rapid.Float64Range(-2, 4).Draw(t, "slope")
			b.in.Signal.Silent = rapid.IntRange(0, 9).Draw(t, "silent") == 0
			b.run(rapid.Float64Range(-5, 800).Draw(t, "delay"), rapid.IntRange(1, 40).Draw(t, "for"))
			if got := b.rates(); got[Download] < least || got[Download] > 25e6 || got[Upload] > 10e6 || got[Upload] < 3e6 {
				t.Fatalf("rates %v; the download may be from %d to 25M, the upload from 3M to 10M", got, least)
			}
		}
	})
}

func BenchmarkFastStep(b *testing.B) {
	s := newBench(20e6, 0.3e6)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		s.in.Now += cycle
		s.in.Signal.MedianMS, s.in.Signal.NewestMS = float64(i%40), float64(i%40)
		s.w.Step(&s.c, &s.in)
	}
}

func TestAProbedDirectionStandsWhereItWasRaisedFrom(t *testing.T) {
	b := newBench(20e6, 0.3e6)
	b.run(0, 10)
	b.run(40, 3)
	b.run(1, 1) // 19M
	b.in.Delivered.BitsPerSecond[Download] = 19e6
	for range 2 * probeEvery / cycle {
		b.run(0, 1)
		if b.w.Shapers[Download].Reason == Probing {
			break
		}
	}
	if got := b.rates()[Download]; got <= 19e6 || b.w.Settled(Download) != 19e6 || b.w.Settled(Upload) != 10e6 {
		t.Errorf("during a probe at %d the directions stand at %d and %d, want 19M and 10M", got, b.w.Settled(Download), b.w.Settled(Upload))
	}
}
