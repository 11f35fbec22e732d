// Package figure makes the figures of runs, takes their medians, and holds them
// against what is to be reached.
package figure

import "slices"

// Figures are those of a run, or the medians of several.
type Figures struct {
	Phases []Phase `json:"phases"`
	// Down and Up are about the shapers.
	Down Shaper `json:"down"`
	Up   Shaper `json:"up"`
	// Ticks are the controller's CPU time, in hundredths of a second of the
	// guest.
	Ticks float64 `json:"cpuTicks,omitempty"`
	// Busy is the share of time that the guest's CPU was busy, 0 to 1. Above
	// 0.9 the guest was too slow for its scenario.
	Busy float64 `json:"guestBusy,omitempty"`
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
// the load came, the least, most and last of it from then on, and how often it
// was written.
type Shaper struct {
	Before float64 `json:"beforeMbit"`
	Least  float64 `json:"leastMbit"`
	Most   float64 `json:"mostMbit"`
	Last   float64 `json:"lastMbit"`
	Writes float64 `json:"writes"`
}

// Of are the figures of a phase's pings, in ms: how many of them were answered,
// and the percentiles of those. It sorts them.
func (p *Phase) Of(ms []float64) {
	slices.Sort(ms)
	if n := len(ms); n > 0 {
		p.P50, p.P95, p.Max = percentile(ms, 50), percentile(ms, 95), ms[n-1]
		p.Answered = float64(n)
	}
}

// percentile of sorted values.
func percentile(sorted []float64, p int) float64 {
	return sorted[min(len(sorted)*p/100, len(sorted)-1)]
}

// Wrote counts a write of a rate, in Mbit/s.
func (s *Shaper) Wrote(mbit float64) {
	s.Writes++
	s.Least, s.Most, s.Last = min(s.Least, mbit), max(s.Most, mbit), mbit
}

// Stands is a shaper at a rate in Mbit/s when the load comes.
func Stands(mbit float64) Shaper { return Shaper{Before: mbit, Least: mbit, Most: mbit, Last: mbit} }

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
			Last:   of(func(f *Figures) float64 { return which(f).Last }),
			Writes: of(func(f *Figures) float64 { return which(f).Writes }),
		}
	}
	m.Down = direction(func(f *Figures) *Shaper { return &f.Down })
	m.Up = direction(func(f *Figures) *Shaper { return &f.Up })
	m.Ticks = of(func(f *Figures) float64 { return f.Ticks })
	m.Busy = of(func(f *Figures) float64 { return f.Busy })
	return m
}
