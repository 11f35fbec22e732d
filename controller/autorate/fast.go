package autorate

import (
	"math"
	"time"
)

// The figures of the fast law. Delays are shares of the green threshold, so
// that a link with a lower threshold is also watched more closely; with the
// default of 15 ms they are 12, 6 and 3.5 ms. docs/control-law.md derives them.
const (
	// onset is the delay at which the queue counts as filling, clear the one at
	// which it counts as drained, quiet the one that a probe must stay under.
	onset, clear, quiet = 0.8, 0.4, 0.233
	// share of the capacity that is used while nothing else is wanted.
	share = 0.95
	// drainMS and least: a delay of d is drained at capacity*(share-d/drainMS),
	// and never below capacity*least. Silence counts as a delay of silentMS at
	// the most: it may be an outage.
	drainMS, least, silentMS = 400, 0.35, 80
	// probeEvery is how long after the last change a line in use is asked
	// whether it carries more; probeFor and probeGain how: at least so long,
	// at most so much above the capacity.
	probeEvery, probeFor, probeGain = 900 * time.Millisecond, 300 * time.Millisecond, 0.10
	// grew is the share of a probe's gain that must arrive above the capacity for
	// the line to have grown: less is noise.
	// early is the same for a probe that is not over, but whose effect shows.
	grew, early = 0.3, 0.5
	// probeTrips is how many round trips a probe may take while it is neither
	// refused nor filled.
	probeTrips = 20
	// probeQueue is the delay, as a share of green, that a refused probe builds
	// up at most: a longer probe has a smaller gain.
	probeQueue = 1.333
	// climb is the growth a second of a rate whose line has grown, and overshoot
	// the most that it may grow until its effect comes back.
	climb, overshoot = 6.0, 1.4
	// beyond is how far above the rate that last congested a climb is as fast as
	// that; nearer it is slower, and begins with the part unsure.
	beyond, unsure = 0.3, 0.35
	// inUse is the share of the rate that must be delivered for a probe, loaded
	// the one from which a direction may be blamed, and loadedFor how long it
	// may be blamed after that.
	inUse, loaded, loadedFor = 0.80, 0.15, 2 * time.Second
	// halfUsed is the share for a probe where the shaper itself says that it
	// holds traffic up.
	halfUsed = 0.5
	// patience is how often a drain must be of no use before a direction that
	// does not fill its shaper is tried.
	patience = 3
	// less is the share of the capacity below which what arrives at a refusal
	// says that it is less than was known.
	less = 0.94
	// full is how many times what a download's shaper lets through must arrive
	// while it drains for the line to be full still.
	full = 1.2
	// holds is the share of its shaper's rate from which a direction is limited
	// by that and not by the line.
	holds = 0.93
	// fell is the share of what a download delivered over the last usual that
	// tells, when less arrives as delay sets in, that its capacity fell.
	fell, usual = 0.85, 2 * time.Second
	// stubborn is how long a delay may fail to fall before the estimate of the
	// capacity is lowered to lowered of itself, and impatient the same where the
	// other direction fills its shaper and may be to blame.
	stubborn, impatient, lowered = 500 * time.Millisecond, 250 * time.Millisecond, 0.85
	// rising is the slope from which a queue that is being drained grows, starved
	// the share of its shaper's rate below which a download is held up by the
	// line, and sunk the share of the capacity below which it has fallen further.
	// An upload's is a guess by a slope, and must say so more clearly; steepest
	// is the most that it is guessed from.
	rising, starved, sunk, sunkUpload = 0.05, 0.9, 0.9, 0.7
	steepest                          = 2.0
)

type phase uint8

const (
	holding phase = iota
	draining
	probing
	climbing
)

