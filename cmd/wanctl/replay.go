package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/wanctl/wanctl/api/v1alpha1"
	"github.com/wanctl/wanctl/cmd/wanctl/internal/manifest"
	"github.com/wanctl/wanctl/controller/core"
	"github.com/wanctl/wanctl/controller/replay"
	"github.com/wanctl/wanctl/controller/steering"
	"github.com/wanctl/wanctl/reconciler/derive"
)

// recording is what the flags of replay say.
type recording struct {
	paths   []string
	wan     string
	policy  string
	trace   string
	initial string
}

func newReplay() *cobra.Command {
	r := &recording{}
	cmd := &cobra.Command{
		Use:     "replay -f SITE (--wan NAME | --steering NAME) --trace FILE",
		GroupID: groupTry,
		Short:   "Show what a WAN's law, or a steering policy, decides over a recording",
		Long: `Run a WAN's estimator and law, open loop, over a recording, and print a row of
decisions for each row of it.

The recording is CSV whose header names time (seconds) and rtt (milliseconds;
empty where the probe was lost). Every row is one cycle; a column cycles, where
there is one, says how many intervals passed since the row before.

With --steering NAME a steering policy is run instead of a law. Its recording
names time, from and to: the states of both WANs as GREEN, YELLOW, SOFT_RED, RED,
DOWN, or nothing where none was known; and, where there are such columns, drops,
queued and floor of the primary's queue and loss of the alternate's probes.

A recording knows nothing of the traffic: with timeConstants.detection the fast
law acts as it does without counters. With detection: 0s it is the reference law.`,
		Example: `  # What would have been decided
  wanctl replay -f site.yaml --wan att --trace rtt.csv

  # Going on from what a log says
  wanctl replay -f site.yaml --wan spectrum --trace rtt.csv \
    --initial load=49.6ms,baseline=25.1ms,download=940M,upload=38M

  # Would new connections have been steered?
  wanctl replay -f site.yaml --steering latency-sensitive --trace states.csv`,
		Args: usageOf(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error { return r.run(cmd) },
	}
	addManifests(cmd, &r.paths)
	flags := cmd.Flags()
	flags.StringVar(&r.wan, "wan", "", "the WAN whose law to run; may be left out where there is only one")
	flags.StringVar(&r.policy, "steering", "", "the steering policy to run instead")
	flags.StringVar(&r.trace, "trace", "", "the recording, or - for the standard input (required)")
	flags.StringVar(&r.initial, "initial", "", "where to start: load=, baseline= (times), download=, upload= (rates), each optional")
	must(cmd.MarkFlagFilename("trace", "csv"))
	return cmd
}

func (r *recording) run(cmd *cobra.Command) error {
	if len(r.paths) == 0 || r.trace == "" {
		return usage(errors.New("say which manifest with -f and which recording with --trace"))
	}
	if r.policy != "" && (r.wan != "" || r.initial != "") {
		return usage(errors.New("--steering runs a policy, which --wan and --initial say nothing of; leave them out"))
	}
	initial, err := parseInitial(r.initial)
	if err != nil {
		return usage(fmt.Errorf("--initial: %w", err))
	}
	loaded, faults, err := manifest.Load(r.paths, cmd.InOrStdin())
	if err := errors.Join(err, faults.OrNil()); err != nil {
		return err
	}
	in := cmd.InOrStdin()
	if r.trace != "-" {
		file, err := os.Open(r.trace)
		if err != nil {
			return fmt.Errorf("open the recording: %w", err)
		}
		defer file.Close()
		in = file
	}
	if r.policy != "" {
		policy, err := pickPolicy(loaded, r.policy)
		if err != nil {
			return err
		}
		return replay.Steering(policy, in, cmd.OutOrStdout())
	}
	site, wan, err := pick(loaded, r.wan)
	if err != nil {
		return err
	}
	return replayWAN(site, wan, initial, in, cmd.OutOrStdout())
}

func replayWAN(site *v1alpha1.Site, wan *v1alpha1.WAN, initial replay.Initial, in io.Reader, out io.Writer) error {
	derived := derive.WAN(site, wan)
	config := core.NewConfig(site, wan, &derived)
	return replay.Run(config, initial, in, out)
}

// pick finds a WAN by its name; without a name there must be only one.
func pick(sites []manifest.Site, name string) (*v1alpha1.Site, *v1alpha1.WAN, error) {
	var names []string
	for _, s := range sites {
		for i := range s.Spec.WANs {
			wan := &s.Spec.WANs[i]
			names = append(names, wan.Name)
			if wan.Name == name || name == "" && len(sites) == 1 && len(s.Spec.WANs) == 1 {
				return s.Site, wan, nil
			}
		}
	}
	if name == "" {
		return nil, nil, usage(fmt.Errorf("say which WAN with --wan: the manifest has %s", strings.Join(names, ", ")))
	}
	return nil, nil, fmt.Errorf("WAN %q not found in the manifest, which has %s", name, strings.Join(names, ", "))
}

// pickPolicy finds a steering policy by its name and compiles it.
func pickPolicy(sites []manifest.Site, name string) (*steering.Policy, error) {
	var names []string
	for _, s := range sites {
		for i := range s.Spec.Steering {
			spec := &s.Spec.Steering[i]
			names = append(names, spec.Name)
			if spec.Name == name {
				return steering.NewPolicy(s.Site, spec), nil
			}
		}
	}
	return nil, fmt.Errorf("steering policy %q not found in the manifest%s", name, thereAre(names))
}

// parseInitial reads KEY=VALUE pairs, as in load=49.6ms,download=940M.
func parseInitial(text string) (replay.Initial, error) {
	var initial replay.Initial
	if text == "" {
		return initial, nil
	}
	for _, pair := range strings.Split(text, ",") {
		key, value, _ := strings.Cut(strings.TrimSpace(pair), "=")
		var err error
		switch key {
		case "load":
			initial.LoadMS, err = parseMilliseconds(value)
		case "baseline":
			initial.BaselineMS, err = parseMilliseconds(value)
		case "download":
			initial.Download, err = parseRate(value)
		case "upload":
			initial.Upload, err = parseRate(value)
		default:
			err = errors.New("the keys are load, baseline, download and upload")
		}
		if err != nil {
			return initial, fmt.Errorf("%q: %w", pair, err)
		}
	}
	return initial, nil
}

func parseMilliseconds(text string) (float64, error) {
	d, err := time.ParseDuration(text)
	if err == nil && d <= 0 {
		err = errors.New("a round-trip time is above 0")
	}
	return float64(d) / float64(time.Millisecond), err
}

func parseRate(text string) (int64, error) {
	q, err := resource.ParseQuantity(text)
	if err == nil && q.Sign() <= 0 {
		err = errors.New("a rate is above 0")
	}
	return q.Value(), err
}
