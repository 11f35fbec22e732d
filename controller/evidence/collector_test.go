package evidence_test

import (
	"testing"
	"time"

	"github.com/wanctl/wanctl/controller/autorate"
	"github.com/wanctl/wanctl/controller/evidence"
)

// near says whether a quantile of a histogram is the expected one: it may be up
// to 1 % above.
func near(got, want float64) bool { return got >= want*0.999 && got <= want*1.011 }

func TestCycleTimeIsWorkAsAShareOfTheInterval(t *testing.T) {
	l := newLine()
	for n := range 1000 {
		l.Work = interval * time.Duration(n+1) / 1000
		l.turn(interval)
	}
	f := l.figures().CycleTime
	if f.Cycles != 1000 || !near(f.P50, 0.5) || !near(f.P95, 0.95) || !near(f.P99, 0.99) || !near(f.Max, 1) {
		t.Errorf("cycle time %+v; want 1000 cycles, 0.50, 0.95, 0.99, 1", f)
	}
}

func TestRecentCycleTimeIsAboveALimitOnlyIfItWasThroughout(t *testing.T) {
	for name, test := range map[string]struct {
		turn  func(*line)
		above bool
	}{
		"over for more than the window": {func(l *line) { l.turn(71 * time.Second) }, true},
		"one good cycle in the step that is being filled": {func(l *line) {
			l.turn(75*time.Second - interval)
			l.Work = interval / 2
			l.turn(interval)
		}, true},
		"not yet for the window": {func(l *line) { l.turn(59 * time.Second) }, false},
		"five good seconds within the window": {func(l *line) {
			l.turn(60 * time.Second)
			l.Work = interval / 2
			l.turn(10 * time.Second)
			l.Work = interval * 93 / 100
			l.turn(40 * time.Second)
		}, false},
		"one slow cycle in twenty is the p95 and not beyond it": {func(l *line) {
			for range 100 {
				l.Work = interval / 2
				l.turn(950 * time.Millisecond)
				l.Work = 2 * interval
				l.turn(interval)
			}
		}, false},
		"an absence of the agent": {func(l *line) {
			l.turn(40 * time.Second)
			l.At += time.Minute
			l.turn(40 * time.Second)
		}, false},
	} {
		t.Run(name, func(t *testing.T) {
			l := newLine()
			l.Work = interval * 93 / 100
			test.turn(l)
			if got := l.figures().CycleTime.RecentLeastP95; (got > 0.9) != test.above {
				t.Errorf("the least p95 of the last minute is %v; above 0.9 should be %t", got, test.above)
			}
		})
	}
}

func TestCadenceCountsSkippedDeadlinesOfAllThatWereDue(t *testing.T) {
	l := newLine()
	l.turn(90 * time.Second)
	l.Skipped = 9
	l.turn(10 * interval)
	l.Skipped = 0
	l.turn(9500 * time.Millisecond)
	f := l.figures().Cadence
	if f.Cycles != 2000 || f.Skipped != 9 || f.Share() != 9.0/2000 {
		t.Errorf("%d skipped of %d; want 9 of 2000", f.Skipped, f.Cycles)
	}
	if f.RecentSkipped != 9 || f.RecentCycles < 1200 || f.RecentCycles > 1300 {
		t.Errorf("of late %d skipped of %d; want 9 of 1200 to 1300", f.RecentSkipped, f.RecentCycles)
	}
	l.turn(70 * time.Second)
	if f := l.figures().Cadence; f.RecentSkipped != 0 || f.Skipped != 9 {
		t.Errorf("a minute later %d recent, %d in all; want 0 and 9", f.RecentSkipped, f.Skipped)
	}
}

func TestALongStallIsSkippedAndNotAbsence(t *testing.T) {
	l := newLine()
	l.turn(10 * time.Second)
	l.Skipped = 399
	l.turn(20 * time.Second)
	if f := l.figures(); f.Soaked != 30*time.Second-interval || f.Cadence.Skipped != 399 {
		t.Errorf("soaked %v with %d skipped; want 29.95s and 399", f.Soaked, f.Cadence.Skipped)
	}
}

