package source

import (
	"testing"
	"time"
)

// TestSchedule has a debounce of 100 ms, a resync of 15 s, and the files read
// at 0 s.
func TestSchedule(t *testing.T) {
	tests := map[string]struct {
		bells   []float64
		recheck float64
		want    float64
	}{
		"without a bell the files are read at the resync":    {want: 15},
		"a grace that ends sooner comes sooner":              {recheck: 3, want: 3},
		"a grace that ends later does not delay the resync":  {recheck: 60, want: 15},
		"one bell is answered after the debounce":            {bells: []float64{1}, want: 1.1},
		"a bell comes before a grace":                        {bells: []float64{1}, recheck: 3, want: 1.1},
		"a second bell starts the debounce anew":             {bells: []float64{1, 1.08}, want: 1.18},
		"a stream of bells postpones no longer than 250 ms":  {bells: []float64{1, 1.08, 1.16, 1.24}, want: 1.25},
		"bells that are overdue are answered when they were": {bells: []float64{1, 1.09, 1.18, 1.2, 1.24, 1.3, 9}, want: 1.25},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			s := schedule{debounce: 100 * time.Millisecond}
			s.ring(at(-1))
			var recheck time.Time
			if test.recheck > 0 {
				recheck = at(test.recheck)
			}
			s.read(at(0), 15*time.Second, recheck)
			for _, bell := range test.bells {
				s.ring(at(bell))
			}
			if got, want := s.next(), at(test.want); !got.Equal(want) {
				t.Errorf("next at %v, want %v", got.Sub(start), want.Sub(start))
			}
		})
	}
}
