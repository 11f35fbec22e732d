package evidence_test

import (
	"encoding/json"
	"math"
	"reflect"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/wanctl/wanctl/controller/autorate"
	"github.com/wanctl/wanctl/controller/evidence"
)

// happening is one thing that a collector is told of.
type happening struct {
	cycle   *evidence.Cycle
	applied *evidence.Applied
	reading *evidence.Reading
}

func (h happening) tell(c *evidence.Collector) {
	switch {
	case h.cycle != nil:
		c.Cycle(h.cycle)
	case h.applied != nil:
		c.Applied(h.applied)
	default:
		c.Read(h.reading)
	}
}

// history draws what happens to a line in a while: loads, delays and states
// come and go, and now and then the agent is away.
func history(t *rapid.T) (all []happening, end time.Duration) {
	now := time.Duration(rapid.Int64Range(0, int64(time.Hour)).Draw(t, "start"))
	c := evidence.Cycle{Measured: true, Counted: true, BaselineMS: 20, Rates: [2]int64{50e6, 10e6}}
	for range rapid.IntRange(1, 40).Draw(t, "spells") {
		c.Work = time.Duration(rapid.Int64Range(0, int64(interval)).Draw(t, "work"))
		c.DelayMS = rapid.Float64Range(-5, 100).Draw(t, "delay")
		c.NewestMS = rapid.Float64Range(-5, 100).Draw(t, "newest")
		c.Answers, c.Lost = rapid.Int64Range(0, 2).Draw(t, "answers"), rapid.Int64Range(0, 1).Draw(t, "lost")
		c.Skipped = rapid.SampledFrom([]int64{0, 0, 0, 1, 500}).Draw(t, "skipped")
		c.Counted = rapid.IntRange(0, 9).Draw(t, "counted") > 0
		for d := range c.Rates {
			c.States[d] = autorate.State(rapid.IntRange(0, 3).Draw(t, "state"))
			c.Delivered[d] = rapid.SampledFrom([]float64{0, 0.3, 0.9}).Draw(t, "share") * float64(c.Rates[d])
			c.Held[d] = rapid.IntRange(0, 9).Draw(t, "held") == 0
		}
		now += rapid.SampledFrom([]time.Duration{0, 0, 0, time.Second, time.Minute, time.Hour}).Draw(t, "away")
		for range rapid.IntRange(1, 60).Draw(t, "cycles") {
			now += interval * time.Duration(1+c.Skipped)
			cycle := c
			cycle.At = now
			all = append(all, happening{cycle: &cycle})
			c.Skipped = 0
		}
		if rapid.Bool().Draw(t, "apply") {
			d := autorate.Direction(rapid.IntRange(0, 1).Draw(t, "direction"))
			c.Rates[d] = rapid.Int64Range(1e6, 100e6).Draw(t, "rate")
			all = append(all, happening{applied: &evidence.Applied{
				At: now + time.Millisecond, Direction: d, BitsPerSecond: c.Rates[d], Latency: time.Duration(rapid.Int64Range(0, int64(interval)).Draw(t, "latency")),
			}})
		}
		if rapid.Bool().Draw(t, "read") {
			all = append(all, happening{reading: &evidence.Reading{
				At: now + 2*time.Millisecond, CPUKnown: true, CPUPercent: rapid.Float64Range(0, 100).Draw(t, "cpu"), Failed: rapid.Int64Range(0, 2).Draw(t, "failed"),
			}})
		}
	}
	return all, now
}

// restart is a collector that goes on from what another one leaves on disk.
func restart(t interface{ Fatal(...any) }, c *evidence.Collector) *evidence.Collector {
	data, err := json.Marshal(c.Save())
	if err != nil {
		t.Fatal(err)
	}
	var saved evidence.Saved
	if err := json.Unmarshal(data, &saved); err != nil {
		t.Fatal(err)
	}
	next := evidence.New(c.Options())
	if err := next.Resume(&saved); err != nil {
		t.Fatal(err)
	}
	return next
}

func TestARestartLosesNothingButWhatWasOpen(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all, end := history(t)
		at := rapid.IntRange(0, len(all)).Draw(t, "restart")
		stays, goes := evidence.New(options()), evidence.New(options())
		for i, h := range all {
			if i == at {
				stays.Interrupt()
				goes = restart(t, goes)
			}
			h.tell(stays)
			h.tell(goes)
		}
		if diff := cmp.Diff(stays.Figures(end), goes.Figures(end)); diff != "" {
			t.Fatalf("figures differ after a restart (-without +with):\n%s", diff)
		}
	})
}

func TestCountsDoNotDependOnRestarts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all, end := history(t)
		stays, goes := evidence.New(options()), evidence.New(options())
		for _, h := range all {
			if rapid.IntRange(0, 9).Draw(t, "restart") == 0 {
				goes = restart(t, goes)
			}
			h.tell(stays)
			h.tell(goes)
		}
		a, b := stays.Figures(end), goes.Figures(end)
		a.CycleTime.RecentLeastP95, b.CycleTime.RecentLeastP95 = 0, 0
		if a.CycleTime != b.CycleTime || a.ControlLatency != b.ControlLatency || a.Cadence.Skipped != b.Cadence.Skipped ||
			a.Cadence.Cycles != b.Cadence.Cycles || a.ProbeLoss.Sent != b.ProbeLoss.Sent || a.ProbeLoss.Lost != b.ProbeLoss.Lost ||
			a.RouterCPU.P95 != b.RouterCPU.P95 || a.RouterErrors.Failed != b.RouterErrors.Failed {
			t.Fatalf("counts differ after restarts:\n%s", cmp.Diff(a, b))
		}
	})
}