func TestAbsenceIsNoSoak(t *testing.T) {
	l := newLine()
	l.turn(10 * time.Second)
	l.At += time.Hour
	l.turn(10 * time.Second)
	if f := l.figures(); f.Soaked != 20*time.Second-2*interval || f.Idle != f.Soaked {
		t.Errorf("soaked %v, idle %v; want 19.9s of both", f.Soaked, f.Idle)
	}
}

func TestControlLatencyIsThatOfAcknowledgedRates(t *testing.T) {
	l := newLine()
	for n := range 100 {
		l.turn(interval)
		l.apply(autorate.Download, int64(50e6+n*1000), interval*time.Duration(n+1)/50)
	}
	l.Applied(&evidence.Applied{At: l.At, BitsPerSecond: 50e6}) // of no cycle
	f := l.figures()
	if c := f.ControlLatency; c.Applies != 100 || !near(c.P50, 1) || !near(c.P95, 1.9) || !near(c.Max, 2) {
		t.Errorf("control latency %+v; want 100 applies, 1, 1.9, 2", c)
	}
	if f.RouterErrors.Applies != 101 || !near(f.WritesPerSecond, 101/4.95) {
		t.Errorf("%d applies, %v a second; want 101, 20.4", f.RouterErrors.Applies, f.WritesPerSecond)
	}
}

func TestProbeLossIsToldApartByLoad(t *testing.T) {
	l := newLine()
	l.turn(10 * time.Second) // 5 s of it settled
	l.load(autorate.Upload, 0.9)
	l.Answers, l.Lost = 0, 1
	l.turn(10 * time.Second)
	f := l.figures().ProbeLoss
	if f.Sent != 400 || f.Lost != 200 || f.Share() != 0.5 || f.RecentShare() != 0.5 {
		t.Errorf("%d of %d probes lost; want 200 of 400", f.Lost, f.Sent)
	}
	if f.IdleLost != 0 || f.IdleSent < 90 || f.IdleSent > 110 || f.LoadedShare() != 1 || f.LoadedSent < 90 || f.LoadedSent > 110 {
		t.Errorf("idle %d of %d, loaded %d of %d; want 0 of about 100, and all of about 100", f.IdleLost, f.IdleSent, f.LoadedLost, f.LoadedSent)
	}
}

func TestWithoutCountersALineIsNeitherIdleNorLoaded(t *testing.T) {
	l := newLine()
	l.Counted = false
	l.Held = [2]bool{true, true}
	l.load(autorate.Download, 1)
	l.turn(20 * time.Second)
	if f := l.figures(); f.Idle != 0 || f.Loaded != 0 || f.ProbeLoss.IdleSent != 0 || f.ProbeLoss.LoadedSent != 0 {
		t.Errorf("idle %v, loaded %v; want neither", f.Idle, f.Loaded)
	}
}

func TestALineIsNotLoadedWhileItsCountersAreUnknown(t *testing.T) {
	l := newLine()
	l.load(autorate.Download, 0.9)
	l.turn(interval)
	before := l.figures().Loaded
	l.Counted = false
	l.turn(500 * time.Millisecond)
	if after := l.figures().Loaded; after != before {
		t.Errorf("loaded for %v before and %v after the counters were lost", before, after)
	}
}

