package judge_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/wanctl/wanctl/internal/figure"
	"github.com/wanctl/wanctl/internal/scenario"
	"github.com/wanctl/wanctl/test/lab/internal/judge"
)

// twoPhases is a scenario of two seconds with a download.
func twoPhases() *scenario.Scenario {
	return &scenario.Scenario{
		Name: "two", Length: 2 * time.Second, Flows: scenario.Flows{Down: 1}, Shift: 2,
		Line:   []scenario.Capacity{{Rates: scenario.Rates{Down: 20_000, Up: 10_000}}},
		Phases: []scenario.Phase{{Name: "a", To: time.Second}, {Name: "b", From: time.Second, To: 2 * time.Second}},
	}
}

func TestFiguresBelongToThePhaseInWhichAPingLeft(t *testing.T) {
	r := judge.Record{Ticks: 12, Busy: 0.5}
	for i := range 20 {
		r.Pings = append(r.Pings, judge.Ping{At: float64(i) / 20, RTT: 20 + float64(i)})
	}
	r.Pings = append(r.Pings, judge.Ping{At: 1.1, RTT: 200}, judge.Ping{At: 1.2, Lost: true}, judge.Ping{At: 2.1, RTT: 9999})
	r.Down = []judge.Goodput{{From: 0, To: 1, Mbit: 17}, {From: 1, To: 2, Mbit: 7}, {From: 2, To: 2.1, Mbit: 1}}
	r.Shaped = []judge.Shaped{{Down: judge.Passed{Kbit: 15_000}, Up: judge.Passed{Kbit: 8_000}}, {Down: judge.Passed{Kbit: 1}}}
	r.Writes = []judge.Write{{At: 0.5, Down: true, Kbit: 7_000}, {At: 1, Down: true, Kbit: 19_000}}
	want := figure.Figures{
		Phases: []figure.Phase{
			{Name: "a", P50: 30, P95: 39, Max: 39, Answered: 20, Down: 17},
			{Name: "b", P50: 200, P95: 200, Max: 200, Answered: 1, Lost: 1, Down: 7},
		},
		Down:  figure.Shaper{Before: 15, Least: 7, Most: 19, Last: 19, Writes: 2},
		Up:    figure.Shaper{Before: 8, Least: 8, Most: 8, Last: 8},
		Ticks: 12, Busy: 0.5,
	}
	if diff := cmp.Diff(want, r.Figures(twoPhases())); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}
