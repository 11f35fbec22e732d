package figure

import (
	"fmt"

	"github.com/wanctl/wanctl/internal/scenario"
)

// Margins are how far wanctl may be from the oracle of the same lab.
type Margins struct {
	// P50 and P95 are ms more than the oracle's in a phase.
	P50, P95 float64
	// Goodput is the least share of the oracle's in a phase.
	Goodput float64
	// Spare is the least share of its rate that a direction without load keeps.
	Spare float64
	// RadioP95 is the most ms on a radio link, and RadioGoodput the least share
	// of the oracle's.
	RadioP95, RadioGoodput float64
	// Ticks is the most CPU time a second of the run, at a Shift of 2.
	Ticks float64
}

// Target is what wanctl is to reach: the cheapest of its peers took 204 ticks
// in 45 s.
var Target = Margins{
	P50: 2, P95: 15, Goodput: 0.97, Spare: 0.95,
	RadioP95: 100, RadioGoodput: 0.85, Ticks: 150.0 / 45,
}

// Generous leaves room for a single run's luck.
var Generous = Margins{
	P50: 4, P95: 60, Goodput: 0.90, Spare: 0.95,
	RadioP95: 150, RadioGoodput: 0.75, Ticks: 240.0 / 45,
}

// comparable is the scenario.Scenario.Shift at which ticks are compared.
const comparable = 2

// Check is one thing that is to be so.
type Check struct {
	What string `json:"what"`
	// Figure and Limit are what is and what was asked for.
	Figure string `json:"figure"`
	Limit  string `json:"limit"`
	OK     bool   `json:"ok"`
}

// Checks holds wanctl's figures against the oracle's and the margins. Without
// an oracle only what needs none is checked.
func Checks(s *scenario.Scenario, wanctl Figures, oracle *Figures, m Margins) []Check {
	var all []Check
	add := func(what string, ok bool, figure, limit string) {
		all = append(all, Check{What: what, Figure: figure, Limit: limit, OK: ok})
	}
	most := func(what string, figure, limit float64, unit string) {
		add(what, figure <= limit, fmt.Sprintf("%.4g%s", figure, unit), fmt.Sprintf("<= %.4g%s", limit, unit))
	}
	least := func(what string, figure, limit float64, unit string) {
		add(what, figure >= limit, fmt.Sprintf("%.4g%s", figure, unit), fmt.Sprintf(">= %.4g%s", limit, unit))
	}
	for i, p := range wanctl.Phases {
		between := i > 0 && i < len(wanctl.Phases)-1
		if oracle == nil || s.Kind == scenario.Broken && between {
			continue
		}
		o, share := oracle.Phases[i], m.Goodput
		switch {
		case p.Answered == 0:
			least(p.Name+": answered pings", 0, 1, "")
		case s.Kind == scenario.Radio:
			most(p.Name+": ping p95", p.P95, m.RadioP95, " ms")
			share = m.RadioGoodput
		default:
			most(p.Name+": ping p50", p.P50, o.P50+m.P50, " ms")
			most(p.Name+": ping p95", p.P95, o.P95+m.P95, " ms")
		}
		if s.Flows.Down > 0 {
			least(p.Name+": goodput down", p.Down, share*o.Down, " Mbit/s")
		}
		if s.Flows.Up > 0 {
			least(p.Name+": goodput up", p.Up, share*o.Up, " Mbit/s")
		}
	}
	spare := func(name string, f Shaper) {
		least(name+" shaper, which carries no load", f.Least, m.Spare*f.Before, " Mbit/s")
	}
	if s.Flows.Down == 0 {
		spare("download", wanctl.Down)
	}
	if s.Flows.Up == 0 {
		spare("upload", wanctl.Up)
	}
	if s.Kind == scenario.Quiet {
		most("writes", wanctl.Down.Writes+wanctl.Up.Writes, 0, "")
	}
	// A simulation has no guest.
	if wanctl.Busy > 0 {
		if s.Shift == comparable {
			most("CPU", wanctl.Ticks, m.Ticks*s.Length.Seconds(), " ticks")
		}
		most("guest busy", 100*wanctl.Busy, 90, " %")
	}
	return all
}
