package fallback

import (
	"context"
	"time"

	"github.com/wanctl/wanctl/controller/probe"
)

// run asks until ctx ends. Each question has a goroutine of its own, so that
// one without an answer holds up no other.
func (p *Prober) run(ctx context.Context) {
	rest := p.cfg.IdleEvery / time.Duration(max(1, len(p.cfg.Targets)))
	tick := time.NewTicker(min(p.cfg.Every, rest))
	defer tick.Stop()
	var asked, pinged, silentSince time.Time
	for next := 0; ; {
		now := time.Now()
		silent := now.Sub(p.began)-time.Duration(p.answered.Load()) >= p.cfg.Silence
		switch {
		case !silent:
			silentSince = time.Time{}
			p.found(Answered)
		case silentSince.IsZero():
			silentSince = now
			p.found(Unknown)
		default:
			p.found(p.judge(now, silentSince))
		}
		if silent && now.Sub(pinged) >= 2*p.cfg.Every {
			pinged = now
			p.running.Go(func() { p.ping(ctx) })
		}
		// The first round is made at once, so that baselines are known early.
		due := silent || next < len(p.cfg.Targets) || now.Sub(asked) >= rest
		if due && len(p.cfg.Targets) > 0 {
			asked = now
			target := next % len(p.cfg.Targets)
			next++
			p.running.Go(func() { p.connect(ctx, target, silent) })
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// judge is what the answers since the silence began mean. Silence of all is
// believed once every question has had its time.
func (p *Prober) judge(now, since time.Time) Finding {
	_, askable := p.gateway()
	askable = askable || len(p.cfg.Targets) > 0
	p.mu.Lock()
	defer p.mu.Unlock()
	recent := now.Add(-p.cfg.Timeout - 2*p.cfg.Every)
	if recent.Before(since) {
		recent = since
	}
	switch {
	case p.connected.After(recent):
		return ICMPLost
	case now.Sub(since) < p.cfg.Timeout:
		return Unknown
	case p.echoed.After(recent):
		return BeyondGateway
	case !askable:
		return Unknown
	}
	return WANDown
}

func (p *Prober) found(f Finding) {
	was := *p.finding.Load()
	if was == f {
		return
	}
	p.finding.Store(&f)
	if p.cfg.Notify != nil {
		p.cfg.Notify(was, f)
	}
}

// connect opens a connection to a target and closes it.
func (p *Prober) connect(ctx context.Context, target int, silent bool) {
	sent, rtt, err := dial(ctx, p.cfg.Targets[target], p.cfg.Source, p.cfg.Timeout)
	if ctx.Err() != nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if err == nil {
		p.connected = time.Now()
	}
	// A failure counts only where the standby is needed: a target that takes no
	// connections at all is no news.
	if !p.cfg.Follow || err != nil && !silent || len(p.samples) == cap(p.samples) {
		return
	}
	p.samples = append(p.samples, probe.Sample{Reflector: p.cfg.Reflectors + target, Sent: sent, RTT: rtt, Lost: err != nil})
}

// ping asks the gateway.
func (p *Prober) ping(ctx context.Context) {
	gateway, ok := p.gateway()
	if !ok || echo(ctx, gateway, p.cfg.Source, p.cfg.Timeout) != nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.echoed = time.Now()
}
