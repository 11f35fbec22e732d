package autorate

// blame finds the directions whose queue fills and starts to drain them. An
// idle line's delay is nobody's; a climb ends with it whoever else drains.
func (w *WAN) blame(in *Input) {
	busy := false
	for d := range w.Fast {
		switch w.Fast[d].phase {
		case draining, probing:
			busy = true
		case climbing:
			busy = true
			// A download that gets what it is offered is not where the queue is, as
			// long as there is another place for it.
			if Direction(d) == Upload || w.Fast[Upload].phase == holding || in.Delivered.Recent[d] < inUse*float64(w.Shapers[d].Rate) {
				w.congest(Direction(d), in, false)
			}
		}
	}
	if busy {
		return
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

// suspects are the directions to blame: those that were raised just now; one
// that alone is in use; and where both are, see apart.
func (w *WAN) suspects(in *Input) (suspects [2]bool) {
	for d := range w.Fast {
		suspects[d] = w.raisedLately(Direction(d), in)
	}
	if suspects != [2]bool{} {
		return suspects
	}
	if used := [2]bool{w.loaded(Download, in), w.loaded(Upload, in)}; used != both {
		return used
	}
	return w.apart(in)
}

// apart tells two directions in use from each other by what they carry, since
// round-trip time cannot. Where the upload fills its shaper it is to blame, and
// the download with it unless that still gets what its shaper lets through, or
// carries as much as ever and less than that. Else it is a download that
// carries less than usual all of a sudden, or whichever is nearer its shaper.
func (w *WAN) apart(in *Input) [2]bool {
	now, usual := in.Delivered.BitsPerSecond[Download], w.Fast[Download].usual
	fell, rose := now < fell*usual, now*fell > usual
	switch {
	case w.fills(Upload, in) && (w.held(Download, in) || !w.fills(Download, in) && !fell && !rose):
		return [2]bool{Upload: true}
	case w.fills(Upload, in):
		return both
	case fell, w.utilisation(Download, in) >= w.utilisation(Upload, in):
		return [2]bool{Download: true}
	default:
		return [2]bool{Upload: true}
	}
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
// direction is loaded, too, the queue may be there: it is drained as well, and
// the first one keeps the estimate that it had at first. Otherwise less must be
// carried than was thought. Silence says nothing of that.
func (w *WAN) reconsider(in *Input) {
	if in.Signal.Silent {
		return
	}
	for d := range w.Fast {
		f, other := &w.Fast[d], 1-Direction(d)
		if f.phase != draining {
			continue
		}
		f.patience = stubborn
		if w.Fast[other].phase != draining && w.fills(other, in) {
			f.patience = impatient
			f.stuck = f.stuck || Direction(d) == Download && w.elsewhere(f, in)
		}
		if !f.stuck {
			continue
		}
		f.stuck = false
		f.tries++
		switch {
		case w.Fast[other].phase == draining || !w.loaded(other, in):
			f.CapacityBitsPerSecond *= lowered
		case !w.fills(other, in) && f.tries < patience:
			f.CapacityBitsPerSecond *= lowered
		default:
			f.CapacityBitsPerSecond, f.together = f.first, true
			w.congest(other, in, true)
		}
		return
	}
}

// elsewhere says that the queue does not shrink although no more arrives on the
// download, which is being drained, than its shaper lets through.
func (w *WAN) elsewhere(f *Fast, in *Input) bool {
	return in.Now-f.since >= in.Signal.feedback() && in.Signal.Slope > -rising &&
		in.Delivered.Recent[Download] <= full*float64(w.Shapers[Download].Rate)
}

// congest starts to drain one direction at what it carries now. On upload the
// slope of the delay tells how much of what is sent gets through; where the
// download drains as well, what that explains of the slope is not the upload's.
func (w *WAN) congest(d Direction, in *Input, together bool) {
	carried := in.Delivered.Recent[d]
	if d == Upload {
		slope, most := in.Signal.Slope, steepest
		if arrives := in.Delivered.Recent[Download]; together && arrives > 0 {
			// Both senders slow down by themselves within the slope's window.
			slope, most = slope-max(0, w.Fast[Download].usual/arrives-1), steepest/2
			carried = in.Delivered.BitsPerSecond[d]
		}
		carried /= 1 + min(max(slope, rising), most)
	}
	f, s := &w.Fast[d], &w.Shapers[d]
	rate, capacity := s.Rate, f.CapacityBitsPerSecond
	if in.Signal.Silent {
		// It may be the beginning of an outage: what has stopped is no capacity.
		carried = max(carried, least*float64(rate))
	}
	f.congest(s, carried, in.Now)
	f.alarmed, f.restRate, f.restCapacity = in.Signal.Silent, rate, capacity
	f.together = together
}
