package autorate

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
