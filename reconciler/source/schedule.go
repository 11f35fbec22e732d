package source

import "time"

// schedule decides when the files are read next. It takes the time and keeps
// none of its own.
type schedule struct {
	debounce time.Duration
	// first and last are the bells since the files were read; zero for none.
	first, last time.Time
	// due is when the files are read though nothing rings.
	due time.Time
}

// ring notes an event.
func (s *schedule) ring(now time.Time) {
	if s.first.IsZero() {
		s.first = now
	}
	s.last = now
}

// read notes that the files were read: they are read again after resync, or
// at recheck if that is set and sooner.
func (s *schedule) read(now time.Time, resync time.Duration, recheck time.Time) {
	s.first, s.last = time.Time{}, time.Time{}
	s.due = now.Add(resync)
	if !recheck.IsZero() && recheck.Before(s.due) {
		s.due = recheck
	}
}

// next is when the files are to be read: once the bells have been quiet for
// the debounce, but not later than two and a half times that after the first.
func (s *schedule) next() time.Time {
	if s.first.IsZero() {
		return s.due
	}
	quiet, latest := s.last.Add(s.debounce), s.first.Add(s.debounce*5/2)
	if quiet.Before(latest) {
		return quiet
	}
	return latest
}
