package icmp

import (
	"context"
	"errors"
	"net"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-logr/logr"
	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"

	"github.com/wanctl/wanctl/controller/probe"
)

func TestReflectorsThatCannotBeSentToCostTheOthersNothing(t *testing.T) {
	needNamespace(t)
	v0 := deadLink(t)
	answer(t, 50*time.Millisecond)
	_, network, err := net.ParseCIDR("198.51.100.0/24")
	must(t, err)
	prohibit := &netlink.Route{Dst: network, Type: unix.RTN_PROHIBIT}
	must(t, netlink.RouteAdd(prohibit))
	const unreachable, prohibited = "203.0.113.1", "198.51.100.1"
	for name, hosts := range map[string][]string{
		"first":   {unreachable, prohibited, dead, "127.0.0.1"},
		"between": {"127.0.0.1", prohibited, dead, unreachable},
	} {
		t.Run(name, func(t *testing.T) {
			p := open(t, Config{Reflectors: hosts, Interval: 2 * time.Millisecond, Timeout: 30 * time.Second})
			bad := []int{slices.Index(hosts, unreachable), slices.Index(hosts, prohibited)}
			var samples []probe.Sample
			until(t, p, func() bool {
				samples, _ = p.Collect(time.Now(), samples)
				return len(samples) > 300 && said(p.trouble(bad[0])) && said(p.trouble(bad[1]))
			})
			samples = settle(t, p, samples)
			turns := make([]int, len(hosts))
			for _, s := range samples {
				turns[s.Reflector]++
			}
			if turns[bad[0]]+turns[bad[1]] > 0 || turns[slices.Index(hosts, dead)] < 50 || turns[slices.Index(hosts, "127.0.0.1")] < 100 {
				t.Errorf("turns of %v: %d", hosts, turns)
			}
			for i, says := range []string{"network is unreachable", "prohibiting route"} {
				got := p.trouble(bad[i]).Error()
				if !strings.Contains(got, says) || !strings.Contains(got, hosts[bad[i]]) {
					t.Errorf("error %q does not say %q", got, says)
				}
			}
			if got := p.trouble(bad[0]).Error(); strings.Count(got, unreachable) != 2 {
				t.Errorf("error %q names another address", got)
			}
			if err := p.Err(); err != nil {
				t.Errorf("two of four can be sent to, but: %v", err)
			}
		})
	}
	t.Run("and come back", func(t *testing.T) {
		p := open(t, Config{Reflectors: []string{"127.0.0.1", prohibited}, Interval: 2 * time.Millisecond, Timeout: time.Second})
		until(t, p, func() bool { return p.trouble(1) != nil && p.ledger.next(0) > 20 })
		must(t, netlink.RouteDel(prohibit))
		must(t, netlink.RouteAdd(&netlink.Route{Dst: network, LinkIndex: v0.Attrs().Index}))
		until(t, p, func() bool { return p.trouble(1) == nil && p.ledger.next(1) > 5 })
	})
}

func TestANameWithoutAnAddressDelaysNobody(t *testing.T) {
	needNamespace(t)
	p := open(t, Config{Reflectors: []string{"reflector.invalid", "127.0.0.1"}, Interval: 2 * time.Millisecond, Timeout: time.Second})
	until(t, p, func() bool { return p.trouble(0) != nil && p.ledger.next(1) > 20 })
	if err := p.Err(); err != nil {
		t.Errorf("one of two can be sent to, but: %v", err)
	}
	if got := p.trouble(0).Error(); !strings.HasPrefix(got, "look up reflector reflector.invalid: ") {
		t.Errorf("error: %s", got)
	}
}

func TestANameTakesItsTurnsOnceItHasAnAddress(t *testing.T) {
	needNamespace(t)
	for name, addr := range map[string]string{"of the others' family": "127.0.0.2", "of another family": "::1"} {
		t.Run(name, func(t *testing.T) {
			var resolves atomic.Bool
			p, err := start(Config{
				Reflectors: []string{"127.0.0.1", "late.example", "127.0.0.3"},
				Interval:   2 * time.Millisecond, Timeout: 30 * time.Second,
			}, logr.Discard(), lifetime, func(context.Context, string) (*net.IPAddr, error) {
				if !resolves.Load() {
					return nil, errors.New("no such host")
				}
				return address(addr), nil
			})
			must(t, err)
			defer p.Close()
			until(t, p, func() bool { return p.trouble(1) != nil && p.ledger.next(0) > 20 })
			resolves.Store(true)
			until(t, p, func() bool { return p.ledger.next(1) > 50 })
			var samples []probe.Sample
			until(t, p, func() bool {
				samples, _ = p.Collect(time.Now(), samples)
				return len(samples) > 300
			})
			samples = settle(t, p, samples)
			var late []probe.Sample
			for _, s := range samples[len(samples)-90:] {
				if s.Reflector == 1 {
					late = append(late, s)
				}
			}
			if len(late) < 20 || len(late) > 40 {
				t.Errorf("%d of 90 were of one in three", len(late))
			}
		})
	}
}

