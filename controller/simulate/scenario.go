package simulate

import (
	"context"
	"time"

	"github.com/wanctl/wanctl/api/v1alpha1"
	"github.com/wanctl/wanctl/controller/autorate"
	"github.com/wanctl/wanctl/controller/core"
	"github.com/wanctl/wanctl/controller/fluid"
	simrouter "github.com/wanctl/wanctl/controller/router/simulated"
	"github.com/wanctl/wanctl/internal/figure"
	"github.com/wanctl/wanctl/internal/scenario"
)

// pingEvery is how often the lab's ping leaves.
const pingEvery = 50 * time.Millisecond

// Bounded is a copy of a site whose WAN of a name has the floors and ceilings
// of a scenario, and the WAN in it; nil where there is none of that name.
func Bounded(site *v1alpha1.Site, name string, s *scenario.Scenario) (*v1alpha1.Site, *v1alpha1.WAN) {
	site = site.DeepCopy()
	for i := range site.Spec.WANs {
		if wan := &site.Spec.WANs[i]; wan.Name == name {
			bound(wan, s.Bounds)
			return site, wan
		}
	}
	return nil, nil
}

// Scenario plays a scenario under a shaper, with a WAN and its parameters where
// the shaper is wanctl, and measures what the lab measures. The seed is that of
// the noise. It ends early with ctx's error.
func Scenario(ctx context.Context, s *scenario.Scenario, shaper scenario.Shaper, wan *v1alpha1.WAN, config *core.Config, seed uint64) (figure.Figures, error) {
	reflectors := max(1, len(wan.Probe.Reflectors))
	link := simrouter.NewLink(fluid.New(line(s, reflectors, seed)), start)
	p := played{run: prepare(wan, config, link, Wanctl, 0), scenario: s, target: reflectors}
	if shaper != scenario.Wanctl {
		p.run.told = told(s, shaper)
	}
	p.run.apply(start)
	p.play(scenario.Settle)
	p.begin()
	for i := range s.Phases {
		if err := ctx.Err(); err != nil {
			return figure.Figures{}, err
		}
		p.phase(&s.Phases[i])
	}
	return p.figures, nil
}

// told is what a shaper that is not wanctl stands at, in bit/s.
func told(s *scenario.Scenario, shaper scenario.Shaper) func(autorate.Direction, time.Duration) int64 {
	return func(dir autorate.Direction, now time.Duration) int64 {
		if shaper == scenario.None {
			return 0
		}
		rates := s.Told(shaper, max(0, now-scenario.Settle))
		if dir == autorate.Upload {
			return rates.Up * 1000
		}
		return rates.Down * 1000
	}
}

// played is a run that is looked at as the lab looks at one.
type played struct {
	*run
	scenario *scenario.Scenario
	// target is the reflector that the ping goes to.
	target int

	// now is the time of the last cycle, pinged that of the next ping; there
	// is none while the shaper settles.
	now, pinged time.Duration
	rates       [2]int64
	ms          []float64
	lost        float64
	goodput     [2]uint64
	figures     figure.Figures
}

// play takes all cycles and pings until a time, without it.
func (p *played) play(until time.Duration) {
	for next := p.now + p.config.Interval; next < until; next += p.config.Interval {
		p.ping(next)
		p.cycle(next)
		p.now = next
		p.note()
	}
	p.ping(until)
}

// begin starts to measure, with the shapers as they stand.
func (p *played) begin() {
	stands := func(d autorate.Direction) figure.Shaper { return figure.Stands(megabits(p.tally.rates[d])) }
	p.figures.Down, p.figures.Up = stands(autorate.Download), stands(autorate.Upload)
	p.rates, p.pinged = p.tally.rates, scenario.Settle
}

// note counts what the last cycle wrote.
func (p *played) note() {
	if p.pinged == 0 {
		return
	}
	for d, shaper := range [2]*figure.Shaper{autorate.Download: &p.figures.Down, autorate.Upload: &p.figures.Up} {
		if p.tally.rates[d] != p.rates[d] {
			shaper.Wrote(megabits(p.tally.rates[d]))
		}
	}
	p.rates = p.tally.rates
}

// ping sends the pings that are due before a time.
func (p *played) ping(until time.Duration) {
	for ; p.pinged > 0 && p.pinged < until; p.pinged += pingEvery {
		rtt, ok := p.link.Probe(start.Add(p.pinged), p.target)
		if !ok {
			p.lost++
			continue
		}
		p.ms = append(p.ms, rtt.Seconds()*1000)
	}
}

// phase plays a phase and adds its figures.
func (p *played) phase(phase *scenario.Phase) {
	p.ms, p.lost = p.ms[:0], 0
	p.count(phase.From)
	before := p.goodput
	p.play(scenario.Settle + phase.To)
	p.count(phase.To)
	f := figure.Phase{Name: phase.Name, Lost: p.lost}
	f.Of(p.ms)
	mean := func(d autorate.Direction) float64 {
		return float64(p.goodput[d]-before[d]) * 8 / 1e6 / (phase.To - phase.From).Seconds()
	}
	f.Down, f.Up = mean(autorate.Download), mean(autorate.Upload)
	p.figures.Phases = append(p.figures.Phases, f)
}

// count reads what applications have received up to a time of the scenario.
func (p *played) count(at time.Duration) {
	for d := range p.goodput {
		p.goodput[d] = p.link.Truth(start.Add(scenario.Settle+at), autorate.Direction(d)).Goodput
	}
}

func megabits(bitsPerSecond int64) float64 { return float64(bitsPerSecond) / 1e6 }
