package evidence

import "time"

// A queue fills where the median delay is above filling, a share of the green
// threshold, and is gone below drained: the levels at which the law cuts and at
// which it stops draining.
const filling, drained = 0.8, 0.4

// packetBits is a full packet; the time that it takes to pass a shaper is no
// sign of a queue.
const packetBits = 1500 * 8

// cut is the share of its rate that a direction keeps at most when it is cut.
const cut = 0.98

// episodes follow queues from their beginning to their end.
type episodes struct {
	begun               int64
	delay               histogram
	detection, recovery histogram

	// levels are for these rates.
	rates              [2]int64
	fillingMS, drainMS float64

	// calmAt is when the last sample came that was calm, and peaks the greatest
	// rates since then.
	calmAt time.Duration
	calm   bool
	peaks  [2]int64
	// timelyAt is when the last one came that was not late yet. A queue that fills
	// slowly is between calm and late for long, and no loop is to answer it there.
	timelyAt time.Duration
	// cutAt is when the first cut since the calm was acknowledged, and took how
	// long after the last timely sample, at least the interval that any sample is
	// waited for.
	cutAt, took time.Duration
	cut         bool
	// open says that there is a queue, told that its detection was counted.
	open, told bool
}

// level brings the levels up to date with the shapers' rates.
func (e *episodes) level(c *Cycle, greenMS float64) {
	if c.Rates == e.rates && e.fillingMS > 0 {
		return
	}
	packets := 0.0
	for _, rate := range c.Rates {
		packets += min(1000*packetBits/float64(max(rate, 1)), greenMS)
	}
	e.rates, e.fillingMS, e.drainMS = c.Rates, filling*greenMS+packets, drained*greenMS+packets
}

// fills says that a cycle's delay is that of a filling queue.
func (e *episodes) fills(c *Cycle) bool { return c.Measured && c.DelayMS > e.fillingMS }

// cycle takes a delay in, after the load has.
func (e *episodes) cycle(c *Cycle, loaded bool) {
	if !c.Measured {
		return
	}
	heard := c.Answers > 0
	if heard && loaded {
		e.delay.record(c.NewestMS)
	}
	if e.open {
		if heard && c.DelayMS < e.drainMS {
			if e.told {
				e.recovery.record(milliseconds(c.At - e.cutAt))
			}
			e.open = false
		}
	} else if heard && loaded && e.fills(c) {
		e.open, e.told = true, false
		e.begun++
		e.detect()
	}
	if !e.open && heard && c.NewestMS <= e.fillingMS {
		e.timelyAt = c.At
	}
	if !e.open && heard && c.NewestMS <= e.drainMS {
		e.calmAt, e.calm, e.cut, e.peaks = c.At, true, false, c.Rates
	}
}

// acknowledged takes a rate in that the router acknowledged, of a loop of an
// interval.
func (e *episodes) acknowledged(a *Applied, interval time.Duration) {
	d := a.Direction
	// What was decided before the line was calm last is no answer to a rise.
	late := !e.calm || a.At-a.Latency < e.calmAt
	if !e.cut && !late && float64(a.BitsPerSecond) < cut*float64(e.peaks[d]) {
		e.cutAt, e.cut = a.At, true
		e.took = a.At - min(e.timelyAt, a.At-a.Latency-interval)
		e.detect()
	}
	e.peaks[d] = max(e.peaks[d], a.BitsPerSecond)
}

// detect counts the detection of an episode that has been answered with a cut.
func (e *episodes) detect() {
	if e.open && e.cut && e.calm && !e.told {
		e.detection.record(milliseconds(e.took))
		e.told = true
	}
}

// interrupt forgets an episode whose end nobody sees.
func (e *episodes) interrupt() {
	*e = episodes{begun: e.begun, delay: e.delay, detection: e.detection, recovery: e.recovery}
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
