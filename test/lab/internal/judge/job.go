// Package judge runs a scenario under a shaper in a guest, and reads what came
// of it.
package judge

import (
	"cmp"
	_ "embed"
	"fmt"
	"slices"
	"time"

	"github.com/wanctl/wanctl/internal/scenario"
	"github.com/wanctl/wanctl/test/lab/internal/guest"
)

var (
	//go:embed topo.sh
	topo []byte
	//go:embed judge.sh
	script []byte
)

// Job is what a guest has to do to run a scenario under a shaper; binary is a
// static wanctl.
func Job(s *scenario.Scenario, shaper scenario.Shaper, binary []byte) (guest.Job, error) {
	job := guest.Job{
		Files: map[string][]byte{
			"topo.sh": topo, "judge.sh": script,
			"settings": settings(s, shaper), "timeline": timeline(s, shaper),
		},
		Command: "bash judge.sh",
		Shift:   s.Shift,
		Limit:   2*time.Minute + 5*s.Length,
	}
	if shaper == scenario.Wanctl {
		text, err := s.Manifest()
		if err != nil {
			return guest.Job{}, err
		}
		job.Files["site.yaml"], job.Files["wanctl"] = text, binary
	}
	return job, nil
}

func settings(s *scenario.Scenario, shaper scenario.Shaper) []byte {
	mode, start := "cake", s.Told(shaper, 0)
	switch shaper {
	case scenario.None:
		mode = "none"
	case scenario.Wanctl:
		mode = "wanctl"
	}
	// A trace sets the bottleneck often, and each time fills its bucket.
	burst := 6000
	if s.Kind == scenario.Radio {
		burst = 3000
	}
	return fmt.Appendf(nil, "RTT=%d BURST=%d SETTLE=%d LENGTH=%d DOWN=%d UP=%d SHAPER=%s START_UP=%d START_DOWN=%d\n",
		s.RTT.Milliseconds(), burst, int(scenario.Settle.Seconds()), int(s.Length.Seconds()), s.Flows.Down, s.Flows.Up, mode, start.Up, start.Down)
}

// call is a call of a function of topo.sh at a time.
type call struct {
	at   time.Duration
	text string
}

// timeline is the calls of topo.sh's functions that play a scenario, each after
// its microseconds.
func timeline(s *scenario.Scenario, shaper scenario.Shaper) []byte {
	var calls []call
	for _, c := range s.Line {
		calls = append(calls, call{c.At, fmt.Sprintf("link %d %d %d %d", c.Up, s.Buffer.Bytes(c.Up), c.Down, s.Buffer.Bytes(c.Down))})
		if shaper == scenario.Oracle && c.At > 0 {
			told := s.Told(shaper, c.At)
			calls = append(calls, call{c.At, fmt.Sprintf("shape %d %d", told.Up, told.Down)})
		}
	}
	for _, e := range s.Events {
		calls = append(calls, call{e.At, event(e)})
	}
	slices.SortStableFunc(calls, func(a, b call) int { return cmp.Compare(a.at, b.at) })
	var text []byte
	for _, c := range calls {
		text = fmt.Appendf(text, "%d %s\n", c.at.Microseconds(), c.text)
	}
	return text
}

// event is the function of topo.sh that lets it happen.
func event(e scenario.Event) string {
	reflector := fmt.Sprintf("10.9.0.%d", e.Reflector+1)
	switch e.Kind {
	case scenario.Late:
		return fmt.Sprintf("late %s %d", reflector, e.By.Milliseconds())
	case scenario.Dead:
		return "dead " + reflector
	case scenario.Cut:
		return "outage 100%"
	}
	return "outage 0%"
}
