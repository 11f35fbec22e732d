package icmp

import (
	"context"
	"net"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/go-logr/logr"
	probing "github.com/prometheus-community/pro-bing"
	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"

	"github.com/wanctl/wanctl/controller/probe"
	"github.com/wanctl/wanctl/controller/probe/probetest"
)

func TestConformance(t *testing.T) {
	needNamespace(t)
	probetest.Run(t, func(t *testing.T) probetest.Harness {
		deadLink(t)
		const timeout = 200 * time.Millisecond
		p, err := New(Config{
			Reflectors: []string{"127.0.0.1", dead, "127.0.0.2"},
			Interval:   2 * time.Millisecond, Timeout: timeout,
		}, logr.Discard())
		must(t, err)
		return probetest.Harness{Prober: p, Reflectors: 3, Dead: 1, Timeout: timeout}
	})
}

func TestPingersReplaceEachOtherWithoutALoss(t *testing.T) {
	needNamespace(t)
	deadLink(t)
	const delay = 50 * time.Millisecond
	answer(t, delay)
	p, err := start(Config{
		Reflectors: []string{dead, "localhost"},
		Interval:   time.Millisecond, Timeout: 30 * time.Second,
	}, logr.Discard(), 20, resolver(""))
	must(t, err)
	defer p.Close()
	var samples []probe.Sample
	until(t, p, func() bool {
		samples, _ = p.Collect(time.Now(), samples)
		return len(samples) >= 500
	})
	turns := [2]int{}
	first, last := samples[0].Sent, samples[0].Sent
	for _, s := range samples {
		turns[s.Reflector]++
		if s.Sent.Before(first) {
			first = s.Sent
		}
		if s.Sent.After(last) {
			last = s.Sent
		}
		if s.Lost || s.Reflector == 0 && s.RTT < delay/2 {
			t.Errorf("answered after %v: %+v", delay, s)
		}
	}
	if slices.Min(turns[:]) < 150 {
		t.Errorf("of 500 samples the reflectors had %d", turns)
	}
	// Where one pinger takes over from another its first probe may follow
	// close on a late last one.
	if most := int(last.Sub(first)/time.Millisecond) + len(samples)/20 + 10; len(samples) > most {
		t.Errorf("%d probes left in %v: pingers overlap", len(samples), last.Sub(first))
	}
}

func TestAnswersAreReadHoweverLongItWasQuietBefore(t *testing.T) {
	needNamespace(t)
	p := open(t, Config{Reflectors: []string{"127.0.0.1"}, Interval: 200 * time.Millisecond, Timeout: 30 * time.Second})
	var samples []probe.Sample
	until(t, p, func() bool {
		samples, _ = p.Collect(time.Now(), samples)
		return len(samples) >= 5
	})
	for _, s := range samples {
		if s.Lost {
			t.Errorf("lost: %+v", s)
		}
	}
}

func TestProbesLeaveAtTheirMomentsAndNotAsSoonAsTheSocketIsOpen(t *testing.T) {
	needNamespace(t)
	first := time.Now().Add(50 * time.Millisecond)
	const interval = 50 * time.Millisecond
	p := open(t, Config{Reflectors: []string{"127.0.0.1"}, Interval: interval, Timeout: 30 * time.Second, Start: first})
	var samples []probe.Sample
	until(t, p, func() bool {
		samples, _ = p.Collect(time.Now(), samples)
		return len(samples) >= 3
	})
	for i, s := range samples {
		if moment := first.Add(time.Duration(i)*interval - starting); s.Sent.Before(moment) {
			t.Errorf("probe %d left %v before its moment", i+1, moment.Sub(s.Sent))
		}
	}
}

func TestAnswersAfterTheTimeoutAreLosses(t *testing.T) {
	needNamespace(t)
	deadLink(t)
	answer(t, 60*time.Millisecond)
	p := open(t, Config{Reflectors: []string{dead}, Interval: 2 * time.Millisecond, Timeout: 20 * time.Millisecond})
	var samples []probe.Sample
	until(t, p, func() bool {
		samples, _ = p.Collect(time.Now(), samples)
		return len(samples) >= 100
	})
	for _, s := range samples {
		if !s.Lost {
			t.Errorf("answered: %+v", s)
		}
	}
}

func TestAnAnswerFromAnotherAddressIsNotOne(t *testing.T) {
	l := newLedger(1, time.Millisecond, time.Minute)
	l.sent(0, time.Now())
	k := &keeper{hosts: []string{dead}, ledger: l, lifetime: 1, timeout: time.Second}
	p := newPinger(k, crew{}, beat{period: time.Second}, 0, &net.IPAddr{IP: net.IPv4(192, 0, 2, 2)})
	p.departures[0].ip = p.addr.IP
	p.received(&probing.Packet{Seq: 0, IPAddr: &net.IPAddr{IP: net.IPv4(192, 0, 2, 3)}})
	if got, _ := l.collect(time.Now(), nil); len(got) != 0 {
		t.Errorf("believed: %+v", got)
	}
	p.received(&probing.Packet{Seq: 0, IPAddr: &net.IPAddr{IP: net.IPv4(192, 0, 2, 2)}})
	if got, _ := l.collect(time.Now(), nil); len(got) != 1 || got[0].Lost {
		t.Errorf("not believed: %+v", got)
	}
}

