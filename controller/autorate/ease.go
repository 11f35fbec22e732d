package autorate

// stands says that a queue has stood for long, too short to be drained and too
// long for the line to be asked for more.
func (w *WAN) stands(v *levels, in *Input) bool {
	g := &in.Signal
	calm := w.Fast[Download].phase == holding && w.Fast[Upload].phase == holding
	switch {
	case !calm || g.Silent || g.MedianMS < v.quiet || v.congested(g):
		w.standing = false
		return false
	case !w.standing:
		w.standing, w.stood = true, in.Now
		return false
	case in.Now-w.stood < max(standing, 2*g.feedback()):
		return false
	}
	w.stood = in.Now
	return true
}

// ease lowers a rate that is a little more than the line carries, but for one
// that is at its floor.
func (f *Fast) ease(s *Shaper, floor int64) {
	if rate := int64(eased * float64(s.Rate)); rate >= floor {
		s.Rate, s.Reason = rate, Eased
		f.CapacityBitsPerSecond = float64(rate) / share
		f.eases++
	}
}
