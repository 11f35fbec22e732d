package autorate

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
