package scenario

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/api/resource"
)

// Change is what one direction carries from a time on.
type Change struct {
	At   time.Duration
	Kbit int64
}

// ParseLine reads what a direction carries, as "20M:15s 8M:15s 20M:15s": each a
// rate in bit/s and how long it lasts. It returns the changes and the time of
// all.
func ParseLine(text string) (changes []Change, length time.Duration, err error) {
	for _, word := range strings.Fields(text) {
		rate, lasts, _ := strings.Cut(word, ":")
		q, err := resource.ParseQuantity(rate)
		if err != nil || q.Value() < 1000 {
			return nil, 0, fmt.Errorf("%q: %q is no rate of at least 1k", word, rate)
		}
		d, err := time.ParseDuration(lasts)
		if err != nil || d <= 0 || d%time.Second != 0 {
			return nil, 0, fmt.Errorf("%q: write it as 20M:15s, a rate and the whole seconds it lasts", word)
		}
		changes = append(changes, Change{At: length, Kbit: q.Value() / 1000})
		length += d
	}
	if len(changes) == 0 {
		return nil, 0, fmt.Errorf("%q has no rate; write it as 20M:15s 8M:15s", text)
	}
	return changes, length, nil
}

// Lay lets the line carry other rates, for another time, with a phase for each
// change. A direction without changes carries what it carried at first.
func (s *Scenario) Lay(down, up []Change, length time.Duration) {
	first := s.Line[0].Rates
	moments := []time.Duration{0}
	for _, c := range slices.Concat(down, up) {
		moments = append(moments, c.At)
	}
	slices.Sort(moments)
	moments = append(slices.Compact(moments), length)
	s.Line, s.Phases, s.Length = nil, nil, length
	for i, at := range moments[:len(moments)-1] {
		r := Rates{Down: lasting(down, at, first.Down), Up: lasting(up, at, first.Up)}
		s.Line = append(s.Line, Capacity{At: at, Rates: r})
		s.Phases = append(s.Phases, Phase{Name: r.String(), From: at, To: moments[i+1]})
	}
}

// lasting is what a direction carries at a time.
func lasting(changes []Change, at time.Duration, kbit int64) int64 {
	for _, c := range changes {
		if c.At <= at {
			kbit = c.Kbit
		}
	}
	return kbit
}

// Bound gives a manifest bounds that suit the line: the floors half of the
// least that it carries, the ceilings a quarter above the most, and a start of
// three quarters of what it carries at first. A fast line gets a fast guest.
func (s *Scenario) Bound() {
	const fast = 35_000 // kbit/s, both directions
	if most := s.Highest(); most.Down+most.Up > fast {
		s.Shift = 0
	}
	s.Bounds = Bounds{Floor: s.Lowest().Share(50), Ceiling: s.Highest().Share(125)}
	s.Start = s.At(0).Share(75)
}
