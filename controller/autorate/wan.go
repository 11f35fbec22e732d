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

// gone says that nobody answers and nothing else arrives either: a line that
// queues still delivers, so that this is an outage.
func (in *Input) gone() bool { return in.Signal.Silent && in.Delivered.Recent[Download] == 0 }

// WAN is the state of one WAN: its two shapers, by direction.
type WAN struct {
	Shapers [2]Shaper
	Fast    [2]Fast

	// changed is when any rate last moved by the fast law.
	changed time.Duration
	// asked is the direction that was last probed alone although both wanted
	// to be, turns how many more such probes are to be of one.
	asked Direction
	turns int
	// standing says that a queue stands, and stood since when, or since when it was
	// last eased.
	standing bool
	stood    time.Duration
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
	case in.Signal.Unusable:
		w.hold(c, SignalUnusable)
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
	w.standing = false
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
	w.standing = false
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
	for d := range w.Fast {
		w.Fast[d].shared = w.loaded(1-Direction(d), in)
	}
	v := w.levels(&c.Thresholds)
	if v.congested(&in.Signal) && in.gone() {
		w.hold(c, NothingArrives)
		return
	}
	w.reconsider(in)
	if v.congested(&in.Signal) || w.overdone(&v, in) {
		w.blame(in)
	} else {
		w.ask(c, in, &v)
	}
	eased := w.stands(&v, in)
	for d := range w.Shapers {
		s, f := &w.Shapers[d], &w.Fast[d]
		if f.phase == holding {
			s.Reason = f.resting(s, in.Delivered.BitsPerSecond[d], in.Signal.MedianMS > v.onset)
			if eased && w.utilisation(Direction(d), in) >= inUse && f.eases < mostEased {
				f.ease(s, c.Limits[d].Floors[c.Thresholds.classify(c.Limits[d].States, in.Signal.MedianMS)])
			}
		}
		f.step(s, &c.Thresholds, &c.Limits[d], &v, in, Direction(d))
		if f.phase != holding {
			w.changed, f.changed = in.Now, in.Now
		} else if w.Fast[1-d].phase != draining {
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
