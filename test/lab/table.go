package main

import (
	"fmt"
	"strings"

	"github.com/wanctl/wanctl/test/lab/internal/figure"
	"github.com/wanctl/wanctl/test/lab/internal/judge"
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
			fmt.Fprintf(b, " | %s", phase(&p))
		}
		fmt.Fprintf(b, " | %s | %s | %s |\n", moved(&m.Down), moved(&m.Up), ticks(shaper.Shaper, m))
	}
	b.WriteByte('\n')
}

func phase(p *figure.Phase) string {
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

func moved(s *figure.Shaper) string {
	if s.Before == 0 {
		return "-"
	}
	return fmt.Sprintf("%.3g (%.3g to %.3g), %.0f writes", s.Before, s.Least, s.Most, s.Writes)
}

func ticks(shaper judge.Shaper, f *figure.Figures) string {
	if shaper != judge.Wanctl {
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
