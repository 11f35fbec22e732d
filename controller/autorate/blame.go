package autorate

// blame finds the directions whose queue fills and starts to drain them. An
// idle line's delay is nobody's.
func (w *WAN) blame(in *Input) {
	for d := range w.Fast {
		if p := w.Fast[d].phase; p == draining || p == probing {
			return
		}
	}
	suspects := w.suspects(in)
	for d, suspected := range suspects {
		if suspected {
			w.congest(Direction(d), in, suspects == both)
		}
	}
}

// both are the two directions as suspects.
var both = [2]bool{true, true}

// suspects are the directions to blame: one that was raised just now; one that
// alone is in use; where both fill their shapers, the upload alone if the
// download still gets what its shaper lets through, and else the two together,
// since round-trip time cannot tell them apart; where neither does, a download
// that carries less than usual all of a sudden, or whichever is nearer its
// shaper's rate.
func (w *WAN) suspects(in *Input) (suspects [2]bool) {
	for d := range w.Fast {
		suspects[d] = w.raisedLately(Direction(d), in)
	}
	if suspects != [2]bool{} {
		return suspects
	}
	used := [2]bool{w.loaded(Download, in), w.loaded(Upload, in)}
	fell := in.Delivered.BitsPerSecond[Download] < fell*w.Fast[Download].usual
	fills := [2]bool{w.fills(Download, in), w.fills(Upload, in)}
	switch {
	case used != both:
		return used
	case fills == both && w.held(Download, in):
		suspects[Upload] = true
	case fills == both:
		return both
	case fell && !fills[Upload]:
		suspects[Download] = true
	case w.utilisation(Upload, in) > w.utilisation(Download, in):
		suspects[Upload] = true
	default:
		suspects[Download] = true
	}
	return suspects
}

// raisedLately says that a probe or a climb has raised a direction within the
// last two round trips and three intervals, twice: what it brought about shows
// now.
func (w *WAN) raisedLately(d Direction, in *Input) bool {
	f := &w.Fast[d]
	return f.raised > 0 && in.Now-f.raised <= max(stubborn, 2*in.Signal.feedback())
}

// utilisation is the share of its shaper's rate that a direction delivers.
func (w *WAN) utilisation(d Direction, in *Input) float64 {
	return in.Delivered.BitsPerSecond[d] / float64(max(w.Shapers[d].Rate, 1))
}

// fills says that a direction uses what its shaper lets through, or did until
// just now.
func (w *WAN) fills(d Direction, in *Input) bool {
	return max(in.Delivered.BitsPerSecond[d], w.Fast[d].usual) >= (inUse-0.1)*float64(w.Shapers[d].Rate)
}

// held says that a direction gets what its shaper lets through: the line
// carries more than that, and is not where it waits. A download of which more
// arrives still empties the line's queue.
func (w *WAN) held(d Direction, in *Input) bool {
	rate := float64(w.Shapers[d].Rate)
	least, most := in.Delivered.Recent[d], in.Delivered.BitsPerSecond[d]
	return min(least, most) >= holds*rate && max(least, most) <= rate/holds
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
		d := Direction(d)
		f, other := &w.Fast[d], 1-d
		if f.phase != draining || !f.stuck {
			continue
		}
		f.stuck = false
		f.tries++
		fills := w.utilisation(other, in) >= inUse-0.1
		if w.Fast[other].phase == draining || !w.loaded(other, in) || !fills && f.tries < patience {
			f.CapacityBitsPerSecond *= lowered
			continue
		}
		if in.Signal.NewestMS > eased*f.delay && !w.Fast[other].acquitted && w.held(d, in) {
			f.acquit(&w.Shapers[d], in.Now)
		} else {
			f.CapacityBitsPerSecond = f.first
		}
		w.congest(other, in, false)
		return
	}
}

// congest starts to drain one direction at what it carries now. On upload the
// slope of the delay tells how much of what is sent gets through; where the
// download drains as well, what that explains of the slope is not the upload's.
func (w *WAN) congest(d Direction, in *Input, together bool) {
	carried := in.Delivered.Recent[d]
	if d == Upload {
		slope := in.Signal.Slope
		if arrives := in.Delivered.Recent[Download]; together && arrives > 0 {
			slope -= max(0, w.Fast[Download].usual/arrives-1)
		}
		carried /= 1 + min(max(slope, 0.05), 4)
	}
	w.Fast[d].congest(&w.Shapers[d], carried, in.Signal.NewestMS, in.Now)
	w.Fast[d].together = together
}
