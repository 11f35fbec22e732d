package autorate

import "time"

// congest begins to drain: the direction is to blame, and carries capacity.
func (f *Fast) congest(s *Shaper, capacity float64, now time.Duration) {
	f.CapacityBitsPerSecond, f.congested, f.first = capacity, capacity, capacity
	f.stuck, f.tries, f.patience, f.eases = false, 0, stubborn, 0
	f.alarmed, f.queued, f.innocent = false, false, false
	f.enter(draining, now)
	f.began, f.estimated = now, now
	s.Reason = Congested
}

// drain shapes below the capacity until the queue is gone, then to its share. A
// false alarm leaves no trace.
func (f *Fast) drain(s *Shaper, v *levels, in *Input, dir Direction) {
	g := &in.Signal
	switch {
	case g.NewestMS < v.clear && (f.alarmed || f.innocent):
		s.Rate, f.CapacityBitsPerSecond, s.Reason = f.restRate, f.restCapacity, FalseAlarm
		f.enter(holding, in.Now)
		return
	case g.NewestMS < v.clear:
		s.Rate, s.Reason = int64(share*f.CapacityBitsPerSecond), Drained
		f.usual = min(f.usual, f.CapacityBitsPerSecond)
		f.enter(holding, in.Now)
		return
	}
	f.alarmed = f.alarmed && g.Silent
	delay := g.MedianMS
	switch {
	case g.Silent:
		delay = min(delay, silentMS)
	case dir == Upload:
		f.refineUpload(in)
		f.despair(in)
	default:
		f.refineDownload(s, in)
		f.acquit(s, in)
		f.despair(in)
	}
	s.Reason = Draining
	f.lower(s, delay)
}

// lower sets the rate at which a delay is drained, if it is worth a write: where
// both directions are loaded, it is sooner.
func (f *Fast) lower(s *Shaper, delayMS float64) {
	most := worth
	if f.shared {
		most = worthShared
	}
	if wanted := f.CapacityBitsPerSecond * max(share-delayMS/drainMS, least); wanted <= most*float64(s.Rate) {
		s.Rate = int64(wanted)
	}
}

// refineUpload corrects the estimate of an upload's capacity once the slope of
// the delay is all of the time since it was made. The counters show what was
// sent, and the slope how much of it did not get through, or what did besides:
// capacity = sent/(1+slope).
func (f *Fast) refineUpload(in *Input) {
	carried := in.Delivered.Recent[Upload] / (1 + max(in.Signal.Slope, gentlest))
	if in.Now-f.estimated >= in.Signal.sloped() && carried > 0 && carried < sunk*f.CapacityBitsPerSecond {
		f.CapacityBitsPerSecond, f.estimated = carried, in.Now
	}
}

// refineDownload corrects the estimate of a download's capacity while its queue
// drains. More arrives than its shaper lets through: the line is still full, and
// carries no more than that. Where less does, and the delay rises, or does not
// fall for long, the line carries no more than that either.
func (f *Fast) refineDownload(s *Shaper, in *Input) {
	rate, recent := float64(s.Rate), in.Delivered.Recent[Download]
	few, many := min(recent, in.Delivered.BitsPerSecond[Download]), max(recent, in.Delivered.BitsPerSecond[Download])
	switch slope := in.Signal.Slope; {
	case few > full*rate && recent > f.CapacityBitsPerSecond && f.readSince(in):
		f.CapacityBitsPerSecond, f.first = recent, max(f.first, recent)
	case few > full*rate:
		f.CapacityBitsPerSecond, f.first = min(f.CapacityBitsPerSecond, many), min(f.first, many)
	case recent <= 0 || recent >= min(starved*rate, sunk*f.CapacityBitsPerSecond):
	case slope > rising && (!f.together && !f.joint || recent < farLess*f.CapacityBitsPerSecond || in.Now-f.estimated >= f.unmoved(&in.Signal)):
		f.CapacityBitsPerSecond, f.estimated = recent, in.Now
	case slope > -rising && many < min(starved*rate, sunk*f.CapacityBitsPerSecond) && in.Now-f.estimated >= f.unmoved(&in.Signal):
		f.CapacityBitsPerSecond, f.estimated = many, in.Now
	}
}

// unmoved is how long a delay may stay where it is before that says something
// of a download. Where the upload was asked or is drained as well, it may be its
// queue for longer.
func (f *Fast) unmoved(g *Signal) time.Duration {
	if f.together || f.joint {
		return 2 * g.feedback()
	}
	return g.feedback()
}

// acquit finds a download innocent that is drained along with the upload: once
// the drain must show, there is a queue, and no more has arrived in all the time
// than its shaper lets through.
func (f *Fast) acquit(s *Shaper, in *Input) {
	if !f.readSince(in) {
		return
	}
	f.queued = f.queued || in.Delivered.Recent[Download] > float64(s.Rate)/holds
	f.innocent = f.together && !f.queued && in.Now-f.began >= in.Signal.feedback()
}

// readSince says that the newest reading over RecentWindow is all of the time
// since the drain began.
func (f *Fast) readSince(in *Input) bool {
	return in.Delivered.At-f.began >= RecentWindow+in.Signal.Spacing/2
}

// despair says now and then whether the drain has been of use.
func (f *Fast) despair(in *Input) {
	if g := &in.Signal; in.Now-f.since >= max(f.patience, g.feedback()) {
		f.stuck = g.NewestMS > 0.8*f.worst
		f.since, f.worst = in.Now, g.NewestMS
	}
}
