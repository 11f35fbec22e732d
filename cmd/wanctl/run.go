package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"runtime/debug"

	"github.com/coreos/go-systemd/v22/journal"
	"github.com/go-logr/logr"
	"github.com/spf13/cobra"

	"github.com/wanctl/wanctl/api/v1alpha1"
	"github.com/wanctl/wanctl/cmd/wanctl/internal/live"
	"github.com/wanctl/wanctl/cmd/wanctl/internal/service"
	"github.com/wanctl/wanctl/cmd/wanctl/internal/slack"
	"github.com/wanctl/wanctl/observe/pulse"
	"github.com/wanctl/wanctl/reconciler"
)

// agent is what the flags of run say.
type agent struct {
	path      string
	status    string
	logFormat string
	verbosity int
	watch     bool
	port      port
}

func newRun(c *cli) *cobra.Command {
	a := &agent{}
	cmd := &cobra.Command{
		Use:     "run -f PATH",
		GroupID: groupRun,
		Short:   "Run the loops that manifests ask for, and follow their edits",
		Long: `Run the agent: watch a manifest, or a folder of them, and keep a control loop
running for every WAN that it names. Save an edit and the loops follow, by
retuning where that is enough. A manifest with a fault changes nothing: what ran
before keeps running, and the status says where the fault is.

Metrics, health, the live objects and a web page can be read at
http://127.0.0.1:9153 meanwhile; --listen moves or closes that port. Beyond
loopback it opens only with TLS and a token.

On a terminal the status is drawn live. On SIGINT or SIGTERM the shapers are
left as they are, and the next run goes on from there.`,
		Example: `  # Run one manifest
  wanctl run -f /etc/wanctl/site.yaml

  # Keep the status section in the manifest itself up to date as well
  wanctl run -f site.yaml --status=inline`,
		Args: usageOf(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error { return a.run(cmd, c) },
	}
	flags := cmd.Flags()
	flags.StringVarP(&a.path, "filename", "f", "", "manifest, or folder of manifests, to follow (required)")
	flags.StringVar(&a.status, "status", "state", "where status is kept: state (the state directory) or inline (the manifest, too)")
	flags.StringVar(&a.logFormat, "log-format", "auto", "text, json, or auto: json where systemd's journal takes the log, else text")
	flags.CountVarP(&a.verbosity, "verbose", "v", "log every change of state as well")
	flags.BoolVarP(&a.watch, "watch", "w", false, "show the status as it changes; the default on a terminal")
	a.port.flags(cmd)
	must(cmd.MarkFlagFilename("filename", "yaml", "yml"))
	must(cmd.RegisterFlagCompletionFunc("status", cobra.FixedCompletions([]string{"state", "inline"}, cobra.ShellCompDirectiveNoFileComp)))
	must(cmd.RegisterFlagCompletionFunc("log-format", cobra.FixedCompletions([]string{"auto", "text", "json"}, cobra.ShellCompDirectiveNoFileComp)))
	return cmd
}

// heapGrowth is how many per cent the heap may grow between two collections.
// An agent's is small and short-lived: rarer collections save more time than
// they cost memory. GOGC overrides it.
const heapGrowth = 400

func (a *agent) run(cmd *cobra.Command, c *cli) error {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(heapGrowth)
	}
	if a.path == "" {
		return usage(errors.New("say which manifest to run with -f"))
	}
	if a.status != "state" && a.status != "inline" {
		return usage(fmt.Errorf("unknown --status %q: use state or inline", a.status))
	}
	display := live.New(cmd.OutOrStdout(), cmd.ErrOrStderr(), c.now)
	if !display.Terminal() && !a.watch || cmd.Flags().Changed("watch") && !a.watch {
		display = live.Off(cmd.ErrOrStderr())
	}
	log, err := newLogger(display.Log(), a.logFormat, a.verbosity)
	if err != nil {
		return usage(err)
	}
	if err := slack.Allow(); err != nil {
		log.V(1).Info("timers stay exact, which costs CPU", "error", err.Error())
	}
	manager, turning := service.New(), pulse.New()
	defer manager.Stopping()
	aside, cancel := context.WithCancel(context.WithoutCancel(cmd.Context()))
	fed := make(chan struct{})
	go func() {
		defer close(fed)
		manager.Feed(aside, turning.Fault, log.WithName("service"))
	}()
	defer func() {
		cancel()
		<-fed
	}()
	return a.port.observed(cmd.Context(), a.port.asked(cmd), turning, reconciler.Options{
		Path: a.path, StateDir: c.stateDir, InlineStatus: a.status == "inline", Log: log,
		Observer: turning,
		Observe: func(sites []*v1alpha1.Site) {
			turning.Looked()
			manager.Observe(sites)
			display.Show(sites)
		},
	})
}

// newLogger logs to w in a format; each verbosity shows more.
func newLogger(w io.Writer, format string, verbosity int) (logr.Logger, error) {
	options := &slog.HandlerOptions{Level: slog.Level(-verbosity), ReplaceAttr: plainLevel}
	if format == "auto" {
		format = "text"
		if journalled, err := journal.StderrIsJournalStream(); err == nil && journalled {
			format = "json"
		}
	}
	switch format {
	case "text":
		return logr.FromSlogHandler(slog.NewTextHandler(w, options)), nil
	case "json":
		return logr.FromSlogHandler(slog.NewJSONHandler(w, options)), nil
	}
	return logr.Logger{}, fmt.Errorf("unknown --log-format %q: use auto, text or json", format)
}

// plainLevel names every level below INFO DEBUG.
func plainLevel(groups []string, a slog.Attr) slog.Attr {
	if level, ok := a.Value.Any().(slog.Level); ok && len(groups) == 0 && a.Key == slog.LevelKey && level < slog.LevelInfo {
		a.Value = slog.StringValue(slog.LevelDebug.String())
	}
	return a
}
