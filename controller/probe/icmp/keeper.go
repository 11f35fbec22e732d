package icmp

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"sync"
	"time"

	"github.com/go-logr/logr"
)

// keeper keeps pingers running for all reflectors of a WAN.
type keeper struct {
	hosts    []string
	source   string
	timeout  time.Duration
	interval time.Duration
	first    time.Time
	lifetime int
	lookup   lookup
	roster   *roster
	ledger   *ledger
	log      logr.Logger
	// stale holds a token for each name that is to be looked up again; nil
	// for an address.
	stale []chan struct{}
	// pingers counts the goroutines of pingers, of which the last but one
	// may still wait for answers.
	pingers sync.WaitGroup
}

// run keeps the crews running until ctx ends, divided anew when families come
// to be mixed or cease to be.
func (k *keeper) run(ctx context.Context) {
	defer k.pingers.Wait()
	for ctx.Err() == nil {
		var crews sync.WaitGroup
		for _, c := range k.roster.crews() {
			crews.Go(func() { k.keep(ctx, c) })
		}
		crews.Wait()
	}
}

// keep replaces a crew's pingers as they end, until ctx does or crews are
// divided anew.
func (k *keeper) keep(ctx context.Context, c crew) {
	beat := beat{first: k.first, period: k.interval}
	if c.apart {
		beat.first = beat.first.Add(time.Duration(c.members[0]) * k.interval)
		beat.period *= time.Duration(len(k.hosts))
	}
	for ctx.Err() == nil {
		wait, news, ok := k.roster.due(c, time.Now())
		switch {
		case !ok:
			return
		case wait == 0:
			k.ping(ctx, c, beat)
		default:
			timer := time.NewTimer(wait)
			select {
			case <-timer.C:
			case <-news:
			case <-ctx.Done():
			}
			timer.Stop()
		}
	}
}

// opening is how long before its first probe a pinger opens its socket, where
// probes are not closer to each other.
const opening = 5 * time.Millisecond

// ping runs a pinger for its lifetime, or until something goes wrong.
func (k *keeper) ping(ctx context.Context, c crew, beat beat) {
	opening := min(opening, beat.period/2)
	first := beat.after(time.Now().Add(opening))
	if sleep(ctx, first.Add(-opening)) != nil {
		return
	}
	member, addr, ok := k.roster.next(c, nil, first)
	if !ok {
		return
	}
	if err := newPinger(k, c, beat, member, addr).start(ctx); err != nil && ctx.Err() == nil {
		for _, i := range c.members {
			if k.roster.known(i) {
				k.failed(i, fmt.Errorf("probe reflector %s: %w", k.hosts[i], err))
			}
		}
	}
	for _, i := range c.members {
		k.renew(i)
	}
}

// failed keeps why a reflector cannot be sent to, and logs it once.
func (k *keeper) failed(member int, err error) {
	err = advise(err)
	first, long := k.roster.failed(member, err, time.Now())
	if first {
		k.log.Error(err, "probes cannot be sent", "reflector", k.hosts[member])
	}
	if long {
		k.renew(member)
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

// sent notes that a reflector was sent to.
func (k *keeper) sent(member int) {
	if k.roster.sent(member) {
		k.log.Info("probes can be sent again", "reflector", k.hosts[member])
	}
}
