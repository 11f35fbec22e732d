package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/wanctl/wanctl/internal/scenario"
)

// task is one run to be made.
type task struct {
	scenario *scenario.Scenario
	shaper   scenario.Shaper
	// repetition counts from 1.
	repetition int
}

// short is what -short runs, once.
var short = []struct {
	scenario string
	shapers  []scenario.Shaper
}{
	{"steps", []scenario.Shaper{scenario.FixedHigh, scenario.Oracle, scenario.Wanctl}},
	{"upload", []scenario.Shaper{scenario.Oracle, scenario.Wanctl}},
	{"idle", []scenario.Shaper{scenario.Wanctl}},
}

// plan lists the runs, those that compare with each other close together.
func (o *options) plan() ([]task, error) {
	if o.short {
		return o.planShort()
	}
	names := strings.FieldsFunc(o.scenarios, func(r rune) bool { return r == ',' })
	if len(names) == 0 {
		for _, s := range scenario.Catalogue() {
			names = append(names, s.Name)
		}
	}
	var todo []task
	for _, name := range names {
		s, err := scenario.Find(name)
		if err != nil {
			return nil, err
		}
		if err := o.change.apply(&s); err != nil {
			return nil, err
		}
		shapers, err := o.shapersFor(&s)
		if err != nil {
			return nil, err
		}
		for i := range o.runs {
			for _, shaper := range shapers {
				todo = append(todo, task{scenario: &s, shaper: shaper, repetition: i + 1})
			}
		}
	}
	return todo, nil
}

func (o *options) planShort() ([]task, error) {
	var todo []task
	for _, one := range short {
		s, err := scenario.Find(one.scenario)
		if err != nil {
			return nil, err
		}
		for _, shaper := range one.shapers {
			todo = append(todo, task{scenario: &s, shaper: shaper, repetition: 1})
		}
	}
	return todo, nil
}

// shapersFor are those asked for, or those that tell something about a
// scenario.
func (o *options) shapersFor(s *scenario.Scenario) ([]scenario.Shaper, error) {
	if o.shapers != "" {
		var shapers []scenario.Shaper
		for name := range strings.SplitSeq(o.shapers, ",") {
			if !slices.Contains(scenario.Shapers, scenario.Shaper(name)) {
				return nil, fmt.Errorf("there is no shaper %q; take of %v", name, scenario.Shapers)
			}
			shapers = append(shapers, scenario.Shaper(name))
		}
		return shapers, nil
	}
	return s.Suiting(), nil
}
