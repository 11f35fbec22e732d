package fallback

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/netip"
	"syscall"
	"time"

	"golang.org/x/net/icmp"
	"golang.org/x/net/ipv4"
	"golang.org/x/net/ipv6"
)

// dial opens a TCP connection and closes it. A name is looked up before the
// time is taken. rtt is 0 where err is not nil.
func dial(ctx context.Context, target string, source netip.Addr, timeout time.Duration) (sent time.Time, rtt time.Duration, err error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	sent = time.Now()
	host, port, err := net.SplitHostPort(target)
	if err != nil {
		return sent, 0, err
	}
	network, family := "tcp", "ip"
	dialer := net.Dialer{KeepAlive: -1}
	if source.IsValid() {
		dialer.LocalAddr = &net.TCPAddr{IP: source.Unmap().AsSlice(), Zone: source.Zone()}
		network, family = "tcp6", "ip6"
		if source.Unmap().Is4() {
			network, family = "tcp4", "ip4"
		}
	}
	addrs, err := net.DefaultResolver.LookupNetIP(ctx, family, host)
	if err != nil {
		return sent, 0, err
	}
	sent = time.Now()
	conn, err := dialer.DialContext(ctx, network, net.JoinHostPort(addrs[0].Unmap().String(), port))
	rtt = max(time.Since(sent), 1)
	if errors.Is(err, syscall.ECONNREFUSED) {
		return sent, rtt, nil
	}
	if err != nil {
		return sent, 0, err
	}
	return sent, rtt, conn.Close()
}

// family is what ICMP is of an address's family.
type family struct {
	network, any   string
	protocol       int
	request, reply icmp.Type
}

var (
	family4 = family{"ip4:icmp", "0.0.0.0", 1, ipv4.ICMPTypeEcho, ipv4.ICMPTypeEchoReply}
	family6 = family{"ip6:ipv6-icmp", "::", 58, ipv6.ICMPTypeEchoRequest, ipv6.ICMPTypeEchoReply}
)

// echo sends one echo request and waits for its reply.
func echo(ctx context.Context, to, source netip.Addr, timeout time.Duration) error {
	f := family6
	if to.Unmap().Is4() {
		f = family4
	}
	local := f.any
	if source.IsValid() && source.Unmap().Is4() == to.Unmap().Is4() {
		local = source.Unmap().String()
	}
	conn, err := icmp.ListenPacket(f.network, local)
	if err != nil {
		return fmt.Errorf("ping gateway %s: %w", to, err)
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })()
	if err := conn.SetDeadline(time.Now().Add(timeout)); err != nil {
		return fmt.Errorf("ping gateway %s: %w", to, err)
	}
	// The socket hears all of the machine's ICMP; the token is this request's.
	token := binary.BigEndian.AppendUint64(nil, rand.Uint64())
	request := icmp.Message{Type: f.request, Body: &icmp.Echo{ID: int(rand.Uint32N(1 << 16)), Seq: 1, Data: token}}
	packet, err := request.Marshal(nil)
	if err != nil {
		return fmt.Errorf("ping gateway %s: %w", to, err)
	}
	if _, err := conn.WriteTo(packet, &net.IPAddr{IP: to.Unmap().AsSlice(), Zone: to.Zone()}); err != nil {
		return fmt.Errorf("ping gateway %s: %w", to, err)
	}
	buf := make([]byte, 1500)
	for {
		n, _, err := conn.ReadFrom(buf)
		if err != nil {
			return fmt.Errorf("ping gateway %s: %w", to, err)
		}
		reply, err := icmp.ParseMessage(f.protocol, buf[:n])
		if err != nil || reply.Type != f.reply {
			continue
		}
		if body, ok := reply.Body.(*icmp.Echo); ok && string(body.Data) == string(token) {
			return nil
		}
	}
}
