package figure

import "fmt"

// String is a phase in a cell of a table: p50/p95 of the ping in ms, goodput in
// Mbit/s, and what was lost.
func (p *Phase) String() string {
	text := "no answer"
	if p.Answered > 0 {
		text = fmt.Sprintf("%.1f/%.0f ms", p.P50, p.P95)
	}
	if p.Down > 0 {
		text += fmt.Sprintf(", %.2f down", p.Down)
	}
	if p.Up > 0 {
		text += fmt.Sprintf(", %.2f up", p.Up)
	}
	if p.Lost > 0 && p.Answered > 0 {
		text += fmt.Sprintf(", %.1f %% lost", 100*p.Lost/(p.Lost+p.Answered))
	}
	return text
}

// String is a shaper in a cell of a table, in Mbit/s; - where there is none.
func (s *Shaper) String() string {
	if s.Before == 0 {
		return "-"
	}
	return fmt.Sprintf("%.3g (%.3g to %.3g, last %.3g), %.0f writes", s.Before, s.Least, s.Most, s.Last, s.Writes)
}
