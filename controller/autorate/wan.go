package autorate

import "time"

// Config are the parameters of one WAN, per cycle.
type Config struct {
	Thresholds Thresholds
	Limits     [2]Limits
	// Fast turns on the fast law; without it the loop is exactly the reference
	// law.
	Fast bool
}

// Input is what one cycle knows.
type Input struct {
	// Now is the time since an arbitrary start; Elapsed the time since the last
	// step, Intervals the same in whole intervals, at least 1.
	Now, Elapsed time.Duration
	Intervals    int64
	// DeltaMS is load - baseline, for the state.
	DeltaMS float64
	// Fresh says that DeltaMS holds a new sample. A cycle without one decides
	// nothing by the reference law.
	Fresh     bool
	Signal    Signal
	Delivered Delivered
}

// WAN is the state of one WAN: its two shapers, by direction.
type WAN struct {
	Shapers [2]Shaper
	Fast    [2]Fast

	// changed is when any rate last moved by the fast law.
	changed time.Duration
	// asked is the direction whose turn it last was to be probed.
	asked Direction
}

// Settled is the rate that a direction stands at, in bit/s: where it is being
// probed, the one that it was raised from.
func (w *WAN) Settled(d Direction) int64 {
	if f := &w.Fast[d]; f.phase == probing {
		return min(w.Shapers[d].Rate, int64(share*f.CapacityBitsPerSecond))
	}
	return w.Shapers[d].Rate
}

// Step takes one cycle's input into the rates.
func (w *WAN) Step(c *Config, in *Input) {
	if in.Fresh {
		for d := range w.Shapers {
			w.Shapers[d].observe(&c.Thresholds, &c.Limits[d], in.DeltaMS, in.Intervals)
		}
	}
	switch {
	case !c.Fast:
		w.reference(c, in)
	case !in.Signal.OK:
		w.hold(c, NoSamples)
	case !in.Delivered.OK:
		w.blind(c, in)
	default:
		w.directed(c, in)
	}
}

func (w *WAN) reference(c *Config, in *Input) {
	if !in.Fresh {
		return
	}
	for d := range w.Shapers {
		w.Shapers[d].reference(&c.Limits[d], in.Intervals)
	}
}

func (w *WAN) hold(c *Config, reason Reason) {
	for d := range w.Shapers {
		w.Shapers[d].Reason = reason
		w.Shapers[d].cap(&c.Limits[d])
	}
}

// blind is the fast law without counters: one whole factor at once where the
// reference law would take seconds to notice, then the time to see what it
// did; increases as by the reference law.
func (w *WAN) blind(c *Config, in *Input) {
	g, v := &in.Signal, w.levels(&c.Thresholds)
	congested := v.congested(g)
	settled := in.Now-w.changed >= max(stubborn, g.feedback())
	cut := congested && settled
	if cut {
		w.changed = in.Now
	}
	for d := range w.Shapers {
		s, l := &w.Shapers[d], &c.Limits[d]
		floor := l.Floors[c.Thresholds.classify(l.States, g.MedianMS)]
		switch {
		case cut && s.Rate <= floor:
			s.Reason = AtFloor
		case cut:
			s.Rate, s.Reason = max(int64(float64(s.Rate)*l.CutFactor), floor), Congested
		case congested:
			s.Reason = Draining
		case !in.Fresh:
		case s.State == Green && s.GreenStreak >= l.IncreaseAfter:
			s.Reason = s.increase(l, in.Intervals)
		default:
			s.Reason = Holding
		}
		s.cap(l)
	}
}

// directed is the fast law with counters.
func (w *WAN) directed(c *Config, in *Input) {
	for d := range w.Fast {
		f := &w.Fast[d]
		if in.Delivered.BitsPerSecond[d] >= loaded*float64(w.Shapers[d].Rate) {
			f.used, f.everUsed = in.Now, true
		}
	}
	v := w.levels(&c.Thresholds)
	if in.Signal.NewestMS < v.clear {
		w.Fast[Download].acquitted, w.Fast[Upload].acquitted = false, false
	}
	w.reconsider(in)
	if v.congested(&in.Signal) {
		w.blame(in)
	} else {
		w.ask(c, in, &v)
	}
	for d := range w.Shapers {
		s, f := &w.Shapers[d], &w.Fast[d]
		if f.phase == holding {
			s.Reason = f.resting(s, in.Delivered.BitsPerSecond[d], in.Signal.MedianMS > v.onset)
		}
		f.step(s, &c.Thresholds, &c.Limits[d], &v, in, Direction(d))
		if f.phase != holding {
			w.changed = in.Now
		} else {
			f.usual += (in.Delivered.BitsPerSecond[d] - f.usual) * min(1, in.Elapsed.Seconds()/usual.Seconds())
		}
	}
}