// Fast is the state of the fast law for one direction.
type Fast struct {
	// CapacityBitsPerSecond is where the line last congested; 0 is unknown.
	CapacityBitsPerSecond float64

	// congested is the capacity, in bit/s, at which a drain last began; 0 is none.
	congested float64

	phase phase
	// since is when the phase began or its target was last changed.
	since time.Duration
	// changed is when it last did anything but hold.
	changed time.Duration
	// used is when the direction was last loaded.
	used time.Duration
	// everUsed says that used holds a time.
	everUsed bool
	// worst is the highest delay since since, in milliseconds.
	worst float64
	// usual is what was delivered of late, in bit/s.
	usual float64
	// raised is when a probe or a climb last raised the rate.
	raised time.Duration
	// began is when the drain did, and first the estimate of the capacity then.
	began time.Duration
	first float64
	// stuck says that a drain has been of no use, and tries how often it was;
	// patience is how long it has for that.
	stuck    bool
	tries    int
	patience time.Duration
	// alarmed says that a drain began because nobody answered, and that no answer
	// has come late since; restRate and restCapacity, in bit/s, were before it.
	alarmed      bool
	restRate     int64
	restCapacity float64
	// together says that the direction was drained along with the other, and
	// may be innocent; joint that it is probed along with the other.
	together, joint bool
}

// enter begins a phase.
func (f *Fast) enter(p phase, now time.Duration) { f.phase, f.since, f.worst = p, now, 0 }

// congest begins to drain: the direction is to blame, and carries capacity.
func (f *Fast) congest(s *Shaper, capacity float64, now time.Duration) {
	f.CapacityBitsPerSecond, f.congested, f.first = capacity, capacity, capacity
	f.stuck, f.tries, f.patience, f.alarmed = false, 0, stubborn, false
	f.enter(draining, now)
	f.began = now
	s.Reason = Congested
}

// step moves one direction's rate by the phase it is in. Onset of congestion
// and the start of a probe are decided for both directions together, by WAN.
func (f *Fast) step(s *Shaper, t *Thresholds, l *Limits, v *levels, in *Input, dir Direction) {
	g, delivered, now := &in.Signal, in.Delivered.BitsPerSecond[dir], in.Now
	f.worst = max(f.worst, g.NewestMS)
	before := s.Rate
	switch f.phase {
	case draining:
		f.drain(s, v, in, dir)
	case probing:
		f.probe(s, t, v, in, dir)
	case climbing:
		f.climb(s, v, g, delivered, now, in.Elapsed)
	}
	f.bound(s, t, l, g, before)
}

// drain shapes below the capacity until the queue is gone, then to its share.
func (f *Fast) drain(s *Shaper, v *levels, in *Input, dir Direction) {
	g := &in.Signal
	switch {
	case g.NewestMS < v.clear && f.alarmed:
		s.Rate, f.CapacityBitsPerSecond, s.Reason = f.restRate, f.restCapacity, FalseAlarm
		f.enter(holding, in.Now)
		return
	case g.NewestMS < v.clear:
		s.Rate, s.Reason = int64(share*f.CapacityBitsPerSecond), Drained
		f.enter(holding, in.Now)
		return
	}
	f.alarmed = f.alarmed && g.Silent
	delay := g.MedianMS
	if g.Silent {
		delay = min(delay, silentMS)
	} else {
		f.refine(s, in, dir)
	}
	wanted := f.CapacityBitsPerSecond * max(share-delay/drainMS, least)
	s.Rate, s.Reason = min(s.Rate, int64(wanted)), Draining
}