func TestLoad(t *testing.T) {
	for name, test := range map[string]struct {
		set          func(*line)
		loaded, idle bool
	}{
		"nothing passes":                            {func(*line) {}, false, true},
		"a little passes":                           {func(l *line) { l.load(autorate.Download, 0.04) }, false, true},
		"some of the rate passes":                   {func(l *line) { l.load(autorate.Download, 0.3) }, false, false},
		"most of the rate passes":                   {func(l *line) { l.load(autorate.Upload, 0.75) }, true, false},
		"the shaper holds traffic up":               {func(l *line) { l.Held[autorate.Upload] = true }, true, false},
		"some of the rate passes and a queue fills": {func(l *line) { l.load(autorate.Download, 0.3); l.delay(40) }, true, false},
		"nothing passes and delay is high":          {func(l *line) { l.delay(40) }, false, true},
	} {
		t.Run(name, func(t *testing.T) {
			l := newLine()
			test.set(l)
			l.turn(10 * time.Second)
			if f := l.figures(); (f.Loaded > 0) != test.loaded || (f.Idle > 0) != test.idle {
				t.Errorf("loaded %v, idle %v; want %t, %t", f.Loaded, f.Idle, test.loaded, test.idle)
			}
		})
	}
}

func TestBaselineDriftComparesIdleMinutes(t *testing.T) {
	l := newLine()
	for range 30 {
		l.turn(time.Minute)
		l.BaselineMS += 0.2
	}
	if f := l.figures().BaselineDrift; f.Comparisons < 18 || f.Comparisons > 20 || !near(f.P50MS, 2) || !near(f.MaxMS, 2) {
		t.Errorf("drift %+v; want 2 ms in ten minutes, about 19 times", f)
	}
}

func TestABaselineUnderLoadIsNoDrift(t *testing.T) {
	l := newLine()
	for n := range 40 {
		l.load(autorate.Download, 0)
		l.BaselineMS = 20
		if n%2 == 1 {
			l.load(autorate.Download, 0.9)
			l.BaselineMS = float64(30 + n)
		}
		l.turn(time.Minute)
	}
	if f := l.figures().BaselineDrift; f.MaxMS > 0.01 || f.Comparisons == 0 {
		t.Errorf("drift %+v; want none, of some comparisons", f)
	}
}

func TestFlappingCountsStatesThatWereHeld(t *testing.T) {
	for name, test := range map[string]struct {
		turn               func(*line)
		transitions, worst int64
	}{
		"a state of less than a second is none": {func(l *line) {
			for range 20 {
				l.state(autorate.Yellow)
				l.turn(900 * time.Millisecond)
				l.state(autorate.Green)
				l.turn(2 * time.Second)
			}
		}, 0, 0},
		"each state that is held is one": {func(l *line) {
			for range 5 {
				l.state(autorate.Yellow)
				l.turn(2 * time.Second)
				l.state(autorate.Red)
				l.turn(2 * time.Second)
				l.state(autorate.Green)
				l.turn(2 * time.Second)
			}
		}, 15, 15},
		"the worst 120 s count": {func(l *line) {
			for range 10 {
				l.state(autorate.Yellow)
				l.turn(30 * time.Second)
				l.state(autorate.Green)
				l.turn(30 * time.Second)
			}
		}, 20, 4},
		"as many as can be": {func(l *line) {
			for range 150 {
				l.state(autorate.Yellow)
				l.turn(time.Second)
				l.state(autorate.Green)
				l.turn(time.Second)
			}
		}, 300, 120},
		"an absence is no transition": {func(l *line) {
			l.At += time.Hour
			l.state(autorate.Red)
			l.turn(2 * time.Second)
		}, 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			l := newLine()
			l.turn(3 * time.Second)
			test.turn(l)
			l.turn(2 * time.Second)
			if f := l.figures().Flapping; f.Transitions != test.transitions || f.Worst != test.worst {
				t.Errorf("%d transitions, at worst %d; want %d and %d", f.Transitions, f.Worst, test.transitions, test.worst)
			}
		})
	}
}

func TestFlappingIsThatOfTheWorseDirection(t *testing.T) {
	l := newLine()
	l.turn(3 * time.Second)
	l.States[autorate.Upload] = autorate.Red
	l.turn(3 * time.Second)
	l.States[autorate.Download] = autorate.Yellow
	l.turn(3 * time.Second)
	if f := l.figures().Flapping; f.Transitions != 1 || f.Recent != 1 {
		t.Errorf("%d transitions, %d of late; want 1 and 1", f.Transitions, f.Recent)
	}
	l.turn(3 * time.Minute)
	if f := l.figures().Flapping; f.Recent != 0 || f.Worst != 1 {
		t.Errorf("%d of late, %d at worst; want 0 and 1", f.Recent, f.Worst)
	}
}

