package fluid

import (
	"math"
	"time"
)

// CAKE's AQM, as its defaults are (RFC 8289): the delay it tolerates, for how
// long it tolerates more, and the packets below which it never drops.
const (
	aqmTarget   = 5 * time.Millisecond
	aqmInterval = 100 * time.Millisecond
	aqmPackets  = 1.5
)

// cake is a shaper: a limit on the rate, and a queue of bulk traffic whose
// flows it makes back off. Probes do not wait in it: CAKE serves sparse flows
// before bulk ones.
type cake struct {
	// backlog is what waits, in bytes.
	backlog float64
	// carry is what it lets pass in a step, in bytes; +Inf is no limit.
	carry float64
	// target is the backlog it tolerates, in bytes.
	target float64
	// interval is how many steps it tolerates more, above how many it has.
	interval, above float64
	// count is how often each flow was hit in a row, debt what part of the
	// next hit has come due.
	count, debt float64
}

// set changes the limit, in bytes a step; step is in seconds.
func (c *cake) set(carry, step float64, flows int) {
	c.carry = carry
	c.target = max(carry/step*aqmTarget.Seconds(), aqmPackets*wirePacket*float64(flows))
}

// pass takes one step's arrivals and returns what leaves.
func (c *cake) pass(in float64) (out float64) {
	c.backlog += in
	out = min(c.backlog, c.carry)
	c.backlog -= out
	return out
}

// hits is how many of the flows lose a packet in this step. Each flow has a
// queue of its own, whose drops come at interval/sqrt(count).
func (c *cake) hits(flows float64) float64 {
	if c.backlog <= c.target {
		if c.above > 0 {
			c.above, c.debt, c.count = 0, 0, c.count/2
		}
		return 0
	}
	c.above++
	if c.above < c.interval {
		return 0
	}
	if c.above == c.interval {
		c.count = max(c.count, 1)
		return 1
	}
	c.debt += flows * math.Sqrt(c.count) / c.interval
	due := math.Floor(c.debt)
	c.debt -= due
	c.count += due / flows
	return due
}
