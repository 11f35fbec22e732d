package fluid

import (
	"math"
	"time"
)

// The rise of the delay at which flows stop doubling their window: an eighth
// of the base round-trip time within these bounds (HyStart).
const (
	leastRise = 4 * time.Millisecond
	mostRise  = 16 * time.Millisecond
)

// mostLag bounds how late the news of a loss is, in steps.
const mostLag = 2000

// direction is one direction of a link: flows, a shaper and a bottleneck.
// Download passes the bottleneck first, upload the shaper.
type direction struct {
	upload   bool
	config   *DirectionConfig
	capacity *Capacity
	buffer   time.Duration
	packets  float64
	step     time.Duration
	outages  []Window
	// rto is how long a flow waits for an acknowledgement before it sends
	// again.
	rto time.Duration

	// turn is the number of the next step, event the step before which
	// capacity and demand stay as they are.
	turn, event int64
	flows       flows
	shaper      cake
	shaperRate  int64
	bottleneck  fifo
	// most is what the flows want in a step; carried what a trace delivered
	// up to now; both in bytes. on says that the flows run.
	most, carried float64
	on            bool
	// cut says that nothing gets through, stall that the flows wait for their
	// timers.
	cut, stall bool
	// rise is the delay that ends the flows' start, in steps.
	rise float64

	// wire holds what was delivered in each step of the last base round-trip
	// time and is not yet acknowledged; slot is the oldest. still counts the
	// steps in which nothing moved.
	wire  []float64
	slot  int
	still int

	// marked is what sparse traffic sends in a step, in bytes; see SetMarked.
	marked float64
	// dropped counts packets that the shaper dropped.
	dropped float64
	// crossed counts bytes at the WAN interface, delivered those that arrived.
	crossed, delivered float64
}

func (d *direction) init(dir Direction, c *Config, step time.Duration, wire int) {
	d.upload = dir == Upload
	d.config = &c.Directions[dir]
	d.capacity = &d.config.Capacity
	d.buffer, d.packets = c.Buffer, float64(c.BufferPackets)
	d.step = step
	d.outages, d.rto = c.Outages, c.BaseRTT+leastVariation
	d.wire, d.still = make([]float64, wire), wire
	count := float64(d.config.Flows)
	d.flows = flows{count: count, mss: count * segment, step: step.Seconds()}
	d.flows.pace = firstWindow * d.flows.mss / float64(wire)
	d.shaper.interval = max(math.Round(float64(aqmInterval)/float64(step)), 1)
	d.rise = float64(min(max(c.BaseRTT/8, leastRise), mostRise)) / float64(step)
	d.bottleneck.crossIn = d.perStep(d.config.CrossTraffic)
	d.setShaper(d.config.Shaper)
	d.refresh()
}

// perStep is a rate in bit/s as bytes in a step.
func (d *direction) perStep(bitsPerSecond int64) float64 {
	return float64(bitsPerSecond) / 8 * d.step.Seconds()
}

func (d *direction) setShaper(bitsPerSecond int64) {
	d.shaperRate = max(bitsPerSecond, 0)
	carry := math.Inf(1)
	if d.shaperRate > 0 {
		carry = d.perStep(d.shaperRate)
		carry = max(carry-d.marked, carry*leastBulk)
	}
	d.shaper.set(carry, d.step.Seconds(), d.config.Flows)
}

// advance takes every step up to one, without it.
func (d *direction) advance(to int64) {
	for d.turn < to {
		if d.turn >= d.event {
			d.refresh()
		}
		if d.idle() {
			d.skip(min(to, d.event))
			continue
		}
		d.take()
		d.turn++
	}
}

// take is one step: senders, then the two queues in the order that the
// direction passes them, then what the losses mean.
func (d *direction) take() {
	f := &d.flows
	if f.hit > 0 && d.turn >= f.news {
		f.backOff()
	}
	if d.capacity.Trace != nil {
		d.follow()
	}
	acked := d.wire[d.slot]
	if d.stall {
		acked = 0
	}
	sent := f.send(acked, d.most)
	var out, lost float64
	if d.upload {
		passed := d.shaper.pass(sent)
		out, lost = d.bottleneck.pass(passed)
		d.crossed += passed + d.marked
	} else {
		var arrived float64
		arrived, lost = d.bottleneck.pass(sent)
		out = d.shaper.pass(arrived)
		d.crossed += arrived + d.marked
	}
	if d.cut && d.upload {
		out = 0
	}
	d.delivered += out
	d.wire[d.slot] = out
	if d.stall {
		d.wire[d.slot] = 0
	}
	if d.slot++; d.slot == len(d.wire) {
		d.slot = 0
	}
	if lost > 0 {
		f.lose(math.Ceil(lost/wirePacket), lost, d.turn, d.lag(true))
	}
	if hits := d.shaper.hits(f.count); hits > 0 {
		d.dropped += hits
		f.lose(hits, 0, d.turn, d.lag(d.upload))
	}
	if f.starting && (d.bottleneck.queued() > d.rise*d.bottleneck.carry || d.shaper.backlog > d.rise*d.shaper.carry) {
		f.settle()
	}
	if sent == 0 && acked == 0 && out == 0 {
		d.still++
	} else {
		d.still = 0
	}
}

// lag is how many steps the news of a loss takes to its sender: the base
// round-trip time, and the queues that what follows the lost packet still has
// to pass. A packet lost in the shaper left from its head.
func (d *direction) lag(bottleneck bool) int64 {
	steps := float64(len(d.wire))
	if bottleneck {
		steps += d.bottleneck.queued() / max(d.bottleneck.carry, 1)
		if !d.upload {
			steps += d.shaper.backlog / d.shaper.carry
		}
	}
	return int64(min(steps, mostLag))
}

// idle says that nothing will move before the next event.
func (d *direction) idle() bool {
	return !d.on && d.still >= len(d.wire) && d.shaper.backlog == 0 && d.bottleneck.steady() &&
		(d.capacity.Trace == nil || d.bottleneck.crossIn == 0)
}

// skip passes over steps in which nothing moves.
func (d *direction) skip(to int64) {
	d.flows.inflight, d.flows.missing = 0, 0
	d.shaper.above, d.bottleneck.refused = 0, 0
	d.crossed += d.marked * float64(to-d.turn)
	d.turn = to
}