func TestNoiseIsREDWithoutACause(t *testing.T) {
	for name, test := range map[string]struct {
		before         func(*line)
		entries, noise int64
	}{
		"nothing happened":            {func(*line) {}, 1, 1},
		"load nine seconds before":    {func(l *line) { l.load(0, 0.9); l.turn(time.Second); l.load(0, 0); l.turn(9 * time.Second) }, 1, 0},
		"load half a minute before":   {func(l *line) { l.load(0, 0.9); l.turn(time.Second); l.load(0, 0); l.turn(30 * time.Second) }, 1, 1},
		"a loss":                      {func(l *line) { l.Lost = 1; l.turn(interval); l.Lost = 0; l.turn(time.Second) }, 1, 0},
		"a loss half a minute before": {func(l *line) { l.Lost = 1; l.turn(interval); l.Lost = 0; l.turn(30 * time.Second) }, 1, 1},
		"drops of CAKE":               {func(l *line) { l.Held[1] = true; l.turn(interval); l.Held[1] = false; l.turn(time.Second) }, 1, 0},
		"counters unknown":            {func(l *line) { l.Counted = false }, 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			l := newLine()
			l.turn(20 * time.Second)
			test.before(l)
			l.state(autorate.Red)
			l.turn(5 * time.Second)
			if f := l.figures().NoiseTransitions; f.Entries != test.entries || f.Noise != test.noise {
				t.Errorf("%d of %d entries are noise; want %d of %d", f.Noise, f.Entries, test.noise, test.entries)
			}
		})
	}
}

func TestRouterCPU(t *testing.T) {
	l := newLine()
	read := func(percent float64, times int) {
		for range times {
			l.turn(5 * time.Second)
			l.Read(&evidence.Reading{At: l.At, CPUPercent: percent, CPUKnown: true})
		}
	}
	read(70, 13)
	if f := l.figures().RouterCPU; f.RecentLeast < 69 || f.Readings != 13 || !near(f.P95, 70) {
		t.Errorf("router's load %+v; want at least 70 %% over the last minute, of 13 readings", f)
	}
	read(20, 1)
	read(70, 8)
	if f := l.figures().RouterCPU; f.RecentLeast > 60 || !near(f.Max, 70) {
		t.Errorf("router's load %+v; want 20 %% as the least of the last minute", f)
	}
}

func TestRouterErrorsAreOfAllThatWasTried(t *testing.T) {
	l := newLine()
	for n := range 99 {
		l.turn(time.Second)
		l.apply(autorate.Download, int64(n+1)*1e6, time.Millisecond)
	}
	l.Read(&evidence.Reading{At: l.At, Failed: 1})
	f := l.figures().RouterErrors
	if f.Share() != 0.01 || f.RecentFailed != 1 || f.RecentApplies > 65 {
		t.Errorf("router errors %+v; want 1 %%", f)
	}
}

func TestWindowsAreThoseOfTheGates(t *testing.T) {
	opts := options()
	opts.Windows = evidence.Windows{Cadence: 10 * time.Second, ProbeLoss: 20 * time.Minute}
	l := newLine()
	l.Collector = evidence.New(opts)
	l.turn(30 * time.Minute)
	f := l.figures()
	if n := f.Cadence.RecentCycles; n < 200 || n > 300 {
		t.Errorf("%d cycles of the last ten seconds; want 200 to 300", n)
	}
	if n := f.ProbeLoss.RecentSent; n < 24_000 || n > 24_100 {
		t.Errorf("%d probes of the last 20 minutes; want 24000 to 24100", n)
	}
}
