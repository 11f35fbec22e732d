// Package figure makes the figures of runs, takes their medians, and holds them
// against what is to be reached.
package figure

import (
	"slices"

	"github.com/wanctl/wanctl/test/lab/internal/judge"
	"github.com/wanctl/wanctl/test/lab/internal/scenario"
)

// Figures are those of a run, or the medians of several.
type Figures struct {
	Phases []Phase `json:"phases"`
	// Down and Up are about the shapers.
	Down Shaper `json:"down"`
	Up   Shaper `json:"up"`
	// Ticks are the controller's CPU time, in hundredths of a second of the
	// guest.
	Ticks float64 `json:"cpuTicks"`
	// Busy is the share of time that the guest's CPU was busy, 0 to 1. Above
	// 0.9 the guest was too slow for its scenario.
	Busy float64 `json:"guestBusy"`
}

// Phase has the figures of a phase: ping under load in ms, how many pings were
// answered and lost, and goodput in Mbit/s. Without an answer there are no
// percentiles, and without flows no goodput.
type Phase struct {
	Name     string  `json:"name"`
	P50      float64 `json:"p50ms"`
	P95      float64 `json:"p95ms"`
	Max      float64 `json:"maxms"`
	Answered float64 `json:"answered"`
	Lost     float64 `json:"lost"`
	Down     float64 `json:"goodputDownMbit"`
	Up       float64 `json:"goodputUpMbit"`
}

// Shaper has the figures of one direction's shaper, in Mbit/s: its rate when
// the load came, and the least and most of it from then on, and how often it
// was written.
type Shaper struct {
	Before float64 `json:"beforeMbit"`
	Least  float64 `json:"leastMbit"`
	Most   float64 `json:"mostMbit"`
	Writes float64 `json:"writes"`
}

// Of makes the figures of a run.
func Of(s *scenario.Scenario, r *judge.Record) Figures {
	f := Figures{Ticks: float64(r.Ticks), Busy: r.Busy}
	for _, p := range s.Phases {
		from, to := p.From.Seconds(), p.To.Seconds()
		one := Phase{Name: p.Name, Down: goodput(r.Down, from, to), Up: goodput(r.Up, from, to)}
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
		slices.Sort(ms)
		if n := len(ms); n > 0 {
			one.P50, one.P95, one.Max = percentile(ms, 50), percentile(ms, 95), ms[n-1]
			one.Answered = float64(n)
		}
		f.Phases = append(f.Phases, one)
	}
	f.Down = shaper(r, true, func(s judge.Shaped) float64 { return s.Down.Kbit })
	f.Up = shaper(r, false, func(s judge.Shaped) float64 { return s.Up.Kbit })
	return f
}

// percentile of sorted values.
func percentile(sorted []float64, p int) float64 {
	return sorted[min(len(sorted)*p/100, len(sorted)-1)]
}

// goodput is the mean of the intervals that begin in a phase.
func goodput(all []judge.Goodput, from, to float64) float64 {
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

func shaper(r *judge.Record, down bool, kbit func(judge.Shaped) float64) Shaper {
	if len(r.Shaped) == 0 {
		return Shaper{}
	}
	first := kbit(r.Shaped[0]) / 1000
	f := Shaper{Before: first, Least: first, Most: first}
	for _, w := range r.Writes {
		if w.Down == down {
			f.Writes++
			f.Least, f.Most = min(f.Least, w.Kbit/1000), max(f.Most, w.Kbit/1000)
		}
	}
	return f
}

// Median is the median of each figure of several runs of one scenario.
func Median(runs []Figures) Figures {
	var m Figures
	of := func(get func(*Figures) float64) float64 {
		values := make([]float64, len(runs))
		for i := range runs {
			values[i] = get(&runs[i])
		}
		slices.Sort(values)
		n := len(values)
		return (values[(n-1)/2] + values[n/2]) / 2
	}
	for i := range runs[0].Phases {
		phase := func(get func(*Phase) float64) float64 {
			return of(func(f *Figures) float64 { return get(&f.Phases[i]) })
		}
		m.Phases = append(m.Phases, Phase{
			Name:     runs[0].Phases[i].Name,
			P50:      phase(func(p *Phase) float64 { return p.P50 }),
			P95:      phase(func(p *Phase) float64 { return p.P95 }),
			Max:      phase(func(p *Phase) float64 { return p.Max }),
			Answered: phase(func(p *Phase) float64 { return p.Answered }),
			Lost:     phase(func(p *Phase) float64 { return p.Lost }),
			Down:     phase(func(p *Phase) float64 { return p.Down }),
			Up:       phase(func(p *Phase) float64 { return p.Up }),
		})
	}
	direction := func(which func(*Figures) *Shaper) Shaper {
		return Shaper{
			Before: of(func(f *Figures) float64 { return which(f).Before }),
			Least:  of(func(f *Figures) float64 { return which(f).Least }),
			Most:   of(func(f *Figures) float64 { return which(f).Most }),
			Writes: of(func(f *Figures) float64 { return which(f).Writes }),
		}
	}
	m.Down = direction(func(f *Figures) *Shaper { return &f.Down })
	m.Up = direction(func(f *Figures) *Shaper { return &f.Up })
	m.Ticks = of(func(f *Figures) float64 { return f.Ticks })
	m.Busy = of(func(f *Figures) float64 { return f.Busy })
	return m
}
