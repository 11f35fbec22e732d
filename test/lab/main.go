// Command lab judges wanctl on real CAKE: it plays scenarios in guests of its
// own, with wanctl and with what it is compared to, and writes the figures as
// tables and plots. README.md says what it measures and how far to trust it.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"time"

	"github.com/wanctl/wanctl/internal/figure"
	"github.com/wanctl/wanctl/internal/scenario"
	"github.com/wanctl/wanctl/test/lab/internal/guest"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "lab:", err)
		os.Exit(1)
	}
}

// options are the command line.
type options struct {
	scenarios, shapers string
	runs, parallel     int
	short, check       bool
	resume             bool
	wanctl, cache, out string
	writeTrace         string
	change             change
}

func parse() options {
	var o options
	flag.StringVar(&o.scenarios, "scenarios", "", "scenarios to run, with commas between; all when left out")
	flag.StringVar(&o.shapers, "shapers", "", "shapers to run, with commas between; all that suit the scenario when left out")
	flag.IntVar(&o.runs, "runs", 3, "runs of each, of which the medians are taken")
	flag.IntVar(&o.parallel, "parallel", max(1, runtime.NumCPU()), "guests that run at once; each needs a core")
	flag.BoolVar(&o.short, "short", false, "the short form: what is most telling, once")
	flag.BoolVar(&o.check, "check", false, "fail where the figures miss what is asked for, with generous margins")
	flag.StringVar(&o.wanctl, "wanctl", "bin/wanctl", "a static wanctl")
	flag.StringVar(&o.cache, "cache", ".lab", "folder that keeps the guest's root")
	flag.StringVar(&o.out, "out", "", "folder for the results; by default .lab/runs/TIME")
	flag.BoolVar(&o.resume, "resume", false, "take the runs that -out already holds, and make only the others")
	flag.StringVar(&o.change.down, "down", "", `what the line carries down instead, as "20M:15s 8M:15s"`)
	flag.StringVar(&o.change.up, "up", "", "what the line carries up instead")
	flag.StringVar(&o.change.trace, "trace", "", "a trace in mahimahi's form that the line carries down instead")
	flag.Uint64Var(&o.change.seed, "seed", 0, "another seed of the synthetic radio link")
	flag.StringVar(&o.writeTrace, "write-trace", "", "write the synthetic radio link of -seed to a file in mahimahi's form, and run nothing")
	flag.DurationVar(&o.change.rtt, "rtt", 0, "another idle round-trip time")
	flag.StringVar(&o.change.buffer, "buffer", "", "another depth of the bottleneck's FIFO: packets, or a time as in 300ms")
	flag.StringVar(&o.change.flows, "flows", "", "other numbers of TCP flows, as DOWN,UP")
	flag.Usage = func() {
		fmt.Fprintf(flag.CommandLine.Output(), "Usage: lab [flags]\n\nScenarios:\n")
		for _, s := range scenario.Catalogue() {
			fmt.Fprintf(flag.CommandLine.Output(), "  %-15s %s\n", s.Name, s.Title)
		}
		fmt.Fprintf(flag.CommandLine.Output(), "\nShapers: %v\n\nFlags:\n", scenario.Shapers)
		flag.PrintDefaults()
	}
	flag.Parse()
	return o
}

func run(ctx context.Context) error {
	o := parse()
	if o.writeTrace != "" {
		return writeTrace(o.writeTrace, max(1, o.change.seed))
	}
	todo, err := o.plan()
	if err != nil {
		return err
	}
	root, err := guest.Prepare(ctx, o.cache)
	if err != nil {
		return err
	}
	binary, err := os.ReadFile(o.wanctl)
	if err != nil {
		return fmt.Errorf("read the wanctl to judge: %w; make build makes one", err)
	}
	if o.out == "" {
		o.out = filepath.Join(o.cache, "runs", time.Now().Format("2006-01-02T150405"))
	}
	results, err := runAll(ctx, todo, o.parallel, runner{root: root, binary: binary, out: o.out, resume: o.resume})
	if len(results) == 0 {
		return err
	}
	margins := figure.Target
	if o.check {
		margins = figure.Generous
	}
	summary := summarize(results, margins)
	if err := summary.write(o.out, results); err != nil {
		return err
	}
	fmt.Printf("\n%s\nResults are in %s\n", summary.markdown(), o.out)
	if err != nil {
		return err
	}
	if missed := summary.missed(); o.check && len(missed) > 0 {
		return fmt.Errorf("%d figures miss what is asked for:\n  %s", len(missed), strings.Join(missed, "\n  "))
	}
	return nil
}
