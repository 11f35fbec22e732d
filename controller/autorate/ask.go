package autorate

// ask starts a probe of what is in use below its ceiling, once its last change
// is a while ago and the other direction's has shown: of both directions where both are, and after such a probe was
// refused, of one alone, which takes turns. A direction that was drained
// together with the other may be innocent, and is asked as soon as the line is
// quiet.
func (w *WAN) ask(c *Config, in *Input, v *levels) {
	g := &in.Signal
	if g.MedianMS >= v.quiet || g.NewestMS >= v.clear || in.Now-w.changed < g.feedback() {
		return
	}
	var wants, rested [2]bool
	for d := range w.Fast {
		f, s := &w.Fast[d], &w.Shapers[d]
		if f.phase != holding {
			return
		}
		wants[d] = s.Rate < c.Limits[d].Ceiling && w.wanted(Direction(d), in)
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
