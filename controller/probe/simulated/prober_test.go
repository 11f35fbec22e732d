package simulated_test

import (
	"testing"
	"time"

	"github.com/wanctl/wanctl/controller/fluid"
	"github.com/wanctl/wanctl/controller/probe"
	"github.com/wanctl/wanctl/controller/probe/simulated"
	simrouter "github.com/wanctl/wanctl/controller/router/simulated"
)

const (
	ms       = time.Millisecond
	interval = 50 * ms
	timeout  = time.Second
)

var start = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// idle is a line without traffic and noise, with the given reflectors.
func idle(reflectors ...fluid.Reflector) fluid.Config {
	return fluid.Config{
		BaseRTT: 20 * ms, Reflectors: reflectors,
		Directions: [2]fluid.DirectionConfig{{Capacity: fluid.Capacity{First: 20e6}}, {Capacity: fluid.Capacity{First: 20e6}}},
	}
}

func over(c fluid.Config) *simulated.Prober {
	return simulated.New(simrouter.NewLink(fluid.New(c), start), len(c.Reflectors), interval, timeout, start)
}

func TestProbesLeaveAtFixedDeadlinesToEachReflectorInTurn(t *testing.T) {
	p := over(idle(fluid.Reflector{}, fluid.Reflector{RTT: 70 * ms}, fluid.Reflector{RTT: 30 * ms}))
	var got []probe.Sample
	for at := 7 * ms; at < 400*ms; at += 33 * ms { // by no means the prober's own clock
		got, _ = p.Collect(start.Add(at), got)
	}
	want := []probe.Sample{ // in order of arrival
		{Reflector: 0, Sent: start, RTT: 20 * ms},
		{Reflector: 1, Sent: start.Add(50 * ms), RTT: 70 * ms},
		{Reflector: 2, Sent: start.Add(100 * ms), RTT: 30 * ms},
		{Reflector: 0, Sent: start.Add(150 * ms), RTT: 20 * ms},
		{Reflector: 1, Sent: start.Add(200 * ms), RTT: 70 * ms}, // at 270 ms
		{Reflector: 2, Sent: start.Add(250 * ms), RTT: 30 * ms}, // at 280 ms
		{Reflector: 0, Sent: start.Add(300 * ms), RTT: 20 * ms},
	}
	if len(got) < len(want) {
		t.Fatalf("%d samples, want at least %d", len(got), len(want))
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("sample %d is %+v, want %+v", i, got[i], want[i])
		}
	}
}

func TestAnAnswerIsKnownWhenItArrivesAndNotBefore(t *testing.T) {
	p := over(idle(fluid.Reflector{RTT: 120 * ms}))
	for _, tc := range []struct {
		at      time.Duration
		samples int
		oldest  time.Duration
	}{
		{0, 0, 0}, {49 * ms, 0, 49 * ms}, {119 * ms, 0, 119 * ms}, {120 * ms, 1, 70 * ms}, {169 * ms, 0, 119 * ms}, {170 * ms, 1, 70 * ms},
	} {
		got, waiting := p.Collect(start.Add(tc.at), nil)
		if len(got) != tc.samples || waiting.Age != tc.oldest {
			t.Errorf("at %v: %d samples and %v out, want %d and %v", tc.at, len(got), waiting.Age, tc.samples, tc.oldest)
		}
	}
}

func TestTheOldestProbeOutIsNotAlwaysTheNextToBeAnswered(t *testing.T) {
	p := over(idle(fluid.Reflector{RTT: 300 * ms}, fluid.Reflector{}))
	_, waiting := p.Collect(start.Add(60*ms), nil)
	if want := (probe.Waiting{Reflector: 0, Age: 60 * ms}); waiting != want {
		t.Errorf("waiting is %+v, want %+v", waiting, want)
	}
	_, waiting = p.Collect(start.Add(365*ms), nil)
	if want := (probe.Waiting{Reflector: 0, Age: 265 * ms}); waiting != want {
		t.Errorf("waiting is %+v, want %+v", waiting, want)
	}
}

func TestALossIsKnownAfterTheTimeoutAndTheProbeIsOutUntilThen(t *testing.T) {
	c := idle(fluid.Reflector{})
	c.ProbesLost = []fluid.Window{{From: 0, Until: 25 * ms}}
	p := over(c)
	got, waiting := p.Collect(start.Add(timeout-ms), nil)
	if len(got) != 19 || waiting != (probe.Waiting{Reflector: 0, Age: timeout - ms}) {
		t.Errorf("before the timeout: %d samples, waiting %+v", len(got), waiting)
	}
	got, waiting = p.Collect(start.Add(timeout), nil)
	if want := (probe.Sample{Sent: start, Lost: true}); len(got) != 1 || got[0] != want {
		t.Errorf("at the timeout: %+v, want %+v", got, want)
	}
	if waiting.Age != 0 {
		t.Errorf("at the timeout %v is out besides the probe that leaves", waiting.Age)
	}
}

func TestAnAnswerBeyondTheTimeoutIsALoss(t *testing.T) {
	p := over(idle(fluid.Reflector{RTT: timeout + ms}))
	got, _ := p.Collect(start.Add(timeout), nil)
	if len(got) != 1 || !got[0].Lost || got[0].RTT != 0 {
		t.Errorf("got %+v, want one loss", got)
	}
}

func TestAfterALongGapProbingGoesOnFromNow(t *testing.T) {
	p := over(idle(fluid.Reflector{}))
	p.Collect(start.Add(10*interval), nil)
	woken := start.Add(8*time.Hour + 13*ms)
	got, _ := p.Collect(woken, nil)
	if len(got) > 2 {
		t.Errorf("%d samples of the gap were made up", len(got))
	}
	got, _ = p.Collect(woken.Add(timeout), nil)
	if len(got) < 19 || len(got) > 21 {
		t.Errorf("%d samples in the first second after the gap, want 20", len(got))
	}
	for _, s := range got {
		if since := s.Sent.Sub(start) % interval; since != 0 {
			t.Errorf("%v was sent %v off its deadline", s.Sent, since)
		}
	}
}

func TestCollectDoesNotAllocate(t *testing.T) {
	c := idle(fluid.Reflector{}, fluid.Reflector{})
	c.Loss, c.Jitter = 0.3, ms
	c.Directions[fluid.Download].Flows = 2
	p, now, buf := over(c), start, make([]probe.Sample, 0, 64)
	if allocs := testing.AllocsPerRun(2000, func() {
		now = now.Add(interval)
		buf, _ = p.Collect(now, buf[:0])
	}); allocs != 0 {
		t.Errorf("%v allocations", allocs)
	}
}

func BenchmarkCollect(b *testing.B) {
	c := idle(fluid.Reflector{}, fluid.Reflector{}, fluid.Reflector{})
	c.Jitter = ms
	c.Directions[fluid.Download].Flows, c.Directions[fluid.Download].Shaper = 2, 19e6
	c.Directions[fluid.Upload].Flows, c.Directions[fluid.Upload].Shaper = 1, 19e6
	p, now, buf := over(c), start, make([]probe.Sample, 0, 64)
	b.ReportAllocs()
	for b.Loop() {
		now = now.Add(interval)
		buf, _ = p.Collect(now, buf[:0])
	}
}
