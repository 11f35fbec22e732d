package core

import (
	"math"
	"testing"
	"time"

	"github.com/wanctl/wanctl/controller/autorate"
	"github.com/wanctl/wanctl/controller/estimate"
)

const (
	interval = 50 * time.Millisecond
	ms       = time.Millisecond
)

func config() *Config {
	limits := autorate.Limits{
		States: 4, Ceiling: 100e6, Floors: [4]int64{10e6, 10e6, 10e6, 10e6},
		Factor: 0.99, CutFactor: 0.9, Step: 1e6, IncreaseAfter: 10, SoftRedAfter: 120,
	}
	return &Config{
		Interval: interval, MaxIntervals: 200, History: 120 * time.Second,
		Weights: estimate.Weights{AlphaLoad: 0.005, AlphaBaseline: 0.0005, BaselineUpdateMS: 3},
		Quorum:  estimate.QuorumWeights{Up: 0.0005, Down: 0.025, Window: 3, Timeout: 2 * time.Second},
		Autorate: autorate.Config{
			Thresholds: autorate.Thresholds{GreenMS: 15, SoftRedMS: 45, HardRedMS: 80},
			Limits:     [2]autorate.Limits{limits, limits}, Fast: true,
		},
	}
}

// line feeds a state one cycle after another.
type line struct {
	c    *Config
	s    *State
	now  time.Duration
	sent [2]uint64
	// bitsPerSecond is what passes in each direction; negative is unknown.
	bitsPerSecond float64
	outcomes      []Outcome
}

func newLine(c *Config) *line { return &line{c: c, s: NewState(c, 1)} }

// run takes answers of rtt, or losses where it is 0, for a time.
func (l *line) run(rtt, d time.Duration) {
	for end := l.now + d; l.now < end; {
		l.now += interval
		in := Input{Now: l.now, Intervals: 1, Samples: []Sample{{Sent: l.now - rtt, RTT: rtt, Lost: rtt == 0}}}
		if l.bitsPerSecond >= 0 {
			for d := range l.sent {
				l.sent[d] += uint64(l.bitsPerSecond / 8 * interval.Seconds())
			}
			in.Bytes, in.BytesAt, in.BytesOK = l.sent, l.now, true
		}
		out := l.s.Step(l.c, &in)
		if out.RelearnedMS != 0 || out.Failed >= 0 || out.Recovered >= 0 {
			l.outcomes = append(l.outcomes, out)
		}
	}
}

func (l *line) relearned() (times int) {
	for _, o := range l.outcomes {
		if o.RelearnedMS != 0 {
			times++
		}
	}
	return times
}

func TestAFrozenBaselineEscapes(t *testing.T) {
	for _, tt := range []struct {
		name          string
		bitsPerSecond float64
		after         time.Duration
		want          bool
	}{
		{"not while the delay has only just come", -1, 60 * time.Second, false},
		{"once a delay has stood still for the history", -1, 240 * time.Second, true},
		{"sooner on a line that is known to be idle", 1e3, 120 * time.Second, true},
		{"but not so soon on a line that is in use", 50e6, 120 * time.Second, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l := newLine(config())
			l.bitsPerSecond = tt.bitsPerSecond
			l.run(20*ms, 10*time.Second)
			l.run(26*ms, tt.after)
			escaped := l.relearned() == 1
			if escaped != tt.want {
				t.Errorf("after %v of +6 ms: relearned %d times, baseline %.2f", tt.after, l.relearned(), l.s.Reference.BaselineMS)
			}
			if escaped && math.Abs(l.s.Reference.DeltaMS()) > 1 {
				t.Errorf("relearned, and the delta is still %.2f", l.s.Reference.DeltaMS())
			}
		})
	}
}

func TestABaselineLearntUnderLoadFallsOnceTheLineShowsItselfFaster(t *testing.T) {
	l := newLine(config())
	l.run(120*ms, 2*time.Second)
	l.run(20*ms, 40*time.Second)
	if got := l.s.Reference.BaselineMS; l.relearned() == 0 || got > 24 {
		t.Errorf("40 s after the queue has gone the baseline is %.1f", got)
	}
}