func TestAnInterfaceThatGoesDownIsSaidAndOneThatComesBackUsed(t *testing.T) {
	needNamespace(t)
	v0 := deadLink(t)
	p := open(t, Config{Reflectors: []string{dead}, Interval: 2 * time.Millisecond, Timeout: 50 * time.Millisecond})
	until(t, p, func() bool { return p.ledger.next(0) > 5 })
	if err := p.Err(); err != nil {
		t.Errorf("error while all is well: %v", err)
	}
	must(t, netlink.LinkSetDown(v0))
	until(t, p, func() bool { return p.Err() != nil })
	if got, want := p.Err().Error(), "network is unreachable"; !strings.Contains(got, want) || !strings.Contains(got, dead) {
		t.Errorf("error %q does not say %q", got, want)
	}
	sent := p.ledger.next(0)
	must(t, netlink.LinkSetUp(v0))
	until(t, p, func() bool { return p.Err() == nil && p.ledger.next(0) > sent+5 })
}

func TestAPinger(t *testing.T) {
	needNamespace(t)
	_, network, err := net.ParseCIDR("198.51.100.0/24")
	must(t, err)
	prohibit := &netlink.Route{Dst: network, Type: unix.RTN_PROHIBIT}
	t.Run("that cannot start is tried again", func(t *testing.T) {
		p := open(t, Config{Reflectors: []string{dead}, Interval: 2 * time.Millisecond, Timeout: 50 * time.Millisecond})
		until(t, p, func() bool { return p.Err() != nil })
		deadLink(t)
		until(t, p, func() bool { return p.Err() == nil && p.ledger.next(0) > 5 })
	})
	t.Run("that a route prohibits does not run wild and comes back", func(t *testing.T) {
		must(t, netlink.RouteAdd(prohibit))
		p := open(t, Config{Reflectors: []string{"198.51.100.1"}, Interval: 2 * time.Millisecond, Timeout: 50 * time.Millisecond})
		until(t, p, func() bool { return p.Err() != nil })
		if got := p.Err().Error(); !strings.Contains(got, "prohibiting route") {
			t.Errorf("error: %s", got)
		}
		must(t, netlink.RouteDel(prohibit))
		must(t, netlink.RouteAdd(&netlink.Route{Dst: network, LinkIndex: deadLink(t).Attrs().Index}))
		until(t, p, func() bool { return p.Err() == nil && p.ledger.next(0) > 5 })
		must(t, netlink.RouteReplace(prohibit))
		t.Cleanup(func() { must(t, netlink.RouteDel(prohibit)) })
		until(t, p, func() bool { return p.Err() != nil })
	})
	t.Run("sends from its source", func(t *testing.T) {
		p := open(t, Config{Reflectors: []string{"127.0.0.1"}, Source: "127.0.0.7", Interval: 2 * time.Millisecond, Timeout: time.Second})
		until(t, p, func() bool { return p.ledger.next(0) > 5 })
	})
	t.Run("whose source is not here says so", func(t *testing.T) {
		p := open(t, Config{Reflectors: []string{"127.0.0.1"}, Source: "203.0.113.9", Interval: 2 * time.Millisecond, Timeout: time.Second})
		until(t, p, func() bool { return p.Err() != nil })
		if got := p.Err().Error(); !strings.Contains(got, "203.0.113.9") || !strings.Contains(got, "cannot assign requested address") {
			t.Errorf("error: %s", got)
		}
	})
}

// unprivileged is set in the environment of the test process that has no right
// to raw sockets.
const unprivileged = "WANCTL_TEST_UNPRIVILEGED"

func TestWithoutRightsTheErrorNamesTheCapability(t *testing.T) {
	if os.Getenv(unprivileged) == "" {
		needNamespace(t)
		// Root of a user namespace has no rights over the network namespace
		// that it was born in.
		c := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^"+t.Name()+"$")
		c.Env = append(os.Environ(), unprivileged+"=1")
		mapping := []syscall.SysProcIDMap{{HostID: 0, ContainerID: 0, Size: 1}}
		c.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWUSER, UidMappings: mapping, GidMappings: mapping}
		out, err := c.CombinedOutput()
		if c.ProcessState == nil {
			t.Skipf("this kernel or container makes no user namespaces: %v", err)
		}
		if err != nil {
			t.Fatalf("%v:\n%s", err, out)
		}
		return
	}
	p := open(t, Config{Reflectors: []string{"127.0.0.1"}, Interval: 2 * time.Millisecond, Timeout: time.Second})
	until(t, p, func() bool { return p.Err() != nil })
	if got := p.Err().Error(); !strings.Contains(got, "operation not permitted: raw ICMP sockets need CAP_NET_RAW") {
		t.Errorf("error: %s", got)
	}
}

func TestAConfigThatCannotWorkIsRefused(t *testing.T) {
	good := Config{Reflectors: []string{"127.0.0.1"}, Interval: time.Second, Timeout: time.Second}
	for says, spoil := range map[string]func(*Config){
		"at least one reflector":          func(c *Config) { c.Reflectors = nil },
		"the interval must be above 0":    func(c *Config) { c.Interval = 0 },
		"timeout of -1s":                  func(c *Config) { c.Timeout = -time.Second },
		"must be an address of this mach": func(c *Config) { c.Source = "eth0" },
	} {
		c := good
		spoil(&c)
		if _, err := New(c, logr.Discard()); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("got %v, want one that says %q", err, says)
		}
	}
}

// trouble is why a reflector cannot be sent to.
func (p *Prober) trouble(reflector int) error {
	p.roster.mu.Lock()
	defer p.roster.mu.Unlock()
	return p.roster.reflectors[reflector].trouble
}

func open(t *testing.T, cfg Config) *Prober {
	t.Helper()
	p, err := New(cfg, logr.Discard())
	must(t, err)
	t.Cleanup(func() { must(t, p.Close()) })
	return p
}

// until waits, for long if need be, until something is so.
func until(t *testing.T, p *Prober, so func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for !so() {
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Fatalf("it never came to be; error: %v", p.Err())
		}
	}
}
