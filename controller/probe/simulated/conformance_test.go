package simulated_test

import (
	"testing"
	"time"

	"github.com/wanctl/wanctl/controller/fluid"
	"github.com/wanctl/wanctl/controller/probe/probetest"
	"github.com/wanctl/wanctl/controller/probe/simulated"
	simulatedrouter "github.com/wanctl/wanctl/controller/router/simulated"
)

func TestConformance(t *testing.T) {
	probetest.RunVirtual(t, func(*testing.T) probetest.Harness {
		start := time.Now()
		const timeout = 300 * time.Millisecond
		idle := fluid.DirectionConfig{Capacity: fluid.Capacity{First: 100e6}}
		link := fluid.New(fluid.Config{
			BaseRTT: 20 * time.Millisecond, Jitter: time.Millisecond, Buffer: 500 * time.Millisecond,
			Reflectors: []fluid.Reflector{{}, {DeadAfter: time.Nanosecond}, {RTT: 50 * time.Millisecond}},
			Directions: [2]fluid.DirectionConfig{idle, idle},
		})
		p := simulated.New(simulatedrouter.NewLink(link, start), 3, 20*time.Millisecond, timeout, start.Add(time.Millisecond))
		return probetest.Harness{Prober: p, Reflectors: 3, Dead: 1, Timeout: timeout}
	})
}
