package fluid

import (
	"slices"
	"time"
)

// The grid of the model's time: steps are the largest that divide the base
// round-trip time within these bounds.
const (
	minStep = 2 * time.Millisecond
	maxStep = 5 * time.Millisecond
)

// Config describes a link. Rates are bit/s.
type Config struct {
	// BaseRTT is the idle round-trip time of traffic and of probes to
	// reflectors that have none of their own: 2 ms to 5 s.
	BaseRTT time.Duration
	// Jitter is the mean of the exponential delay added to every probe.
	Jitter time.Duration
	// Loss is the share of probes lost at random, 0 to 1.
	Loss float64
	// Buffer is how long each bottleneck's FIFO is, as time at its present
	// capacity, and never less than ten packets.
	Buffer time.Duration
	// BufferPackets is how deep those FIFOs are instead, in packets at any
	// capacity; 0 leaves it to Buffer.
	BufferPackets int
	// Reflectors answer probes; none is one of BaseRTT.
	Reflectors []Reflector
	// Directions are indexed by Direction.
	Directions [2]DirectionConfig
	// ProbesLost are the times at which no probe is answered.
	ProbesLost []Window
	// Outages are the times at which the line loses everything beyond its
	// bottlenecks, either way, in rising order; no two overlap.
	Outages []Window
	// Seed starts the noise of probes.
	Seed uint64
}

// Reflector is a host that answers probes.
type Reflector struct {
	// RTT is its idle round-trip time; 0 is the link's.
	RTT time.Duration
	// DeadAfter is when it stops answering; 0 is never.
	DeadAfter time.Duration
	// SlowAfter is when it starts to answer later by SlowBy.
	SlowAfter, SlowBy time.Duration
	// Loss is the share of its own probes that it leaves unanswered, 0 to 1.
	Loss float64
	// AnswersPerSecond is how many probes it answers at most: a token bucket that
	// holds one second of them. 0 is no limit.
	AnswersPerSecond int
	// InFront says that it stands in front of the bottlenecks.
	InFront bool
}

// DirectionConfig is what one direction carries and what is asked of it.
type DirectionConfig struct {
	// Capacity is what the bottleneck carries.
	Capacity Capacity
	// Shaper is what the shaper lets pass at first; 0 is no limit.
	Shaper int64
	// Flows is how many TCP-like flows want all they can get.
	Flows int
	// Demand bounds what all flows together want; 0 is no bound.
	Demand int64
	// On and Off let the flows come, at Start, and go; always on while either
	// is 0.
	On, Off time.Duration
	// Start is when the flows first come.
	Start time.Duration
	// CrossTraffic is traffic of others on the bottleneck, which neither
	// passes the shaper nor backs off.
	CrossTraffic int64
}

// Window is a span of time: From is in it, Until is not.
type Window struct{ From, Until time.Duration }

// Contains says whether t is in the window.
func (w Window) Contains(t time.Duration) bool { return w.From <= t && t < w.Until }

// sane is the configuration with every value in its range.
func (c Config) sane() Config {
	c.BaseRTT = min(max(c.BaseRTT, minStep), 5*time.Second)
	c.Jitter = max(c.Jitter, 0)
	c.Loss = min(max(c.Loss, 0), 1)
	c.Buffer = max(c.Buffer, 0)
	c.Reflectors = slices.Clone(c.Reflectors)
	if len(c.Reflectors) == 0 {
		c.Reflectors = []Reflector{{}}
	}
	for i := range c.Reflectors {
		if c.Reflectors[i].RTT <= 0 {
			c.Reflectors[i].RTT = c.BaseRTT
		}
		c.Reflectors[i].AnswersPerSecond = max(c.Reflectors[i].AnswersPerSecond, 0)
	}
	c.ProbesLost = slices.Clone(c.ProbesLost)
	c.BufferPackets = max(c.BufferPackets, 0)
	c.Outages = slices.Clone(c.Outages)
	for i := range c.Directions {
		d := &c.Directions[i]
		d.Capacity = d.Capacity.sane()
		d.Shaper = max(d.Shaper, 0)
		d.Flows = max(d.Flows, 0)
		d.Demand = max(d.Demand, 0)
		d.CrossTraffic = max(d.CrossTraffic, 0)
		d.Start = max(d.Start, 0)
	}
	return c
}
