package evidence

import "time"

// step is the resolution of windows.
const step = 5 * time.Second

// usualWindow is a window that was not asked to be otherwise, and longest the
// longest that there is.
const usualWindow, longest = time.Minute, time.Hour

// Windows are what is recent, by gate; a minute where they are 0. They are
// rounded up to five seconds, and an hour at the most.
type Windows struct {
	CycleTime, Cadence, ProbeLoss, RouterCPU, RouterErrors time.Duration
}

// steps is how many whole steps a window has.
func steps(window time.Duration) int {
	if window <= 0 {
		window = usualWindow
	}
	return int((min(window, longest) + step - 1) / step)
}

// bins is how many hundredths of T a cycle's work is told apart in; the last
// one is all that is above.
const bins = 128

// stride is what happened within one step.
type stride struct {
	work            [bins]uint16
	worked          int64
	cycles, skipped int64
	sent, lost      int64
	applies, failed int64
	leastCPU        float64
	readings        int64
}

// window holds the newest strides.
type window struct {
	ring []stride
	// filling is the number of the step that is being filled, ends where it ends,
	// and first the one in which watching began: it is not whole. Steps count
	// from the epoch.
	filling, first int64
	ends           time.Duration
	begun          bool
}

func newWindow(w *Windows) window {
	most := 0
	for _, d := range []time.Duration{w.CycleTime, w.Cadence, w.ProbeLoss, w.RouterCPU, w.RouterErrors} {
		most = max(most, steps(d))
	}
	return window{ring: make([]stride, most+1)}
}

// at is the stride of a time, which is no earlier than the last one's.
func (w *window) at(now time.Duration) *stride {
	if now >= w.ends || !w.begun {
		w.advance(now)
	}
	return &w.ring[w.filling%int64(len(w.ring))]
}

func (w *window) advance(now time.Duration) {
	number := int64(now / step)
	if !w.begun {
		w.begun, w.first = true, number
		w.filling = number - int64(len(w.ring))
	}
	for n := max(w.filling+1, number-int64(len(w.ring))+1, 0); n <= number; n++ {
		w.ring[n%int64(len(w.ring))] = stride{}
	}
	w.filling, w.ends = number, time.Duration(number+1)*step
}

// interrupt lets watching begin anew.
func (w *window) interrupt() { w.begun = false }

// recent calls f with every whole stride of a window and, in the end, with the
// one that is being filled.
func (w *window) recent(of time.Duration, f func(s *stride, whole bool)) (throughout bool) {
	if !w.begun {
		return false
	}
	from := w.filling - int64(steps(of))
	for n := max(from, w.first); n <= w.filling; n++ {
		f(&w.ring[n%int64(len(w.ring))], n > w.first && n < w.filling)
	}
	return from > w.first
}

// work counts a cycle's work, in hundredths of T.
func (s *stride) took(hundredths int) {
	bin := &s.work[min(hundredths, bins-1)]
	if *bin < 1<<16-1 {
		*bin++
		s.worked++
	}
}

// p95 is the 95th percentile of the work as a share of T, rounded up to a
// hundredth.
func (s *stride) p95() float64 {
	left := s.worked - (s.worked*95+99)/100
	for bin := bins - 1; bin > 0; bin-- {
		if left -= int64(s.work[bin]); left < 0 {
			return float64(bin+1) / 100
		}
	}
	return 0.01
}