func TestNamesAreLookedUpAnewForEveryPinger(t *testing.T) {
	needNamespace(t)
	var lookups atomic.Int32
	p, err := start(Config{Reflectors: []string{"moving.example", "127.0.0.9"}, Interval: time.Millisecond, Timeout: 30 * time.Second}, logr.Discard(), 20,
		func(context.Context, string) (*net.IPAddr, error) {
			// Every third fails, and the address stays.
			n := lookups.Add(1)
			if n%3 == 0 {
				return nil, errors.New("no server")
			}
			return address([]string{"127.0.0.1", "127.0.0.2"}[n%2]), nil
		})
	must(t, err)
	defer p.Close()
	var samples []probe.Sample
	until(t, p, func() bool {
		samples, _ = p.Collect(time.Now(), samples)
		return lookups.Load() > 10 && len(samples) > 200
	})
	turns := 0
	for _, s := range settle(t, p, samples) {
		if s.Reflector == 0 {
			turns++
		}
	}
	if turns < len(samples)/3 {
		t.Errorf("%d of %d turns were one in two", turns, len(samples))
	}
}

func TestReflectorsOfBothFamiliesTakeTurns(t *testing.T) {
	needNamespace(t)
	const interval = 5 * time.Millisecond
	p := open(t, Config{Reflectors: []string{"127.0.0.1", "::1", "127.0.0.2"}, Interval: interval, Timeout: 30 * time.Second})
	var samples []probe.Sample
	until(t, p, func() bool {
		samples, _ = p.Collect(time.Now(), samples)
		return len(samples) >= 150
	})
	turns := [3]int{}
	for _, s := range settle(t, p, samples) {
		turns[s.Reflector]++
	}
	if slices.Min(turns[:]) < 40 {
		t.Errorf("turns: %d", turns)
	}
}

// said reads an error, which nobody may write meanwhile.
func said(err error) bool { return err != nil && err.Error() != "" }

// settle collects until what has left so far came back. Nothing may be lost.
func settle(t *testing.T, p *Prober, samples []probe.Sample) []probe.Sample {
	t.Helper()
	left := make([]uint64, len(p.ledger.flights))
	for i := range left {
		left[i] = p.ledger.next(i)
	}
	until(t, p, func() bool {
		samples, _ = p.Collect(time.Now(), samples)
		p.ledger.mu.Lock()
		defer p.ledger.mu.Unlock()
		for i := range left {
			if p.ledger.flights[i].tail < left[i] {
				return false
			}
		}
		return true
	})
	for _, s := range samples {
		if s.Lost {
			t.Errorf("lost: %+v", s)
		}
	}
	return samples
}

func TestTheReaderSleepsWhileNothingIsOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLedger(2, time.Second, time.Second)
		k := &keeper{hosts: []string{"127.0.0.1", "127.0.0.2"}, ledger: l, lifetime: 9, timeout: time.Second}
		p := newPinger(k, crew{members: []int{0, 1}}, beat{period: time.Second}, 0, address("127.0.0.1"))
		timeout := &net.OpError{Op: "read", Err: os.ErrDeadlineExceeded}
		p.notReceived(timeout)
		number := l.sent(1, time.Now())
		p.begun.Store(true)
		p.notReceived(timeout)
		l.answered(1, number, time.Now())
		p.notReceived(syscall.EBADF)
		awake := make(chan struct{})
		go func() {
			p.notReceived(timeout)
			close(awake)
		}()
		synctest.Wait()
		select {
		case <-awake:
			t.Error("it is awake though nothing is out")
		default:
		}
		p.stirred <- struct{}{}
		<-awake
	})
}
