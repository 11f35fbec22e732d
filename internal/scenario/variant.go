package scenario

import (
	"fmt"
	"strconv"
	"time"
)

// ParseBuffer reads a FIFO's depth: a number of packets, or a time of a
// millisecond or more, as in 300ms.
func ParseBuffer(text string) (Buffer, error) {
	if n, err := strconv.ParseInt(text, 10, 32); err == nil && n > 0 {
		return Buffer{Packets: n}, nil
	}
	if d, err := time.ParseDuration(text); err == nil && d >= time.Millisecond {
		return Buffer{Time: d}, nil
	}
	return Buffer{}, fmt.Errorf("%q is neither a number of packets nor a time of a millisecond or more", text)
}

// Reseed gives a radio link another synthetic trace; other lines have none.
func (s *Scenario) Reseed(seed uint64) {
	if s.Kind == Radio {
		s.Play(Synthetic(seed, s.Length), s.Line[0].Up)
	}
}

// PlayFile lets the line carry a trace of a file down instead, within bounds
// that suit it.
func (s *Scenario) PlayFile(t Trace, file string) {
	s.Kind, s.Title = Radio, "the line of "+file
	s.Play(t, s.Line[0].Up)
	s.Bound()
}
