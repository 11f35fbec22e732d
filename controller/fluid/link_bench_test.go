package fluid_test

import (
	"testing"
	"time"

	"github.com/wanctl/wanctl/controller/fluid"
)

// busy is a link whose both directions are always loaded.
func busy() fluid.Config {
	return fluid.Config{
		BaseRTT: 20 * time.Millisecond, Jitter: 300 * time.Microsecond, Buffer: 500 * time.Millisecond, Seed: 1,
		Directions: [2]fluid.DirectionConfig{
			fluid.Download: {Capacity: fluid.Capacity{First: 20e6}, Shaper: 19e6, Flows: 2},
			fluid.Upload:   {Capacity: fluid.Capacity{First: 10e6}, Shaper: 9.5e6, Flows: 1},
		},
	}
}

func BenchmarkAdvance50ms(b *testing.B) {
	l, now := fluid.New(busy()), time.Duration(0)
	b.ReportAllocs()
	for b.Loop() {
		now += 50 * time.Millisecond
		l.Advance(now)
	}
}

func BenchmarkAdvance50msIdle(b *testing.B) {
	c := busy()
	c.Directions[0].Flows, c.Directions[1].Flows = 0, 0
	l, now := fluid.New(c), time.Duration(0)
	b.ReportAllocs()
	for b.Loop() {
		now += 50 * time.Millisecond
		l.Advance(now)
	}
}

func BenchmarkProbe(b *testing.B) {
	l := fluid.New(busy())
	l.Advance(time.Second)
	b.ReportAllocs()
	for b.Loop() {
		l.Probe(0)
	}
}