func TestTheReferenceLawNeverEscapes(t *testing.T) {
	c := config()
	c.Autorate.Fast = false
	l := newLine(c)
	l.bitsPerSecond = 1e3
	l.run(20*ms, 10*time.Second)
	l.run(30*ms, time.Hour)
	if l.relearned() != 0 || l.s.Reference.BaselineMS > 21 {
		t.Errorf("the reference law moved its baseline to %.2f", l.s.Reference.BaselineMS)
	}
}

func TestAnOutageHoldsRatesAndNothingJumpsAfterIt(t *testing.T) {
	l := newLine(config())
	l.bitsPerSecond = 50e6
	l.run(20*ms, 10*time.Second)
	rate := l.s.Autorate.Shapers[autorate.Download].Rate
	l.bitsPerSecond = 0
	l.run(0, 60*time.Second)
	if got := l.s.Autorate.Shapers[autorate.Download].Rate; got != rate {
		t.Errorf("a minute without an answer took the rate from %d to %d", rate, got)
	}
	if l.s.Heard(l.c, l.now) {
		t.Error("heard after a minute of silence")
	}
	l.run(900*ms, interval)
	if got := l.s.Reference.LoadMS; got > 20+4*0.005*900 {
		t.Errorf("the first answer after the outage took the load to %.1f", got)
	}
}

func TestEmptyCyclesLetTheNextAnswerWeighMore(t *testing.T) {
	even, uneven := newLine(config()), newLine(config())
	even.run(20*ms, time.Second)
	uneven.run(20*ms, time.Second)
	even.run(60*ms, 2*interval)
	uneven.s.Step(uneven.c, &Input{Now: uneven.now + interval, Intervals: 1})
	uneven.now += interval
	uneven.run(60*ms, interval)
	if a, b := even.s.Reference.LoadMS, uneven.s.Reference.LoadMS; math.Abs(a-b) > 1e-9 {
		t.Errorf("two answers in two cycles: %v; one in the second: %v", a, b)
	}
}

func TestCarry(t *testing.T) {
	l := newLine(config())
	l.run(20*ms, 20*time.Second)
	l.s.Autorate.Shapers[autorate.Download].Rate = 42e6
	streak := l.s.Autorate.Shapers[autorate.Download].GreenStreak
	slower := config()
	slower.Interval = 500 * time.Millisecond
	next := l.s.Carry(slower, interval, []string{"1.1.1.1"}, []string{"8.8.8.8", "1.1.1.1"})
	if next.Reference != l.s.Reference {
		t.Errorf("reference went from %+v to %+v", l.s.Reference, next.Reference)
	}
	if got := next.Autorate.Shapers[autorate.Download]; got.Rate != 42e6 || got.GreenStreak != streak/10 {
		t.Errorf("rate %d and streak %d, want 42M and %d", got.Rate, got.GreenStreak, streak/10)
	}
	if a, b := next.Quorum.Reflectors[1].BaselineMS, l.s.Quorum.Reflectors[0].BaselineMS; a != b || next.Quorum.Reflectors[0].Healthy {
		t.Errorf("1.1.1.1 has a baseline of %v, want %v; 8.8.8.8 healthy %v", a, b, next.Quorum.Reflectors[0].Healthy)
	}
}

func TestDecisionsOfOneReasonAreOne(t *testing.T) {
	var d Decisions
	s := autorate.Shaper{Rate: 100, Reason: autorate.Climbing}
	for now := range time.Duration(3) {
		from := s.Rate
		s.Rate += 10
		d.note(now, from, &s, 1, 2)
	}
	from := s.Rate
	s.Rate, s.Reason = 50, autorate.Congested
	d.note(9, from, &s, 30, 60)
	d.note(10, 50, &s, 30, 60) // nothing changed
	got := d.Newest(nil)
	if len(got) != 2 || got[0].From != 100 || got[0].To != 130 || got[1].To != 50 || got[1].At != 9 {
		t.Errorf("decisions %+v, want a climb from 100 to 130 and a cut to 50", got)
	}
}

