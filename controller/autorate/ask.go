package autorate

// ask starts probes while the line is quiet.
func (w *WAN) ask(c *Config, in *Input, v *levels) {
	g := &in.Signal
	if g.MedianMS >= v.quiet || g.NewestMS >= v.clear {
		return
	}
	down, up := w.Fast[Download].phase, w.Fast[Upload].phase
	switch {
	case down == holding && up == holding && in.Now-w.changed >= g.feedback():
		w.askInTurn(c, in)
	case g.NewestMS < v.quiet && !g.slow():
		w.askBeside(c, in)
	}
}

// askInTurn asks what is in use below its ceiling, once its last change is a
// while ago and the other direction's has shown: both directions where both are,
// after that each of them alone, the download first, and then both again. A slow
// loop never asks both. A direction that was drained together with the other may
// be innocent, and is asked at once.
func (w *WAN) askInTurn(c *Config, in *Input) {
	var wants [2]bool
	rested := false
	for d := range w.Fast {
		f := &w.Fast[d]
		wants[d] = w.wanted(c, Direction(d), in)
		rested = rested || wants[d] && (f.together || in.Now-f.changed >= probeEvery)
	}
	switch {
	case !rested:
		return
	case wants == both && (w.turns > 0 || in.Signal.slow()):
		w.turns = max(0, w.turns-1)
		w.asked = 1 - w.asked
		wants[1-w.asked] = false
	case wants == both:
		w.turns, w.asked = len(wants), Upload
	}
	for d, wanted := range wants {
		if wanted {
			w.probe(c, Direction(d), in, wants == both)
		}
	}
}

// askBeside asks a direction beside one that climbs, as soon as the line has
// grown by that.
func (w *WAN) askBeside(c *Config, in *Input) {
	for d := range w.Fast {
		other := 1 - Direction(d)
		if w.outgrown(Direction(d), in) && w.Fast[other].phase == holding && w.wanted(c, other, in) {
			w.probe(c, other, in, true)
			w.Fast[other].beside = true
		}
	}
}

// outgrown says that a direction climbs, and carries clearly more than where it last
// congested: the line has grown, most likely in both directions. What an upload
// sends is no proof of what arrives, and must be more.
func (w *WAN) outgrown(d Direction, in *Input) bool {
	f, least := &w.Fast[d], outgrew
	if d == Upload {
		least = outgrewUpload
	}
	return f.phase == climbing && in.Delivered.BitsPerSecond[d] > (1+least)*f.congested
}

// wanted says that a higher rate is possible and would be used: what passes is
// near the rate, or the shaper itself says that it holds traffic up, as it does
// with few and short flows that seldom fill it.
func (w *WAN) wanted(c *Config, d Direction, in *Input) bool {
	used := w.utilisation(d, in)
	return w.Shapers[d].Rate < c.Limits[d].Ceiling && (used >= inUse || in.Delivered.Held[d] && used >= halfUsed)
}

// probe starts to ask one direction; joint says that the other one is asked, or
// climbs, at the same time.
func (w *WAN) probe(c *Config, d Direction, in *Input, joint bool) {
	f, s := &w.Fast[d], &w.Shapers[d]
	// A rate that is above its share stands at a floor, or nothing is known.
	f.CapacityBitsPerSecond = max(f.CapacityBitsPerSecond, float64(s.Rate)/share)
	f.enter(probing, in.Now)
	f.raised, f.joint, f.beside = in.Now, joint, false
	s.Rate = min(int64(f.CapacityBitsPerSecond*(1+in.Signal.gain(c.Thresholds.GreenMS))), c.Limits[d].Ceiling)
}
