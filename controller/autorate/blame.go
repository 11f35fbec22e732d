package autorate

// blame finds the directions whose queue fills and starts to drain them. An
// idle line's delay is nobody's; a climb ends with it whoever else drains. A
// download that carries less than usual all of a sudden is never only the victim
// of an upload.
func (w *WAN) blame(in *Input) {
	suspects, busy := w.climbers(in)
	if !busy {
		suspects = w.suspects(in)
	}
	if suspects[Upload] && w.Fast[Download].phase == holding && w.loaded(Download, in) && w.below(fallen, in) {
		suspects[Download] = true
	}
	if suspects == both && busy {
		// A climb was cut short, most likely the upload's by a download that had
		// gone further: it is asked first, and alone.
		w.turns, w.asked = len(suspects), Download
	}
	for d, suspected := range suspects {
		if suspected {
			w.congest(Direction(d), in, suspects == both)
		}
	}
}

// climbers are the directions that climb and may have gone too far; busy says
// that one does anything but hold. A download that gets what it is offered is
// not where the queue is, as long as there is another place for it.
func (w *WAN) climbers(in *Input) (suspects [2]bool, busy bool) {
	for d := range w.Fast {
		if w.Fast[d].phase == climbing {
			suspects[d] = Direction(d) == Upload || w.Fast[Upload].phase == holding || !w.held(Download, in)
		}
		if w.Fast[d].phase != holding {
			busy = true
			continue
		}
		// What has just come to its ceiling may have gone too far as well.
		f := &w.Fast[1-d]
		suspects[d] = w.raisedLately(Direction(d), in) && (f.phase == climbing || f.phase == draining && f.joint)
	}
	return suspects, busy
}

// overdone says that a climb meets a delay at which a probe would be refused,
// while it carries little more than where it last congested. A download that
// climbs alone is spared: what arrives has proven that the line has grown.
func (w *WAN) overdone(v *levels, in *Input) bool {
	for d := range w.Fast {
		f := &w.Fast[d]
		if f.phase == climbing && (f.shared || Direction(d) == Upload) && in.Delivered.BitsPerSecond[d] < (1+beyond)*f.congested {
			return in.Signal.NewestMS > v.clear && in.Signal.MedianMS > v.quiet
		}
	}
	return false
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
	rose := in.Delivered.BitsPerSecond[Download]*fell > w.Fast[Download].usual
	switch {
	case w.fills(Upload, in) && (w.held(Download, in) || !w.fills(Download, in) && !w.fell(in) && !rose):
		return [2]bool{Upload: true}
	case w.fills(Upload, in):
		return both
	case w.fell(in), w.utilisation(Download, in) >= w.utilisation(Upload, in):
		return [2]bool{Download: true}
	default:
		return [2]bool{Upload: true}
	}
}

// fell says that the download carries less than usual all of a sudden.
func (w *WAN) fell(in *Input) bool { return w.below(fell, in) }

// below says that the download carries less than a share of the usual.
func (w *WAN) below(share float64, in *Input) bool {
	return in.Delivered.BitsPerSecond[Download] < share*w.Fast[Download].usual
}

// raisedLately says that a probe or a climb has raised a direction within the
// time that senders take to fill what it offers, or the last two round trips and
// three intervals, twice: what it brought about shows now.
func (w *WAN) raisedLately(d Direction, in *Input) bool {
	f := &w.Fast[d]
	return f.raised > 0 && in.Now-f.raised <= max(lately, 2*in.Signal.feedback())
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

// suspicious says that a drain which is of no use may be the wrong one: the
// other direction uses what its shaper lets through or, on a download whose
// shaper may stand far above the line, half of it.
func (w *WAN) suspicious(other Direction, in *Input) bool {
	return w.fills(other, in) || other == Download && (w.fell(in) || w.utilisation(Download, in) >= halfUsed)
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
			if !f.queued {
				f.patience = impatient
			}
			f.stuck = f.stuck || Direction(d) == Download && (f.collapsed() || w.elsewhere(f, in))
		}
		if !f.stuck {
			continue
		}
		f.stuck = false
		f.tries++
		switch {
		case w.Fast[other].phase == draining || !w.loaded(other, in):
			f.CapacityBitsPerSecond *= lowered
		case !w.suspicious(other, in) && f.tries < patience:
			f.CapacityBitsPerSecond *= lowered
		default:
			if !f.collapsed() {
				f.CapacityBitsPerSecond = f.first
			}
			f.together = true
			w.congest(other, in, true)
		}
		return
	}
}

// collapsed says that a download carries far less than usual: the line has
// fallen, and most likely in both directions.
func (f *Fast) collapsed() bool { return f.CapacityBitsPerSecond < fallen*f.usual }

// elsewhere says that the queue does not shrink although no more arrives on the
// download, which is being drained, than its shaper lets through.
func (w *WAN) elsewhere(f *Fast, in *Input) bool {
	return in.Now-f.since >= in.Signal.feedback() && in.Signal.Slope > -rising &&
		in.Delivered.Recent[Download] <= float64(w.Shapers[Download].Rate)/holds
}

// congest starts to drain one direction at what it carries now.
func (w *WAN) congest(d Direction, in *Input, together bool) {
	f, s := &w.Fast[d], &w.Shapers[d]
	rate, capacity := s.Rate, f.CapacityBitsPerSecond
	carried := in.Delivered.Recent[d]
	if d == Upload {
		carried = w.carriedUp(in, together)
	}
	if proven := f.proven; f.phase == climbing && in.Delivered.Recent[d] >= fallen*proven {
		if d == Upload {
			proven *= starved
		}
		carried = max(carried, proven)
	}
	if in.Signal.Silent {
		// It may be the beginning of an outage: what has stopped is no capacity.
		carried = max(carried, least*float64(rate))
	}
	// A joint probe of a while ago has no part in this.
	f.joint = f.joint && (f.phase != holding || w.raisedLately(d, in))
	f.congest(s, carried, in.Now)
	f.alarmed, f.restRate, f.restCapacity = in.Signal.Silent, rate, capacity
	f.together = together
}

// carriedUp is what an upload carries as it congests, in bit/s. The slope of the
// delay tells how much of what is sent gets through. Where the download congests
// as well, what that explains of the slope is not the upload's, and both senders
// slow down by themselves within its window; an upload that no longer fills its
// shaper waits for acknowledgements there, which come at the pace of the line.
func (w *WAN) carriedUp(in *Input, together bool) float64 {
	recent, delivered, slope, most := in.Delivered.Recent[Upload], in.Delivered.BitsPerSecond[Upload], in.Signal.Slope, steepest
	if arrives := in.Delivered.Recent[Download]; together && arrives > 0 {
		if recent < starved*float64(w.Shapers[Upload].Rate) {
			return (recent + unacknowledged*(delivered-recent)) / (1 + rising)
		}
		recent, slope, most = delivered, slope-max(0, w.Fast[Download].usual/arrives-1), steepest/2
	}
	return recent / (1 + min(max(slope, rising), most))
}