// refine corrects the estimate of the capacity while the queue drains. More
// arrives on a download than its shaper lets through: the line is still full,
// and carries no more than that. Where the delay rises although it is drained,
// the line carries less still: on the download what arrives, where that is
// less than the shaper would let through; on upload the counters show what was
// sent, and the slope of the delay how much of it did not get through:
// capacity = sent/(1+slope).
func (f *Fast) refine(s *Shaper, in *Input, dir Direction) {
	g, now, recent := &in.Signal, in.Now, in.Delivered.Recent[dir]
	carried, ours, sunken := recent, recent >= starved*float64(s.Rate), sunk
	switch arrives := max(recent, in.Delivered.BitsPerSecond[dir]); {
	case dir == Upload || arrives <= full*float64(s.Rate):
	case in.Delivered.At-f.began >= RecentWindow+g.Spacing/2 && recent > f.CapacityBitsPerSecond:
		f.CapacityBitsPerSecond, f.first = recent, max(f.first, recent)
	default:
		f.CapacityBitsPerSecond = min(f.CapacityBitsPerSecond, arrives)
		f.first = min(f.first, arrives)
	}
	if dir == Upload {
		carried, ours, sunken = recent/(1+max(g.Slope, 0)), false, sunkUpload
	}
	if carried > 0 && g.Slope > rising && !ours && carried < sunken*f.CapacityBitsPerSecond {
		f.CapacityBitsPerSecond = carried
	}
	if now-f.since < max(f.patience, g.feedback()) {
		return
	}
	f.stuck = g.NewestMS > 0.8*f.worst
	f.since, f.worst = now, g.NewestMS
}

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
		!f.joint && now-f.since >= g.feedback() && g.NewestMS < v.quiet && recent > clearly)
	switch {
	case grown:
		f.CapacityBitsPerSecond, f.together = max(f.CapacityBitsPerSecond, delivered), false
		f.enter(climbing, now)
	case refused:
		f.refuse(s, in, dir, recent > clearly)
	case now-f.since >= g.probeLimit():
		f.decline(s, now)
	}
}

// refuse ends a probe that builds up a queue, and drains that. While there is
// a queue, what arrives on the download is the capacity: no less than was known,
// unless it is clearly less; silence may be an outage, and tells nothing of it.
// grows says that more arrives than the line was thought to carry: the queue may
// be that of the upload, where both were asked.
func (f *Fast) refuse(s *Shaper, in *Input, dir Direction, grows bool) {
	capacity, delivered := f.CapacityBitsPerSecond, in.Delivered.BitsPerSecond[dir]
	switch recent := in.Delivered.Recent[dir]; {
	case dir == Upload, in.Signal.Silent:
	case recent < fell*capacity:
		capacity = recent
	case delivered < less*capacity:
		capacity = delivered
	default:
		capacity = max(capacity, delivered)
	}
	f.congest(s, capacity, in.Now)
	f.together = grows && dir == Download
	s.Rate, s.Reason = int64(share*capacity), ProbeRefused
	f.alarmed, f.restRate, f.restCapacity = in.Signal.Silent, s.Rate, capacity
}

// decline ends a probe of a line that has not grown and does not queue.
func (f *Fast) decline(s *Shaper, now time.Duration) {
	s.Rate, s.Reason = int64(share*f.CapacityBitsPerSecond), ProbeRefused
	f.enter(holding, now)
}

// climb raises the rate while the line is in use and nothing queues.
func (f *Fast) climb(s *Shaper, v *levels, g *Signal, delivered float64, now, elapsed time.Duration) {
	if delivered < (inUse-0.1)*float64(s.Rate) {
		f.CapacityBitsPerSecond = float64(s.Rate) / share
		f.enter(holding, now)
		return
	}
	if g.NewestMS > v.clear {
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

// bound keeps the rate between floor and ceiling. The floor is that of the
// state that the present delay alone would have; it bounds a decrease from
// before and never raises a rate.
func (f *Fast) bound(s *Shaper, t *Thresholds, l *Limits, g *Signal, before int64) {
	floor := min(before, l.Floors[t.classify(l.States, g.MedianMS)])
	if s.Rate < floor {
		s.Rate, s.Reason = floor, AtFloor
	}
	if s.Rate >= l.Ceiling {
		s.Rate, s.Reason = l.Ceiling, AtCeiling
		if f.phase == climbing {
			f.phase = holding
		}
	}
}