// resting is why a rate that nothing moves stays where it is.
func (f *Fast) resting(s *Shaper, delivered float64, congested bool) Reason {
	switch {
	case congested:
		return NotBlamed
	case delivered < loaded*float64(s.Rate):
		return Idle
	default:
		return Holding
	}
}

// blame finds the direction whose queue fills and starts to drain it. An idle
// line's delay is nobody's.
func (w *WAN) blame(in *Input) {
	for d := range w.Fast {
		if p := w.Fast[d].phase; p == draining || p == probing {
			return
		}
	}
	if d, ok := w.suspect(in); ok {
		w.congest(d, in)
	}
}

// suspect is the direction to blame: one that was raised just now; a download
// that carries less than usual all of a sudden; or else whichever is nearer its
// shaper's rate.
func (w *WAN) suspect(in *Input) (d Direction, ok bool) {
	for i := range w.Fast {
		if f := &w.Fast[i]; f.raised > 0 && in.Now-f.raised <= max(stubborn, 2*in.Signal.feedback()) {
			return Direction(i), true
		}
	}
	most := -1.0
	for i := range w.Fast {
		if !w.loaded(Direction(i), in) {
			continue
		}
		utilisation := in.Delivered.BitsPerSecond[i] / float64(max(w.Shapers[i].Rate, 1))
		if Direction(i) == Download && in.Delivered.BitsPerSecond[i] < fell*w.Fast[i].usual {
			return Download, true
		}
		if utilisation > most {
			d, most = Direction(i), utilisation
		}
	}
	return d, most >= 0
}

// loaded says that a direction was in use of late, so that it may be to blame.
func (w *WAN) loaded(d Direction, in *Input) bool {
	f := &w.Fast[d]
	return f.everUsed && in.Now-f.used <= loadedFor
}

// reconsider looks at a drain that has been of no use. Where the other
// direction is loaded, too, the queue may be there: round-trip time alone cannot
// tell which of them queues, but a queue falls when its own direction is
// drained. So each is tried alone, and where neither is of use, both; after
// that, or with nobody else to blame, less must be carried than was thought.
func (w *WAN) reconsider(in *Input) {
	for d := range w.Fast {
		f, other := &w.Fast[d], 1-Direction(d)
		if f.phase != draining || !f.stuck {
			continue
		}
		f.stuck = false
		f.tries++
		fills := in.Delivered.BitsPerSecond[other] >= (inUse-0.1)*float64(w.Shapers[other].Rate)
		if w.Fast[other].phase == draining || !w.loaded(other, in) || !fills && f.tries < patience {
			f.CapacityBitsPerSecond *= lowered
			continue
		}
		if in.Signal.NewestMS > eased*f.delay && !w.Fast[other].acquitted {
			f.acquit(&w.Shapers[d], in.Now)
		} else {
			f.CapacityBitsPerSecond = f.first
		}
		w.congest(other, in)
		return
	}
}

// congest starts to drain one direction at what it carries now.
func (w *WAN) congest(d Direction, in *Input) {
	carried := in.Delivered.Recent[d]
	if d == Upload {
		carried /= 1 + min(max(in.Signal.Slope, 0.05), 4)
	}
	w.Fast[d].congest(&w.Shapers[d], carried, in.Signal.NewestMS, in.Now)
}

// ask starts a probe of a direction that is in use below its ceiling, one
// direction at a time, once the last change has settled.
func (w *WAN) ask(c *Config, in *Input, v *levels) {
	g := &in.Signal
	if g.MedianMS >= v.quiet || in.Now-w.changed < probeEvery {
		return
	}
	for range w.Fast {
		w.asked = 1 - w.asked
		d := w.asked
		f, s, l := &w.Fast[d], &w.Shapers[d], &c.Limits[d]
		if f.phase != holding || s.Rate >= l.Ceiling || in.Delivered.BitsPerSecond[d] < inUse*float64(s.Rate) {
			continue
		}
		// A rate that is above its share stands at a floor, or nothing is known.
		f.CapacityBitsPerSecond = max(f.CapacityBitsPerSecond, float64(s.Rate)/share)
		f.enter(probing, in.Now)
		f.raised = in.Now
		s.Rate = min(int64(f.CapacityBitsPerSecond*(1+g.gain(c.Thresholds.GreenMS))), l.Ceiling)
		return
	}
}
