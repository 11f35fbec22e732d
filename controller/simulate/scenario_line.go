package simulate

import (
	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/wanctl/wanctl/api/v1alpha1"
	"github.com/wanctl/wanctl/controller/fluid"
	"github.com/wanctl/wanctl/internal/scenario"
)

// line is the link of a scenario, which begins scenario.Settle after time 0. It
// has reflectors as many as asked for, and one more that nothing strikes: the
// target of the ping. There is no jitter, as there is none in the lab.
func line(s *scenario.Scenario, reflectors int, seed uint64) fluid.Config {
	c := fluid.Config{BaseRTT: s.RTT, Reflectors: make([]fluid.Reflector, reflectors+1), Seed: seed}
	if s.Buffer.Time > 0 {
		c.Buffer = s.Buffer.Time
	} else {
		c.BufferPackets = int(s.Buffer.Packets)
	}
	first := s.Line[0].Rates
	down, up := &c.Directions[fluid.Download], &c.Directions[fluid.Upload]
	*down = fluid.DirectionConfig{Capacity: fluid.Capacity{First: first.Down * 1000}, Flows: s.Flows.Down, Start: scenario.Settle}
	*up = fluid.DirectionConfig{Capacity: fluid.Capacity{First: first.Up * 1000}, Flows: s.Flows.Up, Start: scenario.Settle}
	for _, change := range s.Line[1:] {
		at := scenario.Settle + change.At
		down.Capacity.Steps = append(down.Capacity.Steps, fluid.Step{At: at, Rate: change.Down * 1000})
		up.Capacity.Steps = append(up.Capacity.Steps, fluid.Step{At: at, Rate: change.Up * 1000})
	}
	for _, e := range s.Events {
		strike(&c, e, reflectors, s)
	}
	return c
}

// strike lets an event happen; a reflector that is not there is spared.
func strike(c *fluid.Config, e scenario.Event, reflectors int, s *scenario.Scenario) {
	at := scenario.Settle + e.At
	switch e.Kind {
	case scenario.Late:
		if e.Reflector < reflectors {
			c.Reflectors[e.Reflector].SlowAfter, c.Reflectors[e.Reflector].SlowBy = at, e.By
		}
	case scenario.Dead:
		if e.Reflector < reflectors {
			c.Reflectors[e.Reflector].DeadAfter = at
		}
	case scenario.Cut:
		c.Outages = append(c.Outages, fluid.Window{From: at, Until: scenario.Settle + s.Length})
	case scenario.Mended:
		if n := len(c.Outages); n > 0 {
			c.Outages[n-1].Until = at
		}
	}
}

// bound gives a WAN the floors and ceilings of a scenario.
func bound(wan *v1alpha1.WAN, b scenario.Bounds) {
	set := func(s *v1alpha1.Shaper, floor, ceiling int64) {
		rate := func(kbit int64) *resource.Quantity { return resource.NewQuantity(kbit*1000, resource.DecimalSI) }
		s.Ceiling = *rate(ceiling)
		s.Floors = v1alpha1.Floors{Green: rate(floor), Yellow: rate(floor), SoftRed: rate(floor), Red: rate(floor)}
	}
	set(&wan.Download, b.Floor.Down, b.Ceiling.Down)
	set(&wan.Upload, b.Floor.Up, b.Ceiling.Up)
}
