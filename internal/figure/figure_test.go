package figure_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/wanctl/wanctl/internal/figure"
	"github.com/wanctl/wanctl/internal/scenario"
)

// twoPhases is a scenario of two seconds with a download.
func twoPhases() *scenario.Scenario {
	return &scenario.Scenario{
		Name: "two", Length: 2 * time.Second, Flows: scenario.Flows{Down: 1}, Shift: 2,
		Line:   []scenario.Capacity{{Rates: scenario.Rates{Down: 20_000, Up: 10_000}}},
		Phases: []scenario.Phase{{Name: "a", To: time.Second}, {Name: "b", From: time.Second, To: 2 * time.Second}},
	}
}

func TestAMedianIsOfEachFigureByItself(t *testing.T) {
	run := func(p50, down, ticks float64) figure.Figures {
		return figure.Figures{Phases: []figure.Phase{{Name: "a", P50: p50, Down: down}}, Ticks: ticks}
	}
	got := figure.Median([]figure.Figures{run(20, 9, 300), run(90, 7, 100), run(21, 8, 200)})
	if diff := cmp.Diff(run(21, 8, 200), got); diff != "" {
		t.Errorf("of three (-want +got)\n%s", diff)
	}
	got = figure.Median([]figure.Figures{run(20, 9, 300), run(22, 7, 100)})
	if diff := cmp.Diff(run(21, 8, 200), got); diff != "" {
		t.Errorf("of two (-want +got)\n%s", diff)
	}
}

// good is as the oracle is, with a spare upload and little CPU.
func good() figure.Figures {
	return figure.Figures{
		Phases: []figure.Phase{
			{Name: "a", P50: 20, P95: 22, Answered: 20, Down: 17},
			{Name: "b", P50: 21, P95: 22, Answered: 20, Down: 7},
		},
		Down: figure.Shaper{Before: 15, Least: 7, Most: 19, Writes: 2},
		Up:   figure.Shaper{Before: 8, Least: 8, Most: 8},
		Busy: 0.5, Ticks: 2,
	}
}

func TestChecksMissWhatIsWorseThanTheMarginsAllow(t *testing.T) {
	for _, c := range []struct {
		name string
		kind scenario.Kind
		bad  func(*figure.Figures)
		want []string
	}{
		{"as good as the oracle", scenario.Steps, func(*figure.Figures) {}, nil},
		{"p50 too high", scenario.Steps, func(f *figure.Figures) { f.Phases[0].P50 = 22.1 }, []string{"a: ping p50"}},
		{"p95 too high", scenario.Steps, func(f *figure.Figures) { f.Phases[1].P95 = 37.1 }, []string{"b: ping p95"}},
		{"too little goodput", scenario.Steps, func(f *figure.Figures) { f.Phases[1].Down = 6.7 }, []string{"b: goodput down"}},
		{"no ping answered", scenario.Steps, func(f *figure.Figures) { f.Phases[1] = figure.Phase{Name: "b", Down: 7} }, []string{"b: answered pings"}},
		{"the spare direction cut", scenario.Steps, func(f *figure.Figures) { f.Up.Least = 7.5 }, []string{"upload shaper, which carries no load"}},
		{"too much CPU", scenario.Steps, func(f *figure.Figures) { f.Ticks = 7 }, []string{"CPU"}},
		{"a guest too slow", scenario.Steps, func(f *figure.Figures) { f.Busy = 0.95 }, []string{"guest busy"}},
		{"writes without a reason", scenario.Quiet, func(*figure.Figures) {}, []string{"writes"}},
		{"a radio link within its own limits", scenario.Radio, func(f *figure.Figures) { f.Phases[0].P95, f.Phases[0].Down = 99, 14.5 }, nil},
		{"a radio link too slow", scenario.Radio, func(f *figure.Figures) { f.Phases[0].P95 = 101 }, []string{"a: ping p95"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, wanctl, oracle := twoPhases(), good(), good()
			s.Kind = c.kind
			c.bad(&wanctl)
			var missed []string
			for _, check := range figure.Checks(s, wanctl, &oracle, figure.Target) {
				if !check.OK {
					missed = append(missed, check.What)
				}
			}
			if diff := cmp.Diff(c.want, missed); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestWithoutAnOracleOnlyWhatNeedsNoneIsChecked(t *testing.T) {
	for _, check := range figure.Checks(twoPhases(), good(), nil, figure.Target) {
		if check.What != "upload shaper, which carries no load" && check.What != "CPU" && check.What != "guest busy" {
			t.Errorf("%s is checked", check.What)
		}
	}
}
