package fluid

import (
	"math"
	"time"
)

// traceEvery is how many steps a trace's mean holds.
const traceEvery = 10

// refresh sets what the next steps carry and are asked for, and until when.
func (d *direction) refresh() {
	now := time.Duration(d.turn) * d.step
	on, until := d.active(now)
	if on && !d.on {
		d.flows.start()
	}
	d.on = on
	d.most = 0
	if on {
		d.most = math.Inf(1)
		if d.config.Demand > 0 {
			d.most = d.perStep(d.config.Demand)
		}
	}
	rate, change := d.capacity.at(now), forever
	if d.capacity.Trace == nil {
		rate, change = d.capacity.piece(now)
		d.bottleneck.carry = d.perStep(rate)
	} else {
		d.carried = d.capacity.Trace.bytes(now)
		change = now + traceEvery*d.step
	}
	d.bottleneck.limit = max(float64(rate)/8*d.buffer.Seconds(), leastBuffer)
	d.event = int64((min(until, change)-1)/d.step) + 1
}

// active says whether the flows run at a time, and until when that holds.
func (d *direction) active(t time.Duration) (on bool, until time.Duration) {
	if d.config.Flows == 0 {
		return false, forever
	}
	if d.config.On <= 0 || d.config.Off <= 0 {
		return true, forever
	}
	period := d.config.On + d.config.Off
	start := t / period * period
	if t-start < d.config.On {
		return true, start + d.config.On
	}
	return false, start + period
}

// follow sets what a trace carries in the present step.
func (d *direction) follow() {
	carried := d.capacity.Trace.bytes(time.Duration(d.turn+1) * d.step)
	d.bottleneck.carry = carried - d.carried
	d.carried = carried
}
