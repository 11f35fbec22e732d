package autorate

import "time"

// packetBits is a full packet: on a slow line the wait for one to pass is no
// sign of a queue.
const packetBits = 1500 * 8

// slowPacketMS is the time of a packet up to which none more is allowed for.
const slowPacketMS = 2

// levels are delays in milliseconds: at which the queue counts as filling, as
// drained, and as not there at all.
type levels struct{ onset, clear, quiet float64 }

// levels are the shares of the green threshold, each with the time that a
// packet takes to pass the two shapers.
func (w *WAN) levels(t *Thresholds) levels {
	packets := 0.0
	for d := range w.Shapers {
		packets += w.Shapers[d].packetMS(t)
	}
	return levels{onset*t.GreenMS + packets, clear*t.GreenMS + packets, quiet*t.GreenMS + packets}
}

// packetMS is the time that a full packet takes to pass the shaper, at most the
// green threshold.
func (s *Shaper) packetMS(t *Thresholds) float64 {
	return min(1000*packetBits/float64(max(s.Rate, 1)), t.GreenMS)
}

// slowMS is what a packet adds to the delay at which a probe is refused: behind
// a slow shaper one waits for more than one.
func (s *Shaper) slowMS(t *Thresholds) float64 { return max(0, s.packetMS(t)-slowPacketMS) }

// congested says that the queue is filling and has not just drained.
func (v *levels) congested(g *Signal) bool { return g.MedianMS > v.onset && g.NewestMS > v.clear }

// Signal is what the newest probes say of the queue.
type Signal struct {
	// MedianMS and NewestMS are delays above the reflectors' baselines.
	MedianMS, NewestMS float64
	// Slope is how fast the delay rises, in seconds a second.
	Slope float64
	// RTT is the present round-trip time, Spacing the time between two probes.
	RTT, Spacing time.Duration
	// Silent says that NewestMS is an unanswered probe's.
	Silent bool
	// Unusable says that the delay cannot tell load from idle.
	Unusable bool
	// OK is false while too little is known.
	OK bool
}

// RecentWindow is how far Delivered.Recent looks back, to the reading nearest to
// that.
const RecentWindow = 100 * time.Millisecond

// Delivered is what the router's counters say passed, in bit/s by direction.
type Delivered struct {
	BitsPerSecond [2]float64
	// Recent is the same over RecentWindow, for the moment when a capacity has
	// just shown itself.
	Recent [2]float64
	// At is when the newest of the readings was made.
	At time.Duration
	// Held says that a shaper has dropped, marked or queued packets of late: its
	// senders want more than its rate.
	Held [2]bool
	// OK is false while it is unknown.
	OK bool
}

// feedback is how long a change of a rate takes to show in the median.
func (g *Signal) feedback() time.Duration { return 2*g.RTT + 3*g.Spacing }

// slow says that a change takes so long to show that two at once cannot be told
// apart in time.
func (g *Signal) slow() bool { return g.feedback() >= probeEvery }

// sloped is how long it takes until all of the delays that make the slope are
// of probes that left after a change of a rate.
func (g *Signal) sloped() time.Duration { return g.RTT + slopeSpacings*g.Spacing }

// slopeSpacings is how many lie between the first and the last of them.
const slopeSpacings = 4

// probeTime is how long a probe must last for its effect to come back.
func (g *Signal) probeTime() time.Duration { return max(probeFor, g.feedback()) }

// probeLimit is how long a probe may go on while senders are still filling
// what it offers: they grow by the round trip, and what little a long probe
// offers is hard to tell from noise.
func (g *Signal) probeLimit() time.Duration {
	return max(2*g.probeTime(), probeTrips*g.RTT)
}

// gain is by how much of the capacity a probe goes above it: probeGain, or less
// where the probe takes long, so that a refusal costs the same delay.
func (g *Signal) gain(greenMS float64) float64 {
	return min(probeGain, probeQueue*greenMS/1000/g.probeTime().Seconds())
}
