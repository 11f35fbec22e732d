package main

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"github.com/wanctl/wanctl/api/v1alpha1"
	"github.com/wanctl/wanctl/observe/feed"
	"github.com/wanctl/wanctl/observe/metrics"
	"github.com/wanctl/wanctl/observe/page"
	"github.com/wanctl/wanctl/observe/pulse"
	"github.com/wanctl/wanctl/observe/server"
	"github.com/wanctl/wanctl/reconciler"
	"github.com/wanctl/wanctl/reconciler/status"
)

// defaultListen is where an agent is looked at unless --listen says otherwise.
const defaultListen = "127.0.0.1:9153"

// port is what the flags of run say of the port that readers use.
type port struct{ listen, cert, key, token string }

func (p *port) flags(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&p.listen, "listen", defaultListen, "HOST:PORT of metrics, health, live objects and the web page; empty is none")
	flags.StringVar(&p.cert, "tls-cert", "", "certificate of that port, in PEM; needed beyond loopback")
	flags.StringVar(&p.key, "tls-key", "", "its key")
	flags.StringVar(&p.token, "token-file", "", "file with the token that readers must show; needed beyond loopback")
	for _, name := range []string{"tls-cert", "tls-key", "token-file"} {
		must(cmd.MarkFlagFilename(name))
	}
}

// asked says that somebody wants the port to be as it says.
func (p *port) asked(cmd *cobra.Command) bool {
	flags := cmd.Flags()
	return flags.Changed("listen") || flags.Changed("tls-cert") || flags.Changed("tls-key") || flags.Changed("token-file")
}

// observed runs an agent that can be looked at through the port. A port that
// was asked for must open; the default need not.
func (p *port) observed(ctx context.Context, asked bool, turning *pulse.Pulse, opts reconciler.Options) error {
	if p.listen == "" {
		return reconciler.Run(ctx, opts)
	}
	figures := metrics.New(readBuild().Version)
	seen := feed.New(figures)
	figures.Show(seen.Latest)
	s, err := server.Listen(server.Options{
		Address: p.listen, CertFile: p.cert, KeyFile: p.key, TokenFile: p.token,
		Feed: seen, Pulse: turning, Metrics: figures.Handler(), Page: page.Handler(seen), Log: opts.Log.WithName("server"),
		Events: func() ([]v1alpha1.Event, error) { return status.Read(opts.StateDir).Events("") },
	})
	if refused, ok := errors.AsType[*server.RefusedError](err); ok {
		return usage(refused)
	}
	if err != nil && asked {
		return err
	}
	if err != nil {
		// Another agent has the port that nobody asked for, or there is no
		// loopback to have one on: no reason not to keep lines fast.
		opts.Log.Error(err, "not looked at through a port; name another with --listen")
		return reconciler.Run(ctx, opts)
	}
	opts.Log.Info("listening for readers", "address", s.Address().String())
	show := opts.Observe
	opts.Observer = observers{opts.Observer, seen}
	opts.Observe = func(sites []*v1alpha1.Site) {
		seen.Sites(sites)
		show(sites)
	}
	return run(ctx, opts, seen, s)
}

// run runs agent, feed and port until the agent ends; a port that fails is
// told of, and the agent goes on.
func run(ctx context.Context, opts reconciler.Options, seen *feed.Feed, s *server.Server) error {
	aside, cancel := context.WithCancel(context.WithoutCancel(ctx))
	collected, served := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(collected)
		seen.Run(aside)
	}()
	go func() {
		defer close(served)
		if err := s.Serve(aside); err != nil {
			opts.Log.Error(err, "readers are no longer served")
		}
	}()
	err := reconciler.Run(ctx, opts)
	cancel()
	<-collected
	<-served
	return err
}
