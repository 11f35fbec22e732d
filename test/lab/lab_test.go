package main

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/wanctl/wanctl/internal/figure"
	"github.com/wanctl/wanctl/internal/scenario"
	"github.com/wanctl/wanctl/test/lab/internal/judge"
)

func planned(t *testing.T, o options) []string {
	t.Helper()
	todo, err := o.plan()
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, task := range todo {
		names = append(names, fmt.Sprintf("%s-%s-%d", task.scenario.Name, task.shaper, task.repetition))
	}
	return names
}

func TestRunsThatAreComparedStandTogether(t *testing.T) {
	got := planned(t, options{scenarios: "steady,idle", runs: 2})
	want := []string{
		"steady-none-1", "steady-fixed-high-1", "steady-oracle-1", "steady-wanctl-1",
		"steady-none-2", "steady-fixed-high-2", "steady-oracle-2", "steady-wanctl-2",
		"idle-oracle-1", "idle-wanctl-1", "idle-oracle-2", "idle-wanctl-2",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestTheShortFormRunsEachOnce(t *testing.T) {
	got := planned(t, options{short: true, runs: 3})
	want := []string{"steps-fixed-high-1", "steps-oracle-1", "steps-wanctl-1", "upload-oracle-1", "upload-wanctl-1", "idle-wanctl-1"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestTheCommandLineChangesAScenario(t *testing.T) {
	o := options{scenarios: "steps", shapers: "wanctl", runs: 1, change: change{down: "30M:20s 6M:10s", rtt: 60 * time.Millisecond, buffer: "300ms", flows: "4,1"}}
	todo, err := o.plan()
	if err != nil {
		t.Fatal(err)
	}
	s := todo[0].scenario
	if s.RTT != 60*time.Millisecond || s.Buffer.Time != 300*time.Millisecond || s.Flows != (scenario.Flows{Down: 4, Up: 1}) || s.Length != 30*time.Second {
		t.Errorf("the scenario is %+v", s)
	}
	want := scenario.Bounds{Floor: scenario.Rates{Down: 3_000, Up: 5_000}, Ceiling: scenario.Rates{Down: 37_500, Up: 12_500}}
	if s.Bounds != want {
		t.Errorf("the bounds are %+v, want %+v", s.Bounds, want)
	}
}

func TestAWrongCommandLineIsRefused(t *testing.T) {
	for _, o := range []options{
		{scenarios: "step"},
		{shapers: "best"},
		{change: change{buffer: "deep"}},
		{change: change{buffer: "10us"}},
		{change: change{flows: "2"}},
		{change: change{down: "20M"}},
		{change: change{up: "x:1s"}},
		{change: change{trace: "testdata/none"}},
	} {
		o.runs = 1
		if _, err := o.plan(); err == nil {
			t.Errorf("%+v is taken", o)
		}
	}
}

// steps is a scenario and a run of it.
func steps(t *testing.T) (*scenario.Scenario, judge.Record) {
	t.Helper()
	s, err := scenario.Find("steps")
	if err != nil {
		t.Fatal(err)
	}
	shaped := func(kbit float64, bytes, drops int64) judge.Shaped {
		return judge.Shaped{Down: judge.Passed{Kbit: kbit, Bytes: bytes, Drops: drops}, Up: judge.Passed{Kbit: 8000}}
	}
	return &s, judge.Record{
		Pings:     []judge.Ping{{At: 0.2, RTT: 20}, {At: 0.5, RTT: 90}, {At: 0.6, RTT: 30}, {At: 0.7, Lost: true}},
		Down:      []judge.Goodput{{From: 0, To: 1, Mbit: 17.5}},
		Shaped:    []judge.Shaped{shaped(15_000, 1_000, 1), shaped(19_000, 2_251_000, 5)},
		Writes:    []judge.Write{{At: 0.3, Down: true, Kbit: 19_000}},
		Decisions: []judge.Decision{{At: 0.3, Down: true, Reason: "Probing"}, {At: 0.4, Down: true, Reason: "Probing"}, {At: 0.5, Reason: "Draining"}},
	}
}

func TestASeriesHasWhatHappenedInEachSecond(t *testing.T) {
	s, r := steps(t)
	lines := strings.Split(string(series(s, &r)), "\n")
	if want := "1,20,19.000,18.000,4,17.500,10,8.000,0.000,0,0.000,30.0,90.0,1,1,down:Probing up:Draining"; lines[1] != want {
		t.Errorf("the first second is\n%s\nwant\n%s", lines[1], want)
	}
	if len(lines) != 45+2 {
		t.Errorf("it has %d lines", len(lines))
	}
}

func TestTheSummaryTellsWhatIsMissed(t *testing.T) {
	s, r := steps(t)
	run := func(shaper scenario.Shaper, p50 float64) result {
		f := r.Figures(s)
		for i := range f.Phases {
			f.Phases[i] = figure.Phase{Name: f.Phases[i].Name, P50: p50, P95: p50 + 2, Answered: 290, Down: 17}
		}
		return result{task: task{scenario: s, shaper: shaper}, record: r, figures: f}
	}
	all := summarize([]result{run(scenario.Oracle, 20), run(scenario.Wanctl, 20), run(scenario.Wanctl, 30), run(scenario.Wanctl, 31)}, figure.Target)
	missed := all.missed()
	if len(missed) != 3 || missed[0] != "steps: 20 down, 10 up: ping p50 is 30 ms, want <= 22 ms" {
		t.Errorf("missed are %q", missed)
	}
	text := all.markdown()
	for _, want := range []string{
		"| wanctl | 30.0/32 ms, 17.00 down | 30.0/32 ms, 17.00 down | 30.0/32 ms, 17.00 down | 15 (15 to 19, last 19), 1 writes | 8 (8 to 8, last 8), 0 writes | 0 ticks |",
		"| 20 down, 10 up: ping p50 | 30 ms | <= 22 ms | **missed** |",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the tables lack %q:\n%s", want, text)
		}
	}
	dir := t.TempDir()
	if err := all.write(dir, []result{run(scenario.Wanctl, 20)}); err != nil {
		t.Fatal(err)
	}
}