func TestAddTellsThingsInTheOrderOfTime(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all, end := history(t)
		one, batched := evidence.New(options()), evidence.New(options())
		var cycles []evidence.Cycle
		var applied []evidence.Applied
		flush := func() { batched.Add(cycles, applied); cycles, applied = nil, nil }
		for _, h := range all {
			if h.reading != nil {
				continue
			}
			h.tell(one)
			if h.cycle != nil {
				cycles = append(cycles, *h.cycle)
			} else {
				applied = append(applied, *h.applied)
			}
			if rapid.IntRange(0, 9).Draw(t, "flush") == 0 {
				flush()
			}
		}
		flush()
		if diff := cmp.Diff(one.Figures(end), batched.Figures(end)); diff != "" {
			t.Fatalf("figures differ by batches (-one by one +batched):\n%s", diff)
		}
	})
}

func TestEveryFigureOutlastsARestart(t *testing.T) {
	l := busy()
	l.load(autorate.Download, 0)
	l.turn(30 * time.Second)
	l.state(autorate.Red) // for no reason
	l.turn(2 * time.Second)
	l.Skipped, l.Lost = 1, 1
	l.turn(20 * time.Second)
	l.load(autorate.Upload, 0.9)
	l.turn(20 * time.Second)
	l.Read(&evidence.Reading{At: l.At, CPUPercent: 50, CPUKnown: true, Failed: 2})
	l.Unseen(1)
	l.LoopCrashed()
	l.AgentCrashed()
	saved := reflect.ValueOf(*l.Save())
	for _, field := range reflect.VisibleFields(saved.Type()) {
		if saved.FieldByIndex(field.Index).IsZero() {
			t.Errorf("%s is not saved, or this test leaves it out", field.Name)
		}
	}
	l.Interrupt()
	if diff := cmp.Diff(l.figures(), restart(t, l.Collector).Figures(l.At)); diff != "" {
		t.Errorf("figures differ after a restart (-without +with):\n%s", diff)
	}
}

func TestASoakOfAnotherKindIsNotResumed(t *testing.T) {
	good := func() *evidence.Saved {
		l := newLine()
		l.turn(time.Minute)
		return l.Save()
	}
	for name, spoil := range map[string]func(*evidence.Saved){
		"another version":           func(s *evidence.Saved) { s.Version++ },
		"another interval":          func(s *evidence.Saved) { s.Interval *= 2 },
		"a negative count":          func(s *evidence.Saved) { s.Episodes = -1 },
		"a histogram cut in half":   func(s *evidence.Saved) { s.Work = s.Work[:len(s.Work)-1] },
		"a count of nothing":        func(s *evidence.Saved) { s.Work = []byte{1, 0} },
		"a value out of range":      func(s *evidence.Saved) { s.CPU = []byte{255, 255, 3, 1} },
		"values that do not rise":   func(s *evidence.Saved) { s.CPU = []byte{1, 1, 0, 1} },
		"more than can be counted":  func(s *evidence.Saved) { s.CPU = append([]byte{1}, maxVarint()...) },
		"as many as can be, and on": func(s *evidence.Saved) { s.CPU = append(append([]byte{1}, most()...), 1, 1) },
	} {
		t.Run(name, func(t *testing.T) {
			l, saved := newLine(), good()
			l.turn(time.Second)
			before := l.figures()
			spoil(saved)
			if err := l.Resume(saved); err == nil {
				t.Error("it was resumed")
			}
			if diff := cmp.Diff(before, l.figures()); diff != "" {
				t.Errorf("the refused soak left a trace:\n%s", diff)
			}
		})
	}
}

// maxVarint is 2^64-1 and most is 2^63-1 as varints.
func maxVarint() []byte { return []byte{255, 255, 255, 255, 255, 255, 255, 255, 255, 1} }
func most() []byte      { return []byte{255, 255, 255, 255, 255, 255, 255, 255, 127} }

// FuzzResume looks for damaged soaks that are taken for good ones, or worse.
func FuzzResume(f *testing.F) {
	l := newLine()
	l.turn(time.Minute)
	l.load(autorate.Download, 0.9)
	l.apply(autorate.Download, 50e6, time.Millisecond)
	l.turn(time.Minute)
	seed, err := json.Marshal(l.Save())
	if err != nil {
		f.Fatal(err)
	}
	f.Add(seed)
	f.Add([]byte(`{"version":1,"intervalNanoseconds":50000000,"work":"AQE="}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		var saved evidence.Saved
		if json.Unmarshal(data, &saved) != nil {
			return
		}
		c := evidence.New(options())
		if c.Resume(&saved) != nil {
			return
		}
		figures := c.Figures(0)
		finite(t, reflect.ValueOf(figures))
		again := restart(t, c)
		if diff := cmp.Diff(figures, again.Figures(0)); diff != "" {
			t.Errorf("it is another one after a restart:\n%s", diff)
		}
	})
}

// finite looks for figures that are no number.
func finite(t *testing.T, v reflect.Value) {
	for i := range v.NumField() {
		switch field := v.Field(i); field.Kind() {
		case reflect.Struct:
			finite(t, field)
		case reflect.Float64:
			if x := field.Float(); math.IsNaN(x) || math.IsInf(x, 0) || x < 0 {
				t.Errorf("%s is %v", v.Type().Field(i).Name, x)
			}
		}
	}
}
