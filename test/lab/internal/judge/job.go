// Package judge runs a scenario under a shaper in a guest, and reads what came
// of it.
package judge

import (
	"bytes"
	"cmp"
	_ "embed"
	"fmt"
	"slices"
	"text/template"
	"time"

	"github.com/wanctl/wanctl/test/lab/internal/guest"
	"github.com/wanctl/wanctl/test/lab/internal/scenario"
)

// Shaper is who sets the rates of CAKE.
type Shaper string

// The shapers that are compared.
const (
	// None is no CAKE at all.
	None Shaper = "none"
	// FixedHigh and FixedLow are 90 % of the most and of the least that the
	// line carries, all the time.
	FixedHigh Shaper = "fixed-high"
	FixedLow  Shaper = "fixed-low"
	// Oracle is 95 % of what the line carries, at the moment it changes.
	Oracle Shaper = "oracle"
	// Wanctl is the program.
	Wanctl Shaper = "wanctl"
)

// Shapers are all of them, in the order of the report.
var Shapers = []Shaper{None, FixedHigh, FixedLow, Oracle, Wanctl}

// settle is how long a shaper has before the load comes.
const settle = 12 * time.Second

var (
	//go:embed topo.sh
	topo []byte
	//go:embed judge.sh
	script []byte
	//go:embed site.yaml
	site string

	manifest = template.Must(template.New("site.yaml").Parse(site))
)

// Job is what a guest has to do to run a scenario under a shaper; binary is a
// static wanctl.
func Job(s *scenario.Scenario, shaper Shaper, binary []byte) (guest.Job, error) {
	job := guest.Job{
		Files: map[string][]byte{
			"topo.sh": topo, "judge.sh": script,
			"settings": settings(s, shaper), "timeline": timeline(s, shaper),
		},
		Command: "bash judge.sh",
		Shift:   s.Shift,
		Limit:   2*time.Minute + 5*s.Length,
	}
	if shaper == Wanctl {
		var text bytes.Buffer
		if err := manifest.Execute(&text, s); err != nil {
			return guest.Job{}, fmt.Errorf("write the manifest of %s: %w", s.Name, err)
		}
		job.Files["site.yaml"], job.Files["wanctl"] = text.Bytes(), binary
	}
	return job, nil
}

func settings(s *scenario.Scenario, shaper Shaper) []byte {
	mode, start := "cake", s.Start
	switch shaper {
	case None:
		mode = "none"
	case FixedHigh:
		start = s.Highest().Share(90)
	case FixedLow:
		start = s.Lowest().Share(90)
	case Oracle:
		start = s.At(0).Share(95)
	case Wanctl:
		mode = "wanctl"
	}
	// A trace sets the bottleneck often, and each time fills its bucket.
	burst := 6000
	if s.Kind == scenario.Radio {
		burst = 3000
	}
	return fmt.Appendf(nil, "RTT=%d BURST=%d SETTLE=%d LENGTH=%d DOWN=%d UP=%d SHAPER=%s START_UP=%d START_DOWN=%d\n",
		s.RTT.Milliseconds(), burst, int(settle.Seconds()), int(s.Length.Seconds()), s.Flows.Down, s.Flows.Up, mode, start.Up, start.Down)
}

// timeline is the calls of topo.sh's functions that play a scenario, each after
// its microseconds.
func timeline(s *scenario.Scenario, shaper Shaper) []byte {
	var events []scenario.Event
	for _, c := range s.Line {
		events = append(events, scenario.Event{
			At:   c.At,
			Call: fmt.Sprintf("link %d %d %d %d", c.Up, s.Buffer.Bytes(c.Up), c.Down, s.Buffer.Bytes(c.Down)),
		})
		if shaper == Oracle && c.At > 0 {
			told := c.Share(95)
			events = append(events, scenario.Event{At: c.At, Call: fmt.Sprintf("shape %d %d", told.Up, told.Down)})
		}
	}
	events = append(events, s.Events...)
	slices.SortStableFunc(events, func(a, b scenario.Event) int { return cmp.Compare(a.At, b.At) })
	var text []byte
	for _, e := range events {
		text = fmt.Appendf(text, "%d %s\n", e.At.Microseconds(), e.Call)
	}
	return text
}
