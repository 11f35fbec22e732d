// Package icmp probes with raw ICMP echo requests.
//
// One pinger, with one socket and one clock, serves all reflectors of a WAN, so
// that an answer wakes one reader. A reflector that has no address yet, or that
// cannot be sent to, is left out, and its turns are taken by the others. Where
// reflectors are of both families each has a pinger of its own, staggered so
// that one probe leaves every interval; there the turns of one that is left out
// stay empty. Raw sockets need CAP_NET_RAW.
package icmp

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"sync"
	"time"

	"github.com/go-logr/logr"

	"github.com/wanctl/wanctl/controller/probe"
)

// Config says what is probed, and how.
type Config struct {
	// Reflectors are addresses or names. Names are looked up in the
	// background, anew for every pinger; an address stays in use until
	// another is found.
	Reflectors []string
	// Source is the address to probe from; the routing's choice when empty.
	Source string
	// Interval is the time between two probes, to whatever reflector.
	Interval time.Duration
	// Start is when the first probe may leave, and a moment that all leave whole
	// intervals after; now when left out.
	Start time.Time
	// Timeout is when a probe counts as lost. A later answer is dropped.
	Timeout time.Duration
}

// Prober is a probe.Prober over raw ICMP. Up to 1024 samples wait for Collect;
// beyond that the oldest are dropped.
type Prober struct {
	ledger  *ledger
	roster  *roster
	cancel  context.CancelFunc
	running sync.WaitGroup
}

var _ probe.Prober = (*Prober)(nil)

// lifetime is how many probes a pinger sends before it is replaced. pro-bing
// keeps every unanswered sequence number for ever and cannot tell numbers
// apart beyond 65,535.
const lifetime = 20_000

// New starts probing. It returns an error only for a Config that can never
// work; what else keeps probes from being sent is in Err.
func New(cfg Config, log logr.Logger) (*Prober, error) {
	return start(cfg, log, lifetime, resolver(cfg.Source))
}

func start(cfg Config, log logr.Logger, lifetime int, lookup lookup) (*Prober, error) {
	if err := cfg.check(); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(context.Background())
	n := len(cfg.Reflectors)
	p := &Prober{ledger: newLedger(n, cfg.Interval, cfg.Timeout), roster: newRoster(n), cancel: cancel}
	k := &keeper{
		hosts: cfg.Reflectors, source: cfg.Source, timeout: cfg.Timeout, interval: cfg.Interval, first: cfg.Start,
		lifetime: lifetime, lookup: lookup, roster: p.roster, ledger: p.ledger, log: log, stale: make([]chan struct{}, n),
	}
	if k.first.IsZero() {
		k.first = time.Now()
	}
	for i, host := range cfg.Reflectors {
		if addr := literal(host); addr != nil {
			p.roster.found(i, addr)
			continue
		}
		k.stale[i] = make(chan struct{}, 1)
		p.running.Go(func() { k.lookUp(ctx, i) })
	}
	p.running.Go(func() { k.run(ctx) })
	return p, nil
}

func (cfg Config) check() error {
	switch {
	case len(cfg.Reflectors) == 0:
		return errors.New("probe: name at least one reflector")
	case cfg.Interval <= 0:
		return fmt.Errorf("probe every %v: the interval must be above 0", cfg.Interval)
	case cfg.Timeout <= 0:
		return fmt.Errorf("probe with a timeout of %v: it must be above 0", cfg.Timeout)
	}
	if cfg.Source != "" {
		if _, err := netip.ParseAddr(cfg.Source); err != nil {
			return fmt.Errorf("probe from %q: the source must be an address of this machine: %w", cfg.Source, err)
		}
	}
	return nil
}

// Collect implements probe.Prober.
func (p *Prober) Collect(now time.Time, buf []probe.Sample) ([]probe.Sample, probe.Waiting) {
	return p.ledger.collect(now, buf)
}

// Err is why no reflector at all can be sent to; nil while one can.
func (p *Prober) Err() error { return p.roster.err() }

// Close stops all pingers and lookups, and waits for them.
func (p *Prober) Close() error {
	p.cancel()
	p.running.Wait()
	return nil
}
