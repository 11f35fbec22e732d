package linux

import (
	"math"

	"github.com/vishvananda/netlink"
)

// burst is how much a class may send at once, in bytes. The kernel keeps it as
// the time it takes at the class's rate, so that it must be converted with
// every change of rate; the bytes are remembered since they would wander with
// the roundings.
type burst struct {
	rateBytes, ceilBytes float64
	// The rest is the class as it was last written.
	rate, ceil      uint64
	buffer, cbuffer uint32
}

// leastBurst is a full frame; a class with less could not send one at once.
const leastBurst = 1600

func burstOf(c *class) burst {
	p := c.parameters
	return burst{
		rateBytes: max(leastBurst, bytes(p.Buffer, c.rate64)),
		ceilBytes: max(leastBurst, bytes(p.Cbuffer, c.ceil64)),
	}
}

// matches says whether the class is still as it was last written.
func (b burst) matches(c *class) bool { return b == b.written(c) && b.rate != 0 }

// written notes the class as it is written.
func (b burst) written(c *class) burst {
	b.rate, b.ceil = c.rate64, c.ceil64
	b.buffer, b.cbuffer = c.parameters.Buffer, c.parameters.Cbuffer
	return b
}

// bytes is what passes in a time, in the kernel's ticks, at a rate in bytes/s.
func bytes(ticks uint32, rate uint64) float64 {
	return float64(ticks) / netlink.TickInUsec() / 1e6 * float64(rate)
}

// ticks is the time that an amount in bytes takes at a rate in bytes/s.
func ticks(amount float64, rate uint64) uint32 {
	t := math.Round(amount / float64(rate) * 1e6 * netlink.TickInUsec())
	return uint32(min(t, math.MaxUint32))
}
