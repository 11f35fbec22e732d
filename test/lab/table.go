package main

import (
	"fmt"
	"strings"

	"github.com/wanctl/wanctl/internal/figure"
	"github.com/wanctl/wanctl/internal/scenario"
)

// table writes a row for each shaper: ping p50/p95 in ms and goodput in Mbit/s
// for each phase, then what the shapers did.
func (s *scenarioSummary) table(b *strings.Builder) {
	fmt.Fprintf(b, "## %s\n\n%s. Idle round-trip time %v, medians of %d.\n\n|", s.Name, s.Title, s.scenario.RTT, len(s.Shapers[0].Runs))
	for _, p := range s.scenario.Phases {
		fmt.Fprintf(b, " | %s", p.Name)
	}
	b.WriteString(" | download shaper | upload shaper | CPU |\n|")
	b.WriteString(strings.Repeat("---|", len(s.scenario.Phases)+4))
	b.WriteByte('\n')
	for _, shaper := range s.Shapers {
		m := &shaper.Median
		fmt.Fprintf(b, "| %s", shaper.Shaper)
		for _, p := range m.Phases {
			fmt.Fprintf(b, " | %s", p.String())
		}
		fmt.Fprintf(b, " | %s | %s | %s |\n", m.Down.String(), m.Up.String(), ticks(shaper.Shaper, m))
	}
	b.WriteByte('\n')
}

func ticks(shaper scenario.Shaper, f *figure.Figures) string {
	if shaper != scenario.Wanctl {
		return "-"
	}
	return fmt.Sprintf("%.0f ticks", f.Ticks)
}

// checks writes what wanctl is to reach, and whether it does.
func (s *scenarioSummary) checks(b *strings.Builder) {
	if len(s.Checks) == 0 {
		return
	}
	b.WriteString("| wanctl | figure | wanted | |\n|---|---|---|---|\n")
	for _, c := range s.Checks {
		verdict := "ok"
		if !c.OK {
			verdict = "**missed**"
		}
		fmt.Fprintf(b, "| %s | %s | %s | %s |\n", c.What, c.Figure, c.Limit, verdict)
	}
	b.WriteByte('\n')
}
