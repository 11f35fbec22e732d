package evidence_test

import (
	"time"

	"github.com/wanctl/wanctl/controller/autorate"
	"github.com/wanctl/wanctl/controller/evidence"
)

const interval = 50 * time.Millisecond

func options() evidence.Options {
	return evidence.Options{Profile: "50ms", Interval: interval, GreenMS: 15, Load: 10 * time.Second}
}

// line is a WAN in the hands of a test: turn tells the collector of its present
// state, cycle after cycle.
type line struct {
	*evidence.Collector
	evidence.Cycle
}

// newLine is a line of 100 Mbit/s each way that is idle and well.
func newLine() *line {
	return &line{Collector: evidence.New(options()), Cycle: evidence.Cycle{
		At: time.Hour, Work: interval / 100, Answers: 1, Measured: true, Counted: true, BaselineMS: 20,
		Rates: [2]int64{100e6, 100e6},
	}}
}

// turn lets so much time pass.
func (l *line) turn(d time.Duration) {
	for end := l.At + d; l.At < end; {
		l.At += interval * time.Duration(1+l.Skipped)
		l.Collector.Cycle(&l.Cycle)
	}
}

func (l *line) load(d autorate.Direction, share float64) {
	l.Delivered[d] = share * float64(l.Rates[d])
}

// delay sets both the median and the newest sample.
func (l *line) delay(ms float64) { l.DelayMS, l.NewestMS = ms, ms }

// apply sets a rate and has the router acknowledge it so much later.
func (l *line) apply(d autorate.Direction, rate int64, latency time.Duration) {
	l.Rates[d] = rate
	l.Applied(&evidence.Applied{At: l.At + latency, Direction: d, BitsPerSecond: rate, Latency: latency})
}

func (l *line) state(s autorate.State) { l.States = [2]autorate.State{s, s} }

func (l *line) figures() evidence.Figures { return l.Figures(l.At) }
