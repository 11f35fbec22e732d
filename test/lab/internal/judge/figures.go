package judge

import (
	"github.com/wanctl/wanctl/internal/figure"
	"github.com/wanctl/wanctl/internal/scenario"
)

// Figures makes the figures of a run.
func (r *Record) Figures(s *scenario.Scenario) figure.Figures {
	f := figure.Figures{Ticks: float64(r.Ticks), Busy: r.Busy}
	for _, p := range s.Phases {
		from, to := p.From.Seconds(), p.To.Seconds()
		one := figure.Phase{Name: p.Name, Down: goodput(r.Down, from, to), Up: goodput(r.Up, from, to)}
		var ms []float64
		for _, ping := range r.Pings {
			switch {
			case ping.At < from || ping.At >= to:
			case ping.Lost:
				one.Lost++
			default:
				ms = append(ms, ping.RTT)
			}
		}
		one.Of(ms)
		f.Phases = append(f.Phases, one)
	}
	f.Down = shaped(r, true, func(s Shaped) float64 { return s.Down.Kbit })
	f.Up = shaped(r, false, func(s Shaped) float64 { return s.Up.Kbit })
	return f
}

// goodput is the mean of the intervals that begin in a phase.
func goodput(all []Goodput, from, to float64) float64 {
	sum, n := 0.0, 0
	for _, g := range all {
		if g.From >= from && g.From < to {
			sum += g.Mbit
			n++
		}
	}
	if n == 0 {
		return 0
	}
	return sum / float64(n)
}

func shaped(r *Record, down bool, kbit func(Shaped) float64) figure.Shaper {
	if len(r.Shaped) == 0 {
		return figure.Shaper{}
	}
	f := figure.Stands(kbit(r.Shaped[0]) / 1000)
	for _, w := range r.Writes {
		if w.Down == down {
			f.Wrote(w.Kbit / 1000)
		}
	}
	return f
}
