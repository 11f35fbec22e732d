package autorate

import (
	"testing"
	"time"
)

func TestAQueueThatStandsIsEased(t *testing.T) {
	for _, tt := range []struct {
		name    string
		delay   float64
		carries float64
		floor   int64
		cycles  int
		eases   int
	}{
		{"after a while", 8, 19e6, 3e6, 30, 1},
		{"but not before", 8, 19e6, 3e6, 15, 0},
		{"again while it stands", 8, 18e6, 3e6, 50, 2},
		{"a few times at the most", 8, 18e6, 3e6, 400, mostEased},
		{"but not where the line is quiet", 2, 19e6, 3e6, 15, 0},
		{"nor for what the line is not filled by", 8, 12e6, 3e6, 60, 0},
		{"nor below the floor", 8, 19e6, 18.9e6, 60, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := newBench(tt.carries, 0.3e6)
			b.w.Shapers[Download].Rate = 19e6
			b.c.Limits[Download].Floors = [4]int64{tt.floor, tt.floor, tt.floor, tt.floor}
			b.run(tt.delay, tt.cycles)
			want := 19e6
			for range tt.eases {
				want *= eased
			}
			if got := b.w.Fast[Download].eases; got != tt.eases || float64(b.rates()[Download]) < want-10 || float64(b.rates()[Download]) > want+10 {
				t.Errorf("eased %d times to %d, want %d to %.0f", got, b.rates()[Download], tt.eases, want)
			}
			if b.rates()[Upload] != 10e6 {
				t.Errorf("the idle upload is at %d", b.rates()[Upload])
			}
		})
	}
}

func TestADrainWritesNothingThatIsNotWorthIt(t *testing.T) {
	b := newBench(20e6, 0.3e6)
	b.run(0, 10)
	b.run(40, 1)
	before := b.rates()[Download]
	b.run(48, 1)
	if got := b.rates()[Download]; got != before {
		t.Errorf("8 ms more moved the rate from %d to %d", before, got)
	}
	b.run(60, 1)
	if got := b.rates()[Download]; got < 16e6-1 || got > 16e6 {
		t.Errorf("20 ms more moved the rate from %d to %d, want 16M", before, got)
	}
}

func TestADrainIsWorthMoreWhereBothDirectionsAreLoaded(t *testing.T) {
	b := newBench(20e6, 5e6)
	b.run(0, 10)
	b.w.congest(Download, &b.in, false)
	b.run(40, 1)
	before := b.rates()[Download]
	b.run(48, 1)
	if got := b.rates()[Download]; got >= before {
		t.Errorf("8 ms more left the rate at %d", got)
	}
}

func TestASlowLoopGivesAQueueThatStandsMoreTime(t *testing.T) {
	b := newBench(19e6, 0.3e6)
	b.w.Shapers[Download].Rate = 19e6
	b.in.Signal.Spacing = 500 * time.Millisecond
	b.run(8, 50) // 2.5 s
	if got := b.rates()[Download]; got != 19e6 {
		t.Errorf("it was eased to %d within twice its feedback", got)
	}
	b.run(8, 20)
	if got := b.w.Shapers[Download]; got.Rate >= 19e6 || b.w.Fast[Download].eases != 1 {
		t.Errorf("it stands at %d (%v) after that", got.Rate, got.Reason)
	}
}

func TestAQueueThatMayHaveGoneMeanwhileHasNotStood(t *testing.T) {
	for name, meanwhile := range map[string]func(b *bench){
		"counters are lost": func(b *bench) {
			b.in.Delivered.OK = false
			b.run(8, 30)
			b.in.Delivered.OK = true
		},
		"no samples come": func(b *bench) {
			b.in.Signal.OK = false
			b.run(8, 30)
			b.in.Signal.OK = true
		},
		"the interval changes": func(b *bench) { b.w.Convert(50*time.Millisecond, 50*time.Millisecond) },
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(19e6, 0.3e6)
			b.w.Shapers[Download].Rate = 19e6
			b.run(8, 15)
			meanwhile(b)
			b.run(8, 15)
			if got := b.rates()[Download]; got != 19e6 {
				t.Errorf("eased to %d for a queue of 0.75 s", got)
			}
			b.run(8, 15)
			if got := b.w.Fast[Download].eases; got != 1 {
				t.Errorf("eased %d times for one of 1.5 s, want once", got)
			}
		})
	}
}
