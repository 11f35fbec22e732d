// Package server is the port that an agent is looked at through: metrics,
// health, the live objects as Kubernetes would serve them, and the page. It
// answers reads only; nothing can be changed through it.
package server

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/go-logr/logr"

	"github.com/wanctl/wanctl/api/v1alpha1"
	"github.com/wanctl/wanctl/observe/feed"
	"github.com/wanctl/wanctl/observe/pulse"
)

// Options say where the port is and who may read it.
type Options struct {
	// Address is HOST:PORT.
	Address string
	// CertFile and KeyFile are in PEM; with them the port speaks TLS. They are
	// read at every handshake, so that a renewed one is used at once.
	CertFile, KeyFile string
	// TokenFile holds what a reader must show; it is read at every request.
	TokenFile string
	// Feed is what there is to see, Metrics and Page the handlers of /metrics
	// and of the page.
	Feed          *feed.Feed
	Pulse         *pulse.Pulse
	Metrics, Page http.Handler
	// Events are all that are stored, of every site.
	Events func() ([]v1alpha1.Event, error)
	Log    logr.Logger
}

// Server is a port that is listened on.
type Server struct {
	http     *http.Server
	listener net.Listener
	log      logr.Logger
}

// Listen opens the port. It refuses an address beyond loopback without TLS and
// a token, whose absence the *RefusedError names.
func Listen(opts Options) (*Server, error) {
	if err := opts.check(); err != nil {
		return nil, err
	}
	listener, err := net.Listen("tcp", opts.Address)
	if err != nil {
		return nil, fmt.Errorf("listen for readers on %s: %w", opts.Address, err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	s := &Server{listener: listener, log: opts.Log, http: &http.Server{
		Handler: opts.guard(opts.routes(), listener.Addr()),
		// Streams are ended with the server, which waits for them.
		BaseContext:       func(net.Listener) context.Context { return ctx },
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    1 << 16,
		ErrorLog:          slog.NewLogLogger(logr.ToSlogHandler(opts.Log.V(1)), slog.LevelDebug),
	}}
	s.http.RegisterOnShutdown(cancel)
	if opts.CertFile != "" {
		s.http.TLSConfig = &tls.Config{
			MinVersion: tls.VersionTLS12,
			GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) {
				cert, err := tls.LoadX509KeyPair(opts.CertFile, opts.KeyFile)
				return &cert, err
			},
		}
	}
	return s, nil
}

// Address is what is listened on, its port filled in.
func (s *Server) Address() net.Addr { return s.listener.Addr() }

// Serve answers until ctx ends, and then waits a moment for answers under way.
func (s *Server) Serve(ctx context.Context) error {
	ended := make(chan error, 1)
	go func() {
		if s.http.TLSConfig != nil {
			ended <- s.http.ServeTLS(s.listener, "", "")
			return
		}
		ended <- s.http.Serve(s.listener)
	}()
	var err error
	select {
	case err = <-ended:
	case <-ctx.Done():
		// The context has ended; answers get a second of their own.
		last, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
		defer cancel()
		if s.http.Shutdown(last) != nil {
			_ = s.http.Close()
		}
		err = <-ended
	}
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return fmt.Errorf("serve readers on %s: %w", s.listener.Addr(), err)
}

// routes are all that can be asked for.
func (o *Options) routes() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", o.Metrics)
	mux.Handle("GET /", o.Page)
	mux.HandleFunc("GET /livez", o.livez)
	mux.HandleFunc("GET /readyz", o.readyz)
	profiles(mux)
	o.objects(mux)
	return readOnly(mux)
}
