package fluid_test

import (
	"bytes"
	"fmt"
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/wanctl/wanctl/controller/fluid"
)

var directions = []fluid.Direction{fluid.Download, fluid.Upload}

// anyConfig draws a link of any kind.
func anyConfig(t *rapid.T) fluid.Config {
	span := func(name string, low, high time.Duration) time.Duration {
		return time.Duration(rapid.Int64Range(int64(low), int64(high)).Draw(t, name))
	}
	rate := func(name string) int64 { return rapid.Int64Range(0, 200e6).Draw(t, name) }
	c := fluid.Config{
		BaseRTT: span("base", 0, 300*time.Millisecond), Jitter: span("jitter", 0, 2*time.Millisecond),
		Loss: rapid.Float64Range(0, 0.5).Draw(t, "loss"), Buffer: span("buffer", 0, time.Second),
		Seed: rapid.Uint64().Draw(t, "seed"), BufferPackets: rapid.IntRange(0, 2000).Draw(t, "packets"),
	}
	if from := span("outage", 0, 3*time.Second); rapid.Bool().Draw(t, "cut") {
		c.Outages = []fluid.Window{{From: from, Until: from + span("lasts", 1, time.Second)}}
	}
	for i := range c.Directions {
		d := &c.Directions[i]
		*d = fluid.DirectionConfig{
			Capacity: fluid.Capacity{First: rate("capacity"), Repeat: span("repeat", 0, 5*time.Second)},
			Shaper:   rate("shaper"), Flows: rapid.IntRange(0, 20).Draw(t, "flows"),
			On: span("on", 0, 3*time.Second), Off: span("off", 0, 3*time.Second), Start: span("start", 0, time.Second),
		}
		for range rapid.IntRange(0, 3).Draw(t, "steps") {
			d.Capacity.Steps = append(d.Capacity.Steps, fluid.Step{At: span("at", 0, 5*time.Second), Rate: rate("step")})
		}
		if rapid.Bool().Draw(t, "bounded") {
			d.Demand = rate("demand")
		}
		if rapid.Bool().Draw(t, "crossed") {
			d.CrossTraffic = rate("cross")
		}
		if rapid.Bool().Draw(t, "traced") {
			d.Capacity.Trace = anyTrace(t)
		}
	}
	return c
}

func anyTrace(t *rapid.T) *fluid.Trace {
	var lines bytes.Buffer
	ms := 1
	for range rapid.IntRange(1, 200).Draw(t, "opportunities") {
		ms += rapid.IntRange(0, 20).Draw(t, "gap")
		fmt.Fprintln(&lines, ms)
	}
	trace, err := fluid.ParseTrace(&lines)
	if err != nil {
		t.Fatal(err)
	}
	return &trace
}

// state is all that can be seen of a link without moving it.
func state(l *fluid.Link) string {
	s := fmt.Sprint(l.Now())
	for _, d := range directions {
		s += fmt.Sprint(" ", d, " ", l.Bytes(d), l.Goodput(d), l.QueueDelay(d), l.Capacity(d), l.Shaper(d))
	}
	return s
}

func TestHowAdvanceIsCutChangesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := anyConfig(t)
		whole, millis, pieces := fluid.New(c), fluid.New(c), fluid.New(c)
		const span = 3 * time.Second
		cut := time.Duration(rapid.Int64Range(0, int64(span)).Draw(t, "cut"))
		shaper := rapid.Int64Range(0, 200e6).Draw(t, "newShaper")
		for _, until := range []time.Duration{cut, span} {
			whole.Advance(until)
			for at := millis.Now(); at < until; at += time.Millisecond {
				millis.Advance(at)
			}
			millis.Advance(until)
			for at := pieces.Now(); at < until; {
				at = min(until, at+time.Duration(rapid.Int64Range(1, int64(time.Second)).Draw(t, "piece")))
				pieces.Advance(at)
			}
			for _, l := range []*fluid.Link{whole, millis, pieces} {
				l.SetShaper(fluid.Download, shaper)
				if l.Advance(until / 2); l.Now() != until {
					t.Fatalf("going back took the link from %v to %v", until, l.Now())
				}
			}
		}
		if a, b := state(whole), state(millis); a != b {
			t.Errorf("in one piece:\n%s\nin milliseconds:\n%s", a, b)
		}
		if a, b := state(whole), state(pieces); a != b {
			t.Errorf("in one piece:\n%s\nin pieces:\n%s", a, b)
		}
	})
}

func TestTheSameSeedGivesTheSameRun(t *testing.T) {
	run := func(seed uint64) (rtts [50]time.Duration, end string) {
		c := busy()
		c.Seed, c.Loss = seed, 0.1
		l := fluid.New(c)
		for i := range rtts {
			l.Advance(time.Duration(i) * 50 * time.Millisecond)
			rtts[i], _ = l.Probe(0)
		}
		return rtts, state(l)
	}
	one, end := run(1)
	if again, endAgain := run(1); one != again || end != endAgain {
		t.Error("the same seed gave another run")
	}
	if other, _ := run(2); one == other {
		t.Error("another seed gave the same noise")
	}
}

func TestNoLinkCarriesMoreThanItCan(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := anyConfig(t)
		const span = 4 * time.Second
		l := fluid.New(c)
		var before [2]uint64
		for at := time.Duration(0); at < span; at += 50 * time.Millisecond {
			l.Advance(at + 50*time.Millisecond)
			l.Probe(0)
			for _, d := range directions {
				if q := l.QueueDelay(d); q < 0 || q > 10*time.Second {
					t.Fatalf("%v: queue delay %v", d, q)
				}
				if l.Bytes(d) < before[d] {
					t.Fatalf("%v: the counter fell from %d to %d", d, before[d], l.Bytes(d))
				}
				if l.Goodput(d) > l.Bytes(d) {
					t.Fatalf("%v: %d bytes reached applications of %d that crossed", d, l.Goodput(d), l.Bytes(d))
				}
				before[d] = l.Bytes(d)
			}
		}
		for _, d := range directions {
			arrived := float64(l.Goodput(d)) * 8
			if s := c.Directions[d].Shaper; s > 0 && arrived > float64(s)*span.Seconds()*1.001+8 {
				t.Errorf("%v: %.0f bit passed a shaper of %d bit/s in %v", d, arrived, s, span)
			}
			if most := mostOf(c.Directions[d].Capacity); arrived > most*span.Seconds()*1.001+8 {
				t.Errorf("%v: %.0f bit passed a bottleneck of at most %.0f bit/s in %v", d, arrived, most, span)
			}
		}
	})
}

// mostOf is the highest capacity a link ever has; a trace's is not known.
func mostOf(c fluid.Capacity) float64 {
	if c.Trace != nil {
		return math.Inf(1)
	}
	most := c.First
	for _, s := range c.Steps {
		most = max(most, s.Rate)
	}
	return float64(most)
}
