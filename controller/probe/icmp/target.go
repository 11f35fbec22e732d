package icmp

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"github.com/go-logr/logr"
)

// target is one reflector, with the goroutine that keeps a pinger running.
type target struct {
	index    int
	host     string
	source   string
	timeout  time.Duration
	lifetime int
	beat     beat
	ledger   *ledger
	log      logr.Logger

	// trouble is why probes cannot be sent; nil while they can.
	trouble atomic.Pointer[error]
	// pingers counts the goroutines of pingers, of which the last but one
	// may still wait for answers.
	pingers sync.WaitGroup
}

// The pause before a pinger is tried again doubles from leastPause to
// longestPause.
const (
	leastPause   = 100 * time.Millisecond
	longestPause = 2 * time.Second
)

// run replaces pingers as they end until ctx does.
func (t *target) run(ctx context.Context) {
	defer t.pingers.Wait()
	pause := leastPause
	for ctx.Err() == nil {
		began := t.ledger.next(t.index)
		err := t.ping(ctx)
		if err == nil || ctx.Err() != nil {
			continue
		}
		t.failed(err)
		if t.ledger.next(t.index) != began {
			pause = leastPause
		}
		_ = sleep(ctx, time.Now().Add(pause))
		pause = min(2*pause, longestPause)
	}
}

// ping resolves the reflector and runs a pinger for its lifetime, or until
// something goes wrong.
func (t *target) ping(ctx context.Context) error {
	addr, err := t.resolve(ctx)
	if err != nil {
		return fmt.Errorf("look up reflector %s: %w", t.host, err)
	}
	if err := sleep(ctx, t.beat.after(time.Now())); err != nil {
		return err
	}
	p := newPinger(t, addr)
	return p.start(ctx)
}

// resolveTimeout bounds one lookup.
const resolveTimeout = 5 * time.Second

// resolve finds the reflector's address, of the source's family if there is a
// source, otherwise IPv4 rather than IPv6.
func (t *target) resolve(ctx context.Context) (*net.IPAddr, error) {
	if addr, err := netip.ParseAddr(t.host); err == nil {
		return &net.IPAddr{IP: addr.Unmap().AsSlice(), Zone: addr.Zone()}, nil
	}
	network := "ip"
	if source, err := netip.ParseAddr(t.source); err == nil {
		network = "ip6"
		if source.Unmap().Is4() {
			network = "ip4"
		}
	}
	ctx, cancel := context.WithTimeout(ctx, resolveTimeout)
	defer cancel()
	ips, err := net.DefaultResolver.LookupIP(ctx, network, t.host)
	if err != nil {
		return nil, err
	}
	for _, ip := range ips {
		if ip.To4() != nil {
			return &net.IPAddr{IP: ip}, nil
		}
	}
	if len(ips) == 0 {
		return nil, errors.New("the name has no address")
	}
	return &net.IPAddr{IP: ips[0]}, nil
}

// failed keeps why probes cannot be sent, and logs it once.
func (t *target) failed(err error) {
	err = advise(err)
	if t.trouble.Swap(&err) == nil {
		t.log.Error(err, "probes cannot be sent")
	}
}

// advise adds what to do about an error where that is known.
func advise(err error) error {
	if !errors.Is(err, fs.ErrPermission) {
		return err
	}
	if op, ok := errors.AsType[*net.OpError](err); ok && op.Op == "listen" {
		return fmt.Errorf("%w: raw ICMP sockets need CAP_NET_RAW", err)
	}
	return fmt.Errorf("%w: a prohibiting route or a firewall rule of this machine forbids it", err)
}

// sending notes that probes can be sent.
func (t *target) sending() {
	if t.trouble.Load() != nil {
		t.trouble.Store(nil)
		t.log.Info("probes can be sent again")
	}
}