func TestOnlyTheLastDecisionsAreKept(t *testing.T) {
	var d Decisions
	for i := range int64(40) {
		s := autorate.Shaper{Rate: i + 1, Reason: autorate.Reason(i % 2)}
		d.note(time.Duration(i), i, &s, 0, 0)
	}
	got := d.Newest(nil)
	if len(got) != decisionsSize || got[0].To != 40-decisionsSize+1 || got[decisionsSize-1].To != 40 {
		t.Errorf("%d decisions from %d to %d", len(got), got[0].To, got[len(got)-1].To)
	}
}

func TestAStepDoesNotAllocate(t *testing.T) {
	l := newLine(config())
	l.run(20*ms, time.Second)
	in := Input{Intervals: 1, Samples: make([]Sample, 1), BytesOK: true}
	i := 0
	if n := testing.AllocsPerRun(1000, func() {
		i++
		in.Now = l.now + time.Duration(i)*interval
		in.Samples[0] = Sample{Sent: in.Now, RTT: time.Duration(20+i%100) * ms}
		in.BytesAt, in.Bytes = in.Now, [2]uint64{uint64(i) * 1e6, uint64(i) * 1e5}
		l.s.Step(l.c, &in)
	}); n != 0 {
		t.Errorf("a step allocates %v times", n)
	}
}

func TestWhereOnlyICMPIsLostRatesFollowStandbys(t *testing.T) {
	for _, tt := range []struct {
		name       string
		rtt        time.Duration
		cut, heard bool
	}{
		{"and are cut where connections take longer", 110 * ms, true, true},
		{"and are kept where they do not", 50 * ms, false, true},
		{"and are held where nothing answers", 0, false, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := config()
			c.Standby = 1
			l := newLine(c)
			l.bitsPerSecond = 50e6
			turn := func(rtt time.Duration, standby time.Duration, every int, d time.Duration) {
				for i := 0; time.Duration(i)*interval < d; i++ {
					l.now += interval
					in := Input{Now: l.now, Intervals: 1, Samples: []Sample{{Sent: l.now - rtt, RTT: rtt, Lost: rtt == 0}}}
					if i%every == 0 {
						in.Samples = append(in.Samples, Sample{Reflector: 1, Sent: l.now - standby, RTT: standby, Lost: standby == 0})
					}
					for d := range l.sent {
						l.sent[d] += uint64(l.bitsPerSecond / 8 * interval.Seconds())
					}
					in.Bytes, in.BytesAt, in.BytesOK = l.sent, l.now, true
					l.s.Step(c, &in)
				}
			}
			turn(20*ms, 50*ms, 100, time.Minute)
			before := l.s.Autorate.Shapers[0].Rate
			turn(0, 50*ms, 10, 5*time.Second)
			turn(0, tt.rtt, 10, 10*time.Second)
			if got := l.s.Autorate.Shapers[0].Rate; (got < before) != tt.cut {
				t.Errorf("the rate went from %d to %d", before, got)
			}
			if l.s.Heard(c, l.now) != tt.heard {
				t.Errorf("heard: %v", !tt.heard)
			}
			if l.s.spacing(c) != StandbySpacing && tt.heard {
				t.Error("the law is told of a spacing that is not the standbys'")
			}
		})
	}
}

func TestLossesOfADeadReflectorCountOnlyWhileNobodyIsHeard(t *testing.T) {
	l := newLine(config())
	l.s = NewState(l.c, 2)
	counted := func(lost ...bool) (answers, losses int) {
		for range 20 {
			l.now += interval
			in := Input{Now: l.now, Intervals: 1}
			for r, gone := range lost {
				in.Samples = append(in.Samples, Sample{Reflector: r, Sent: l.now - 20*ms, RTT: 20 * ms, Lost: gone})
			}
			l.s.Step(l.c, &in)
		}
		return l.s.Answers, l.s.Losses
	}
	for _, test := range []struct {
		name            string
		lost            []bool
		answers, losses int
	}{
		{"both answer", []bool{false, false}, 2, 0},
		{"one is dead", []bool{false, true}, 1, 0},
		{"both are dead", []bool{true, true}, 0, 2},
	} {
		if answers, losses := counted(test.lost...); answers != test.answers || losses != test.losses {
			t.Errorf("%s: %d answers and %d losses count, want %d and %d", test.name, answers, losses, test.answers, test.losses)
		}
	}
}
