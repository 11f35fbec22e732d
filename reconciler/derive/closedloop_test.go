package derive_test

import (
	"math"
	"testing"
	"time"

	"github.com/wanctl/wanctl/controller/autorate"
	"github.com/wanctl/wanctl/controller/core"
	"github.com/wanctl/wanctl/reconciler/derive"
)

// plant is a bottleneck with senders that fill whatever they are given: a
// queue grows by what the shaper lets through beyond the capacity.
type plant struct {
	capacity, queueBits float64
}

// run lets a rate act for a time and returns the round-trip time at its end.
func (p *plant) run(rate float64, d time.Duration) time.Duration {
	const base, deepest = 20 * time.Millisecond, 300 * time.Millisecond
	p.queueBits += (rate - p.capacity) * d.Seconds()
	p.queueBits = min(max(p.queueBits, 0), p.capacity*deepest.Seconds())
	return base + time.Duration(p.queueBits/p.capacity*float64(time.Second))
}

// trajectory is the download rate of the closed loop at every whole second of
// three minutes: the capacity falls from 1 Gbit/s to 400 Mbit/s after 20 s and
// comes back after 80 s.
func trajectory(t *testing.T, profile string) []float64 {
	s := site(t, profile, "0s", "{}")
	wan := &s.Spec.WANs[0]
	d := derive.WAN(s, wan)
	c := core.NewConfig(s, wan, &d)
	state, p := core.NewState(c, 1), plant{capacity: 1e9}
	var rates []float64
	for now := c.Interval; now <= 180*time.Second; now += c.Interval {
		switch {
		case now > 80*time.Second:
			p.capacity = 1e9
		case now > 20*time.Second:
			p.capacity = 400e6
		}
		rtt := p.run(float64(state.Autorate.Shapers[autorate.Download].Rate), c.Interval)
		state.Step(c, &core.Input{Now: now, Intervals: 1, Samples: []core.Sample{{Sent: now - rtt, RTT: rtt}}})
		if now%time.Second == 0 {
			rates = append(rates, float64(state.Autorate.Shapers[autorate.Download].Rate))
		}
	}
	return rates
}

// The closed loop of the reference law goes the same way in wall-clock time at
// every interval from 500 ms to 20 ms.
func TestTheClosedLoopBehavesTheSameAtEveryInterval(t *testing.T) {
	want := trajectory(t, "50ms")
	if least, most := extremes(want); least > 450e6 || most < 900e6 {
		t.Fatalf("the scenario does not move the rate: from %.0f to %.0f", least, most)
	}
	for _, profile := range []string{"500ms", "250ms", "100ms", "20ms"} {
		t.Run(profile, func(t *testing.T) {
			got := trajectory(t, profile)
			worst, at := 0.0, 0
			for i := range want {
				if off := math.Abs(got[i]-want[i]) / want[i]; off > worst {
					worst, at = off, i+1
				}
			}
			if worst > 0.08 {
				t.Errorf("after %d s the rate is %.1f Mbit/s, at 50ms %.1f: %.1f %% apart", at, got[at-1]/1e6, want[at-1]/1e6, 100*worst)
			}
		})
	}
}

func extremes(values []float64) (least, most float64) {
	least, most = values[0], values[0]
	for _, v := range values {
		least, most = min(least, v), max(most, v)
	}
	return least, most
}
