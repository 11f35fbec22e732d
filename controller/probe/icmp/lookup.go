package icmp

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"time"
)

// lookup finds the address of a name.
type lookup func(ctx context.Context, name string) (*net.IPAddr, error)

// literal is a host that is an address; nil where it is a name.
func literal(host string) *net.IPAddr {
	addr, err := netip.ParseAddr(host)
	if err != nil {
		return nil
	}
	return &net.IPAddr{IP: addr.Unmap().AsSlice(), Zone: addr.Zone()}
}

// lookupTimeout bounds one lookup.
const lookupTimeout = 5 * time.Second

// resolver finds addresses of the source's family if there is a source,
// otherwise IPv4 rather than IPv6.
func resolver(source string) lookup {
	network := "ip"
	if addr, err := netip.ParseAddr(source); err == nil {
		network = "ip6"
		if addr.Unmap().Is4() {
			network = "ip4"
		}
	}
	return func(ctx context.Context, name string) (*net.IPAddr, error) {
		ctx, cancel := context.WithTimeout(ctx, lookupTimeout)
		defer cancel()
		ips, err := net.DefaultResolver.LookupIP(ctx, network, name)
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
}

// lookUp finds the address of a reflector that is a name, at once and whenever
// it is asked to. Until there is one it tries again; one that is known stays
// until another is found.
func (k *keeper) lookUp(ctx context.Context, member int) {
	host := k.hosts[member]
	for pause := leastPause; ; {
		addr, err := k.lookup(ctx, host)
		switch {
		case ctx.Err() != nil:
			return
		case err == nil:
			k.roster.found(member, addr)
		case !k.roster.known(member):
			k.failed(member, fmt.Errorf("look up reflector %s: %w", host, err))
			if sleep(ctx, time.Now().Add(pause)) != nil {
				return
			}
			pause = min(2*pause, longestPause)
			continue
		}
		pause = leastPause
		select {
		case <-k.stale[member]:
		case <-ctx.Done():
			return
		}
	}
}

// renew asks for a reflector's address again; one that was given as an address
// stays as it is.
func (k *keeper) renew(member int) {
	select {
	case k.stale[member] <- struct{}{}:
	default:
	}
}
