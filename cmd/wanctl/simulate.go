package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"github.com/wanctl/wanctl/api/v1alpha1"
	"github.com/wanctl/wanctl/cmd/wanctl/internal/figure"
	"github.com/wanctl/wanctl/cmd/wanctl/internal/manifest"
	"github.com/wanctl/wanctl/cmd/wanctl/internal/output"
	"github.com/wanctl/wanctl/cmd/wanctl/internal/screen"
	"github.com/wanctl/wanctl/cmd/wanctl/internal/table"
	"github.com/wanctl/wanctl/controller/core"
	"github.com/wanctl/wanctl/controller/simulate"
	"github.com/wanctl/wanctl/reconciler/derive"
)

// simulation is what the flags of simulate say.
type simulation struct {
	paths    []string
	length   time.Duration
	profiles []string
	compare  bool
	output   string
	verdict  bool
	from     string
	lab      labFlags
}

func newSimulate() *cobra.Command {
	s := &simulation{}
	cmd := &cobra.Command{
		Use:     "simulate {-f PATH | --scenario NAME}",
		GroupID: groupTry,
		Short:   "Run a manifest's loops over modelled links, far faster than time",
		Long: `Run the loops of a manifest in virtual time, over a model of its links, and show
the round-trip times under load, what applications got, and how often the
shapers were written.

The links of a simulated router are those of the manifest. Behind any other
router a WAN gets a link of its ceilings' capacity that falls to 60 % after 5
minutes, rises to 85 % after 8 and to 100 % after 12, every 20 minutes, with
two downloads and an upload that are on for 90 s and off for 30 s.

Where the site has steering policies, a second table shows how often they turned
and how long the calls of the simulated routers waited, steered and not, at the
manifest's own intervals.

With --verdict the manifest's rollout is rehearsed instead: its WANs run the
profile before, then the change is brought out as an agent does, WAN by WAN,
with the soaks and gates of the manifest, until it comes to rest; what is finalized
at a slower profile is soaked at that in turn. Several --profile are asked for one
after the other, each once the one before was approved. Approval by a person is not
waited for. The exit code is 0 where what was asked for is approved and 4 for any
other verdict. What -o yaml or json prints is read by wanctl report -f.

With --scenario the lines are those of the lab (test/lab), and so are the
figures: for each phase p50/p95 of a ping in ms and goodput in Mbit/s, then
what the shapers did. "--scenario list" lists them, "--scenario all" plays all.
wanctl then runs with the lab's manifest: 50ms, five reflectors, defaults. With
-f it runs with that of a WAN of yours, within the scenario's floors and
ceilings. --compare adds the lab's other shapers, and holds wanctl against the
oracle as the lab does.`,
		Example: `  # A day of it
  wanctl simulate -f site.yaml --for 24h

  # Is a faster loop better here? And against no control, and an oracle?
  wanctl simulate -f site.yaml --profile 500ms,100ms,50ms --compare

  # Would the rollout of this change be approved?
  wanctl simulate -f site.yaml --verdict --from 500ms

  # The whole ladder, step by step, and a report on it
  wanctl simulate -f site.yaml --verdict --profile 500ms,250ms,100ms,50ms -o yaml > rehearsed.yaml
  wanctl report -f rehearsed.yaml -o report.html

  # The lab's scenarios, without the lab
  wanctl simulate --scenario steps,upload --compare

  # A radio link of another seed, with the parameters of a WAN of yours
  wanctl simulate --scenario radio --seed 7 -f site.yaml --wan lte`,
		Args: usageOf(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error { return s.run(cmd) },
	}
	addManifests(cmd, &s.paths)
	flags := cmd.Flags()
	flags.DurationVar(&s.length, "for", time.Hour, "how long, in the links' time")
	flags.StringSliceVar(&s.profiles, "profile", nil, "interval to simulate instead of the manifest's; may be repeated; with --verdict asked for one after the other")
	flags.BoolVar(&s.compare, "compare", false, "also show a shaper fixed at the ceiling, and an oracle that is told 95 % of the true capacity; with --scenario the lab's shapers")
	flags.BoolVar(&s.verdict, "verdict", false, "rehearse the rollout, and end with 0 only where it is approved")
	flags.StringVar(&s.from, "from", "", "with --verdict: the profile that runs before; the next slower of the ladder when left out")
	must(cmd.RegisterFlagCompletionFunc("from", cobra.FixedCompletions(v1alpha1.Profiles, cobra.ShellCompDirectiveNoFileComp)))
	must(cmd.RegisterFlagCompletionFunc("profile", cobra.FixedCompletions(v1alpha1.Profiles, cobra.ShellCompDirectiveNoFileComp)))
	s.lab.add(cmd)
	addOutput(cmd, &s.output, []string{"table", "json", "yaml", "jsonpath="})
	return cmd
}

func (s *simulation) run(cmd *cobra.Command) error {
	format, err := output.Parse(s.output)
	if err != nil || format.Wide() || format.Name() {
		return usage(fmt.Errorf("unknown output format %q: use table, json, yaml or jsonpath=TEMPLATE", s.output))
	}
	if len(s.lab.scenarios) > 0 {
		switch {
		case cmd.Flags().Changed("for"):
			return usage(errors.New("--for does not go with --scenario, which has a length of its own"))
		case s.verdict || s.from != "":
			return usage(errors.New("--verdict does not go with --scenario: it rehearses a rollout over a manifest's own links"))
		}
		return s.playScenarios(cmd, format)
	}
	for _, name := range labOnly {
		if cmd.Flags().Changed(name) {
			return usage(fmt.Errorf("--%s changes a scenario: say which with --scenario", name))
		}
	}
	if len(s.paths) == 0 || s.length <= 0 {
		return usage(errors.New("say which manifest with -f, and a --for above 0"))
	}
	if err := s.contradiction(cmd); err != nil {
		return usage(err)
	}
	profiles := s.profiles
	if len(profiles) == 0 {
		profiles = []string{""}
	}
	for _, p := range s.profiles {
		if _, err := v1alpha1.ParseProfile(p); err != nil {
			return usage(fmt.Errorf("--profile: %w", err))
		}
	}
	loaded, faults, err := manifest.Load(s.paths, cmd.InOrStdin())
	if err := errors.Join(err, faults.OrNil()); err != nil {
		return err
	}
	if s.verdict {
		return s.judge(cmd, loaded, format)
	}
	begun := time.Now()
	results, err := s.simulate(cmd.Context(), loaded, profiles, cmd.ErrOrStderr())
	if err != nil {
		return err
	}
	if !format.Table() {
		return format.Print(cmd.OutOrStdout(), results)
	}
	if err := resultTable(results).Write(cmd.OutOrStdout(), true); err != nil {
		return err
	}
	if err := s.steering(cmd, loaded); err != nil {
		return err
	}
	took := time.Since(begun)
	cmd.PrintErrf("simulated %s of %d loops in %s, %.0f times as fast as time\n", s.length, len(results), took.Round(time.Millisecond),
		s.length.Seconds()*float64(len(results))/took.Seconds())
	return nil
}

func (s *simulation) simulate(ctx context.Context, sites []manifest.Site, profiles []string, notes io.Writer) ([]simulate.Result, error) {
	shapers := []simulate.Shaper{simulate.Wanctl}
	if s.compare {
		shapers = append(shapers, simulate.Fixed, simulate.Oracle)
	}
	results := []simulate.Result{}
	for _, site := range sites {
		for _, profile := range profiles {
			at := site.DeepCopy()
			for i := range at.Spec.WANs {
				if profile != "" {
					at.Spec.WANs[i].IntervalProfile = profile
				}
			}
			opts := s.options(at, site.File)
			opts.Shapers, opts.Progress = shapers, progress(notes, at.Name+" "+profile)
			done, err := simulate.Site(ctx, at, opts)
			if err != nil {
				return nil, err
			}
			results = append(results, done...)
		}
	}
	return results, nil
}

// options are those of one site of a manifest.
func (s *simulation) options(site *v1alpha1.Site, file string) simulate.Options {
	return simulate.Options{
		For:      s.length,
		ReadFile: beside(file),
		Configure: func(wan *v1alpha1.WAN) *core.Config {
			derived := derive.WAN(site, wan)
			return core.NewConfig(site, wan, &derived)
		},
	}
}

// beside reads files that a manifest names from where the manifest is.
func beside(file string) func(string) ([]byte, error) {
	return func(name string) ([]byte, error) {
		if !filepath.IsAbs(name) {
			name = filepath.Join(filepath.Dir(file), name)
		}
		return os.ReadFile(name)
	}
}

// steering prints what came of the policies, where there are any.
func (s *simulation) steering(cmd *cobra.Command, sites []manifest.Site) error {
	t := &table.Table{Columns: []string{"POLICY", "FROM", "TO", "TURNS", "STEERED", "CALLS-P50", "CALLS-P95", "CALLS-LOST", "UNSTEERED-P50", "UNSTEERED-P95", "UNSTEERED-LOST"}}
	for _, site := range sites {
		if len(site.Spec.Steering) == 0 {
			continue
		}
		results, err := simulate.Steering(cmd.Context(), site.Site, s.options(site.Site, site.File))
		if err != nil {
			return err
		}
		for _, r := range results {
			t.Add(r.Policy, r.Policy, r.From, r.To, strconv.FormatInt(r.Turns, 10), figure.Share(r.SteeredShare),
				milliseconds(r.Calls.P50MS), milliseconds(r.Calls.P95MS), figure.Share(r.Calls.LostShare),
				milliseconds(r.Unsteered.P50MS), milliseconds(r.Unsteered.P95MS), figure.Share(r.Unsteered.LostShare))
		}
	}
	if len(t.Rows) == 0 {
		return nil
	}
	fmt.Fprintln(cmd.OutOrStdout())
	return t.Write(cmd.OutOrStdout(), true)
}

// progress draws how much is done on a terminal; elsewhere it is nil.
func progress(w io.Writer, name string) func(float64) {
	s := screen.New(w)
	if s == nil {
		return nil
	}
	var mu sync.Mutex
	return func(done float64) {
		mu.Lock()
		defer mu.Unlock()
		_ = s.Draw([]string{fmt.Sprintf("%s %3.0f %%", name, 100*done)})
	}
}

func resultTable(results []simulate.Result) *table.Table {
	t := &table.Table{Columns: []string{
		"WAN", "PROFILE", "SHAPER", "LOADED", "RTT-IDLE", "RTT-P50", "RTT-P95", "RTT-P99", "DOWN-GOODPUT", "DOWN-SHAPER", "DOWN-CAPACITY",
		"UP-GOODPUT", "UP-SHAPER", "UP-CAPACITY", "WRITES", "TRANSITIONS",
	}}
	for _, r := range results {
		t.Add(r.WAN+r.Profile+string(r.Shaper), r.WAN, r.Profile, string(r.Shaper), figure.Share(r.LoadedShare),
			milliseconds(r.RTTIdleP50MS), milliseconds(r.RTTLoadedP50MS), milliseconds(r.RTTLoadedP95MS), milliseconds(r.RTTLoadedP99MS),
			bits(r.Download.Goodput), bits(r.Download.Shaper), bits(r.Download.Capacity),
			bits(r.Upload.Goodput), bits(r.Upload.Shaper), bits(r.Upload.Capacity),
			strconv.FormatInt(r.Download.Writes+r.Upload.Writes, 10), strconv.FormatInt(r.Download.Transitions+r.Upload.Transitions, 10))
	}
	return t
}

func milliseconds(ms float64) string {
	if ms == 0 {
		return figure.None
	}
	return strconv.FormatFloat(ms, 'f', 1, 64) + "ms"
}

func bits(bitsPerSecond float64) string {
	return figure.Bits(int64(bitsPerSecond))
}
