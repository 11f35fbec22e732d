package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/wanctl/wanctl/api/v1alpha1"
	"github.com/wanctl/wanctl/cmd/wanctl/internal/manifest"
	"github.com/wanctl/wanctl/cmd/wanctl/internal/output"
	"github.com/wanctl/wanctl/cmd/wanctl/internal/table"
	"github.com/wanctl/wanctl/controller/core"
	"github.com/wanctl/wanctl/controller/simulate"
	"github.com/wanctl/wanctl/internal/figure"
	"github.com/wanctl/wanctl/internal/scenario"
	"github.com/wanctl/wanctl/reconciler/derive"
)

// labFlags are the flags of simulate that play scenarios of the lab.
type labFlags struct {
	scenarios          []string
	wan, buffer, trace string
	rtt                time.Duration
	seed               uint64
}

// labOnly are those that mean nothing without a scenario.
var labOnly = []string{"wan", "rtt", "buffer", "seed", "trace"}

func (l *labFlags) add(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringSliceVar(&l.scenarios, "scenario", nil, "scenario of the lab to play instead: names, all, or list; may be repeated")
	flags.StringVar(&l.wan, "wan", "", "with --scenario and -f: the WAN whose parameters to take, where there are several")
	flags.DurationVar(&l.rtt, "rtt", 0, "with --scenario: another idle round-trip time")
	flags.StringVar(&l.buffer, "buffer", "", "with --scenario: another depth of the bottleneck's FIFO, packets or a time as in 300ms")
	flags.Uint64Var(&l.seed, "seed", 1, "with --scenario: the seed of the noise and of the synthetic radio link")
	flags.StringVar(&l.trace, "trace", "", "with --scenario: a trace in mahimahi's form that the line carries down instead")
	must(cmd.RegisterFlagCompletionFunc("scenario", func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		names := []string{"all", "list"}
		for _, s := range scenario.Catalogue() {
			names = append(names, s.Name+"\t"+s.Title)
		}
		return names, cobra.ShellCompDirectiveNoFileComp
	}))
}

// chosen are the scenarios asked for, as the flags change them.
func (l *labFlags) chosen() ([]scenario.Scenario, error) {
	if slices.Equal(l.scenarios, []string{"all"}) {
		return l.changed(scenario.Catalogue())
	}
	all := make([]scenario.Scenario, len(l.scenarios))
	for i, name := range l.scenarios {
		var err error
		if all[i], err = scenario.Find(name); err != nil {
			return nil, fmt.Errorf("--scenario: %w", err)
		}
	}
	return l.changed(all)
}

func (l *labFlags) changed(all []scenario.Scenario) ([]scenario.Scenario, error) {
	for i := range all {
		s := &all[i]
		if l.rtt > 0 {
			s.RTT = l.rtt
		}
		if l.buffer != "" {
			var err error
			if s.Buffer, err = scenario.ParseBuffer(l.buffer); err != nil {
				return nil, fmt.Errorf("--buffer: %w", err)
			}
		}
		s.Reseed(l.seed)
		if l.trace == "" {
			continue
		}
		f, err := os.Open(l.trace)
		if err != nil {
			return nil, fmt.Errorf("--trace: %w", err)
		}
		trace, err := scenario.ParseTrace(f)
		f.Close()
		if err != nil {
			return nil, fmt.Errorf("--trace: %s: %w", l.trace, err)
		}
		s.PlayFile(trace, l.trace)
	}
	return all, nil
}

// playedScenario is what came of one scenario.
type playedScenario struct {
	Scenario string      `json:"scenario"`
	Title    string      `json:"title"`
	RTT      string      `json:"rtt"`
	Runs     []playedRun `json:"runs"`

	scenario *scenario.Scenario
}

// playedRun is what came of one shaper in it, and of wanctl what is to be
// reached.
type playedRun struct {
	Shaper  scenario.Shaper `json:"shaper"`
	Profile string          `json:"profile,omitempty"`
	Figures figure.Figures  `json:"figures"`
	Checks  []figure.Check  `json:"checks,omitempty"`
}

// playScenarios plays the scenarios of the flags, or lists all there are.
func (s *simulation) playScenarios(cmd *cobra.Command, format output.Format) error {
	if slices.Equal(s.lab.scenarios, []string{"list"}) {
		return listScenarios(cmd.OutOrStdout(), format)
	}
	for _, p := range s.profiles {
		if _, err := v1alpha1.ParseProfile(p); err != nil {
			return usage(fmt.Errorf("--profile: %w", err))
		}
	}
	scenarios, err := s.lab.chosen()
	if err != nil {
		return usage(err)
	}
	results := make([]playedScenario, len(scenarios))
	for i := range scenarios {
		site, wan, err := s.parameters(cmd, &scenarios[i])
		if err != nil {
			return err
		}
		if results[i], err = s.playScenario(cmd, &scenarios[i], site, wan); err != nil {
			return err
		}
	}
	if !format.Table() {
		return format.Print(cmd.OutOrStdout(), results)
	}
	for i := range results {
		if err := results[i].write(cmd.OutOrStdout(), i > 0); err != nil {
			return err
		}
	}
	return nil
}

