package fallback

import (
	"context"
	"net"
	"net/netip"
	"testing"
	"time"

	"github.com/go-logr/logr"

	"github.com/wanctl/wanctl/controller/probe"
	"github.com/wanctl/wanctl/controller/probe/icmp"
	"github.com/wanctl/wanctl/controller/probe/probetest"
)

// listen takes connections on loopback and returns where.
func listen(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			_ = c.Close()
		}
	}()
	t.Cleanup(func() {
		_ = l.Close()
		<-ended
	})
	return l.Addr().String()
}

func at(address string) func() (netip.Addr, bool) {
	return func() (netip.Addr, bool) { return netip.MustParseAddr(address), true }
}

// open stands around ICMP probes of one reflector.
func open(t *testing.T, reflector string, cfg Config) *Prober {
	t.Helper()
	pings, err := icmp.New(icmp.Config{Reflectors: []string{reflector}, Interval: 5 * time.Millisecond, Timeout: 200 * time.Millisecond}, logr.Discard())
	must(t, err)
	cfg.Reflectors, cfg.Follow = 1, true
	cfg.Timeout, cfg.Silence, cfg.Every = 200*time.Millisecond, 200*time.Millisecond, 20*time.Millisecond
	if cfg.IdleEvery == 0 {
		cfg.IdleEvery = time.Hour
	}
	p := New(pings, cfg)
	t.Cleanup(func() { must(t, p.Close()) })
	return p
}

func TestConformance(t *testing.T) {
	needNamespace(t)
	target := listen(t)
	probetest.Run(t, func(t *testing.T) probetest.Harness {
		p := open(t, "127.0.0.1", Config{Targets: []string{target}, IdleEvery: 2 * time.Millisecond})
		return probetest.Harness{Prober: p, Reflectors: 2, Dead: -1, Timeout: 200 * time.Millisecond}
	})
}

// until collects, for long if need be, until something is so.
func until(t *testing.T, p *Prober, so func(s []probe.Sample) bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	var samples []probe.Sample
	for !so(samples) {
		select {
		case now := <-tick.C:
			samples, _ = p.Collect(now, samples)
		case <-ctx.Done():
			t.Fatalf("it never came to be; found %d, error: %v", p.Finding(), p.Err())
		}
	}
}

func found(p *Prober, f Finding) func([]probe.Sample) bool {
	return func([]probe.Sample) bool { return p.Finding() == f }
}

// connections are the samples of standbys that were answered.
func connections(samples []probe.Sample) (n int) {
	for _, s := range samples {
		if s.Reflector == 1 && !s.Lost {
			n++
		}
	}
	return n
}

func TestWhatSilenceMeans(t *testing.T) {
	needNamespace(t)
	t.Run("connections work: only ICMP is lost, until it is answered again", func(t *testing.T) {
		echoes(t, false)
		defer echoes(t, true)
		p := open(t, "127.0.0.1", Config{Targets: []string{listen(t)}, Gateway: at("127.0.0.1")})
		until(t, p, found(p, ICMPLost))
		until(t, p, func(s []probe.Sample) bool { return connections(s) > 5 })
		echoes(t, true)
		until(t, p, found(p, Answered))
	})
	t.Run("a refused connection is an answer", func(t *testing.T) {
		echoes(t, false)
		defer echoes(t, true)
		p := open(t, "127.0.0.1", Config{Targets: []string{"127.0.0.1:1"}})
		until(t, p, found(p, ICMPLost))
	})
	t.Run("the gateway alone answers", func(t *testing.T) {
		deadLink(t)
		p := open(t, dead, Config{Targets: []string{dead + ":443"}, Gateway: at("127.0.0.1")})
		until(t, p, found(p, BeyondGateway))
	})
	t.Run("nothing answers", func(t *testing.T) {
		deadLink(t)
		p := open(t, dead, Config{Targets: []string{dead + ":443"}, Gateway: at(dead)})
		until(t, p, found(p, WANDown))
		until(t, p, func(s []probe.Sample) bool {
			for _, sample := range s {
				if !sample.Lost {
					t.Errorf("answered: %+v", sample)
				}
			}
			return len(s) > 10
		})
	})
	t.Run("nothing but the reflectors can be asked", func(t *testing.T) {
		deadLink(t)
		p := open(t, dead, Config{})
		until(t, p, func(s []probe.Sample) bool { return len(s) > 200 && p.Finding() == Unknown })
	})
	t.Run("connections leave from the source", func(t *testing.T) {
		echoes(t, false)
		defer echoes(t, true)
		p := open(t, "127.0.0.1", Config{Targets: []string{listen(t)}, Source: netip.MustParseAddr("203.0.113.9")})
		until(t, p, found(p, WANDown))
	})
}

func TestTheNextHopIsThatOfTheInterface(t *testing.T) {
	needNamespace(t)
	deadLink(t)
	if hop, ok := NextHop("v0"); !ok || hop.String() != next {
		t.Errorf("next hop %v %v, want %s", hop, ok, next)
	}
	if hop, ok := NextHop("lo"); ok {
		t.Errorf("next hop %v of an interface that has none", hop)
	}
}
