package autorate

import (
	"math"
	"time"
)

// probe asks whether the line carries more: it does if the delay stays quiet
// and more than the capacity arrives; on upload, where counters show what is
// sent, if that is what the shaper lets through.
func (f *Fast) probe(s *Shaper, t *Thresholds, v *levels, in *Input, dir Direction) {
	g, delivered, recent, now := &in.Signal, in.Delivered.BitsPerSecond[dir], in.Delivered.Recent[dir], in.Now
	s.Reason = Probing
	refused := g.NewestMS > v.clear+s.slowMS(t) && g.MedianMS > v.quiet
	gain := g.gain(t.GreenMS)
	enough, clearly := f.CapacityBitsPerSecond*(1+grew*gain), f.CapacityBitsPerSecond*(1+early*gain)
	if dir == Upload {
		enough, clearly = inUse*float64(s.Rate), inUse*float64(s.Rate)
	}
	grown := g.MedianMS < v.quiet && (now-f.since >= g.probeTime() && delivered > enough ||
		(!f.joint || f.beside) && now-f.since >= g.feedback() && g.NewestMS < v.quiet && recent > clearly)
	switch {
	case grown:
		f.CapacityBitsPerSecond, f.together = max(f.CapacityBitsPerSecond, delivered), false
		f.enter(climbing, now)
		f.eases = 0
	case refused:
		f.refuse(s, in, dir, recent > clearly)
	case now-f.since >= g.probeLimit():
		f.decline(s, now)
	}
}

// refuse ends a probe that builds up a queue, and drains that. While there is
// a queue, what arrives on the download is the capacity: no less than was known,
// unless it is clearly less, and far less where both were asked and the queue may
// be the upload's. An upload's is a little less where the slope says so. Silence
// may be an outage, and tells nothing of it. grows says that more arrives than the
// line was thought to carry.
func (f *Fast) refuse(s *Shaper, in *Input, dir Direction, grows bool) {
	known, delivered := f.CapacityBitsPerSecond, in.Delivered.BitsPerSecond[dir]
	capacity := known
	switch recent := in.Delivered.Recent[dir]; {
	case in.Signal.Silent:
	case dir == Upload && f.joint:
	case dir == Upload:
		capacity = min(capacity, max(share*capacity, recent/(1+max(in.Signal.Slope, 0))))
	case f.joint && recent >= fallen*capacity:
		capacity = max(capacity, delivered)
	case recent < fell*capacity:
		capacity = recent
	case delivered < less*capacity:
		capacity = delivered
	default:
		capacity = max(capacity, delivered)
	}
	f.congest(s, capacity, in.Now)
	f.together = grows && dir == Download
	f.alarmed, f.restRate, f.restCapacity = in.Signal.Silent, int64(share*known), known
	s.Rate, s.Reason = int64(share*capacity), ProbeRefused
	f.lower(s, min(in.Signal.NewestMS, silentMS))
}

// decline ends a probe of a line that has not grown and does not queue.
func (f *Fast) decline(s *Shaper, now time.Duration) {
	s.Rate, s.Reason = int64(share*f.CapacityBitsPerSecond), ProbeRefused
	f.enter(holding, now)
}

// climb raises the rate while the line is in use and nothing queues.
func (f *Fast) climb(s *Shaper, v *levels, g *Signal, delivered, recent float64, now, elapsed time.Duration) {
	if delivered < (inUse-0.1)*float64(s.Rate) {
		f.CapacityBitsPerSecond = float64(s.Rate) / share
		f.enter(holding, now)
		return
	}
	if g.NewestMS < v.quiet {
		f.proven = max(f.proven, delivered)
	}
	if g.NewestMS > v.clear || recent < inUse*float64(s.Rate) {
		s.Reason = Climbing
		return
	}
	growth := min(climb, math.Pow(overshoot, 1/g.feedback().Seconds()))
	// Near the rate that last congested the line may not have grown by much.
	sure := 1.0
	if f.congested > 0 {
		sure = min(max((float64(s.Rate)/f.congested-1)/beyond, unsure), 1)
	}
	s.Rate = int64(float64(s.Rate) * math.Pow(growth, sure*elapsed.Seconds()))
	s.Reason, f.raised = Climbing, now
}
