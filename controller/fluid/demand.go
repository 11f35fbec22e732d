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
	stalled, change := d.stalled(now)
	until = min(until, change)
	if stalled {
		on = false
	}
	if d.stall && !stalled {
		d.flows.inflight, d.flows.missing = d.shaper.backlog+d.bottleneck.backlog, 0
	}
	if on && !d.on {
		d.flows.start()
	}
	d.stall = stalled
	d.cut, change = during(d.outages, now)
	until = min(until, change)
	d.on = on
	d.most = 0
	if on {
		d.most = math.Inf(1)
		if d.config.Demand > 0 {
			d.most = d.perStep(d.config.Demand)
		}
	}
	rate := d.capacity.at(now)
	change = forever
	if d.capacity.Trace == nil {
		rate, change = d.capacity.piece(now)
		d.bottleneck.carry = d.perStep(rate)
	} else {
		d.carried = d.capacity.Trace.bytes(now)
		change = now + traceEvery*d.step
	}
	d.bottleneck.limit = max(float64(rate)/8*d.buffer.Seconds(), leastBuffer)
	if d.packets > 0 {
		d.bottleneck.limit = d.packets * wirePacket
	}
	d.event = int64((min(until, change)-1)/d.step) + 1
}

// active says whether the flows run at a time, and until when that holds.
func (d *direction) active(t time.Duration) (on bool, until time.Duration) {
	if d.config.Flows == 0 {
		return false, forever
	}
	if t < d.config.Start {
		return false, d.config.Start
	}
	if d.config.On <= 0 || d.config.Off <= 0 {
		return true, forever
	}
	period := d.config.On + d.config.Off
	start := d.config.Start + (t-d.config.Start)/period*period
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
