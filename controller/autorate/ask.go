package autorate

// ask starts a probe of what is in use below its ceiling, once its last change
// is a while ago and the other direction's has shown: of both directions where
// both are, and after such a probe was refused, of one alone, which takes turns.
// A direction that was drained together with the other may be innocent, and is
// asked as soon as the line is quiet; so is one whose other climbs at full speed,
// since a line that has grown by much has mostly grown in both.
func (w *WAN) ask(c *Config, in *Input, v *levels) {
	g := &in.Signal
	if g.MedianMS >= v.quiet || g.NewestMS >= v.clear {
		return
	}
	if d, other := w.grown(); other {
		if w.Fast[d].phase == holding && in.Now-w.Fast[d].changed >= g.feedback() && w.wants(c, d, in) {
			w.probe(c, d, in)
			w.Fast[d].joint = false
		}
		return
	}
	if in.Now-w.changed < g.feedback() {
		return
	}
	var wants, rested [2]bool
	for d := range w.Fast {
		f := &w.Fast[d]
		if f.phase != holding {
			return
		}
		wants[d] = w.wants(c, Direction(d), in)
		rested[d] = wants[d] && (f.together || in.Now-f.changed >= probeEvery)
	}
	switch {
	case rested == [2]bool{}:
		return
	case wants == both && w.alone:
		w.asked = 1 - w.asked
		wants[1-w.asked] = false
	}
	w.alone = wants == both
	for d, wanted := range wants {
		if wanted {
			w.probe(c, Direction(d), in)
			w.Fast[d].joint = w.alone
		}
	}
}

// grown says that a direction climbs as one whose line has grown by much, and
// which the other one is.
func (w *WAN) grown() (other Direction, grown bool) {
	for d := range w.Fast {
		if f := &w.Fast[d]; f.phase == climbing && float64(w.Shapers[d].Rate) >= much*f.congested {
			return 1 - Direction(d), true
		}
	}
	return 0, false
}

// wants says that a direction is below its ceiling and would use more.
func (w *WAN) wants(c *Config, d Direction, in *Input) bool {
	return w.Shapers[d].Rate < c.Limits[d].Ceiling && w.wanted(d, in)
}

// wanted says that a higher rate would be used: what passes is near the rate,
// or the shaper itself says that it holds traffic up, as it does with few and
// short flows that seldom fill it.
func (w *WAN) wanted(d Direction, in *Input) bool {
	used := w.utilisation(d, in)
	return used >= inUse || in.Delivered.Held[d] && used >= halfUsed
}

// probe starts to ask one direction.
func (w *WAN) probe(c *Config, d Direction, in *Input) {
	f, s := &w.Fast[d], &w.Shapers[d]
	// A rate that is above its share stands at a floor, or nothing is known.
	f.CapacityBitsPerSecond = max(f.CapacityBitsPerSecond, float64(s.Rate)/share)
	f.enter(probing, in.Now)
	f.raised = in.Now
	s.Rate = min(int64(f.CapacityBitsPerSecond*(1+in.Signal.gain(c.Thresholds.GreenMS))), c.Limits[d].Ceiling)
}
