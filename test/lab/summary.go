package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/wanctl/wanctl/internal/figure"
	"github.com/wanctl/wanctl/internal/scenario"
	"github.com/wanctl/wanctl/test/lab/internal/plot"
)

// summary is what all runs came to.
type summary struct {
	Scenarios []scenarioSummary `json:"scenarios"`
}

// scenarioSummary compares the shapers in one scenario.
type scenarioSummary struct {
	Name    string          `json:"name"`
	Title   string          `json:"title"`
	Shapers []shaperSummary `json:"shapers"`
	Checks  []figure.Check  `json:"checks,omitempty"`

	scenario *scenario.Scenario
}

// shaperSummary has the runs of one shaper in one scenario.
type shaperSummary struct {
	Shaper scenario.Shaper  `json:"shaper"`
	Median figure.Figures   `json:"median"`
	Runs   []figure.Figures `json:"runs"`
}

// summarize sorts results by scenario and shaper and takes the medians.
func summarize(results []result, m figure.Margins) summary {
	var all summary
	for _, r := range results {
		i := slices.IndexFunc(all.Scenarios, func(s scenarioSummary) bool { return s.Name == r.scenario.Name })
		if i < 0 {
			i = len(all.Scenarios)
			all.Scenarios = append(all.Scenarios, scenarioSummary{Name: r.scenario.Name, Title: r.scenario.Title, scenario: r.scenario})
		}
		s := &all.Scenarios[i]
		k := slices.IndexFunc(s.Shapers, func(s shaperSummary) bool { return s.Shaper == r.shaper })
		if k < 0 {
			k = len(s.Shapers)
			s.Shapers = append(s.Shapers, shaperSummary{Shaper: r.shaper})
		}
		s.Shapers[k].Runs = append(s.Shapers[k].Runs, r.figures)
	}
	for i := range all.Scenarios {
		s := &all.Scenarios[i]
		for k := range s.Shapers {
			s.Shapers[k].Median = figure.Median(s.Shapers[k].Runs)
		}
		if wanctl := s.median(scenario.Wanctl); wanctl != nil {
			s.Checks = figure.Checks(s.scenario, *wanctl, s.median(scenario.Oracle), m)
		}
	}
	return all
}

// median is that of a shaper, nil without a run of it.
func (s *scenarioSummary) median(shaper scenario.Shaper) *figure.Figures {
	for i := range s.Shapers {
		if s.Shapers[i].Shaper == shaper {
			return &s.Shapers[i].Median
		}
	}
	return nil
}

// missed are the checks that are not so.
func (s *summary) missed() []string {
	var all []string
	for _, one := range s.Scenarios {
		for _, c := range one.Checks {
			if !c.OK {
				all = append(all, fmt.Sprintf("%s: %s is %s, want %s", one.Name, c.What, c.Figure, c.Limit))
			}
		}
	}
	return all
}

// write puts table, figures and plots into a folder.
func (s *summary) write(dir string, results []result) error {
	figures, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, "figures.json"), append(figures, '\n'), 0o644); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, "figures.md"), []byte(s.markdown()), 0o644); err != nil {
		return err
	}
	for _, one := range s.Scenarios {
		var runs []plot.Run
		for _, shaper := range scenario.Shapers {
			i := slices.IndexFunc(results, func(r result) bool { return r.scenario.Name == one.Name && r.shaper == shaper })
			if i >= 0 {
				runs = append(runs, plot.Run{Shaper: shaper, Record: results[i].record})
			}
		}
		if err := os.WriteFile(filepath.Join(dir, one.Name+".svg"), plot.Scenario(one.scenario, runs), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// markdown is the tables of all scenarios.
func (s *summary) markdown() string {
	var b strings.Builder
	for _, one := range s.Scenarios {
		one.table(&b)
		one.checks(&b)
	}
	return b.String()
}