// parameters are the site and the name of the WAN that wanctl runs with: of -f,
// or the lab's.
func (s *simulation) parameters(cmd *cobra.Command, of *scenario.Scenario) (*v1alpha1.Site, string, error) {
	if len(s.paths) == 0 {
		if s.lab.wan != "" {
			return nil, "", usage(errors.New("--wan names a WAN of a manifest: say which with -f"))
		}
		text, err := of.Manifest()
		if err != nil {
			return nil, "", err
		}
		sites, faults := v1alpha1.Decode("the lab's manifest", text)
		if err := faults.OrNil(); err != nil {
			return nil, "", err
		}
		return sites[0], sites[0].Spec.WANs[0].Name, nil
	}
	loaded, faults, err := manifest.Load(s.paths, cmd.InOrStdin())
	if err := errors.Join(err, faults.OrNil()); err != nil {
		return nil, "", err
	}
	var names []string
	var site *v1alpha1.Site
	for _, l := range loaded {
		for _, wan := range l.Spec.WANs {
			if s.lab.wan == "" || wan.Name == s.lab.wan {
				site = l.Site
				names = append(names, wan.Name)
			}
		}
	}
	switch {
	case len(names) == 0:
		return nil, "", usage(fmt.Errorf("--wan: the manifest has no WAN %q", s.lab.wan))
	case len(names) > 1:
		return nil, "", usage(fmt.Errorf("the manifest has the WANs %s: say which with --wan", strings.Join(names, ", ")))
	}
	return site, names[0], nil
}

// playScenario plays one scenario with every shaper and profile asked for.
func (s *simulation) playScenario(cmd *cobra.Command, of *scenario.Scenario, site *v1alpha1.Site, name string) (playedScenario, error) {
	done := playedScenario{Scenario: of.Name, Title: of.Title, RTT: of.RTT.String(), scenario: of}
	site, wan := simulate.Bounded(site, name, of)
	play := func(shaper scenario.Shaper) (figure.Figures, *core.Config, error) {
		derived := derive.WAN(site, wan)
		config := core.NewConfig(site, wan, &derived)
		f, err := simulate.Scenario(cmd.Context(), of, shaper, wan, config, s.lab.seed)
		return f, config, err
	}
	var oracle *figure.Figures
	if s.compare {
		for _, shaper := range of.Suiting() {
			if shaper == scenario.Wanctl {
				continue
			}
			f, _, err := play(shaper)
			if err != nil {
				return done, err
			}
			if shaper == scenario.Oracle {
				oracle = &f
			}
			done.Runs = append(done.Runs, playedRun{Shaper: shaper, Figures: f})
		}
	}
	profiles := s.profiles
	if len(profiles) == 0 {
		profiles = []string{""}
	}
	for _, profile := range profiles {
		if profile != "" {
			wan.IntervalProfile = profile
		}
		f, config, err := play(scenario.Wanctl)
		if err != nil {
			return done, err
		}
		done.Runs = append(done.Runs, playedRun{
			Shaper: scenario.Wanctl, Profile: config.Interval.String(), Figures: f, Checks: figure.Checks(of, f, oracle, figure.Target),
		})
	}
	return done, nil
}

// write writes a table of the runs, and one of what wanctl is to reach.
func (p *playedScenario) write(w io.Writer, gap bool) error {
	if gap {
		fmt.Fprintln(w)
	}
	fmt.Fprintf(w, "%s: %s. Idle round-trip time %s.\n\n", p.Scenario, p.Title, p.RTT)
	runs := &table.Table{Columns: []string{"SHAPER", "PROFILE"}}
	for _, phase := range p.scenario.Phases {
		runs.Columns = append(runs.Columns, strings.ToUpper(phase.Name))
	}
	runs.Columns = append(runs.Columns, "DOWNLOAD SHAPER", "UPLOAD SHAPER")
	checks := &table.Table{Columns: []string{"PROFILE", "WHAT", "FIGURE", "WANTED", "VERDICT"}}
	for i := range p.Runs {
		r := &p.Runs[i]
		profile := r.Profile
		if profile == "" {
			profile = "-"
		}
		cells := []string{string(r.Shaper), profile}
		for k := range r.Figures.Phases {
			cells = append(cells, r.Figures.Phases[k].String())
		}
		runs.Add(string(r.Shaper)+profile, append(cells, r.Figures.Down.String(), r.Figures.Up.String())...)
		for _, c := range r.Checks {
			verdict := "ok"
			if !c.OK {
				verdict = "missed"
			}
			checks.Add(profile+c.What, profile, c.What, c.Figure, c.Limit, verdict)
		}
	}
	if err := runs.Write(w, true); err != nil || len(checks.Rows) == 0 {
		return err
	}
	fmt.Fprintln(w)
	return checks.Write(w, true)
}

// listedScenario is a scenario of the list.
type listedScenario struct {
	Name   string   `json:"name"`
	Title  string   `json:"title"`
	Length string   `json:"length"`
	RTT    string   `json:"rtt"`
	Phases []string `json:"phases"`
}

func listScenarios(w io.Writer, format output.Format) error {
	var all []listedScenario
	t := &table.Table{Columns: []string{"NAME", "LENGTH", "RTT", "LINE"}}
	for _, s := range scenario.Catalogue() {
		one := listedScenario{Name: s.Name, Title: s.Title, Length: s.Length.String(), RTT: s.RTT.String()}
		for _, p := range s.Phases {
			one.Phases = append(one.Phases, p.Name)
		}
		all = append(all, one)
		t.Add(s.Name, one.Name, one.Length, one.RTT, one.Title)
	}
	if !format.Table() {
		return format.Print(w, all)
	}
	return t.Write(w, true)
}
