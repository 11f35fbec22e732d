//go:build e2e

package e2e

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/vishvananda/netlink"
)

// line is the network of the test:
//
//	client eth0 --- lan router wan --- dsl modem net --- eth0 server
//
// The router shapes upload on wan and download on ifb, to which all that wan
// receives is redirected. The modem is the bottleneck: what it sends, either
// way, waits in a FIFO of half a second.
type line struct {
	client, router, modem, server *namespace
}

// Addresses of the server. The reflectors are the router's to probe, target is
// the test's own.
const (
	serverAddress = "10.2.0.2"
	target        = "10.9.0.9"
)

var reflectors = []string{"10.9.0.1", "10.9.0.2", "10.9.0.3"}

func newLine(t *testing.T) *line {
	t.Helper()
	l := &line{
		client: newNamespace(t, "client"), router: newNamespace(t, "router"),
		modem: newNamespace(t, "modem"), server: newNamespace(t, "server"),
	}
	wire(t, l.client, "eth0", "10.0.0.2/24", l.router, "lan", "10.0.0.1/24")
	wire(t, l.router, "wan", "10.1.0.2/24", l.modem, "dsl", "10.1.0.1/24")
	wire(t, l.modem, "net", "10.2.0.1/24", l.server, "eth0", serverAddress+"/24")
	l.router.forward(t)
	l.modem.forward(t)
	l.client.ip(t, "route add default via 10.0.0.1")
	l.router.ip(t, "route add default via 10.1.0.1")
	l.modem.ip(t, "route add 10.0.0.0/24 via 10.1.0.2")
	l.modem.ip(t, "route add 10.9.0.0/24 via %s", serverAddress)
	l.server.ip(t, "route add default via 10.2.0.1")
	for _, address := range append([]string{target}, reflectors...) {
		l.server.ip(t, "addr add %s/32 dev lo", address)
	}
	l.router.ip(t, "link add ifb type ifb")
	l.router.ip(t, "link set ifb up")
	l.router.tc(t, "qdisc add dev wan handle ffff: ingress")
	l.router.tc(t, "filter add dev wan parent ffff: protocol all u32 match u32 0 0 action mirred egress redirect dev ifb")
	return l
}

// wire joins two namespaces. No interface may carry several packets as one: a
// bottleneck of few Mbit/s would send them in bursts of tens of milliseconds.
func wire(t *testing.T, a *namespace, devA, addressA string, b *namespace, devB, addressB string) {
	t.Helper()
	run(t, fmt.Sprintf("ip link add %s netns %s type veth peer name %s netns %s", devA, a.name, devB, b.name))
	a.ip(t, "addr add %s dev %s", addressA, devA)
	b.ip(t, "addr add %s dev %s", addressB, devB)
	a.ip(t, "link set %s up gso_max_segs 1 gso_max_size 1514 gro_max_size 1514", devA)
	b.ip(t, "link set %s up gso_max_segs 1 gso_max_size 1514 gro_max_size 1514", devB)
}

// bottleneck sets what the modem carries, in Mbit/s.
func (l *line) bottleneck(t *testing.T, down, up float64) {
	t.Helper()
	const bufferSeconds = 0.5
	for dev, rate := range map[string]float64{"dsl": down, "net": up} {
		l.modem.tc(t, "qdisc replace dev %s root tbf rate %.0f burst 6000 limit %.0f", dev, rate*mega, rate*mega/8*bufferSeconds)
	}
}

// mega turns Mbit/s into bit/s.
const mega = 1e6

// shape gives each of the router's shapers an HTB class 1:1, in Mbit/s, which
// limits two below it: pings and bare acknowledgements go first, the rest
// waits in a FIFO. It takes the place of CAKE's separation of flows.
func (l *line) shape(t *testing.T, down, up float64) {
	t.Helper()
	for dev, rate := range map[string]float64{"ifb": down, "wan": up} {
		l.router.tc(t, "qdisc replace dev %s root handle 1: htb default 20", dev)
		l.setRate(t, dev, rate)
		l.router.tc(t, "class replace dev %s parent 1:1 classid 1:10 htb prio 0 rate 100kbit ceil 1gbit quantum 1514", dev)
		l.router.tc(t, "class replace dev %s parent 1:1 classid 1:20 htb prio 1 rate 100kbit ceil 1gbit quantum 1514", dev)
		l.router.tc(t, "qdisc replace dev %s parent 1:20 handle 20: pfifo limit 40", dev)
		l.router.tc(t, "filter replace dev %s parent 1: prio 1 protocol ip u32 match ip protocol 1 0xff flowid 1:10", dev)
		l.router.tc(t, "filter replace dev %s parent 1: prio 2 protocol ip u32 match ip protocol 6 0xff match u16 0 0xff80 at 2 flowid 1:10", dev)
	}
}

// setRate sets a shaper by hand, in Mbit/s.
func (l *line) setRate(t *testing.T, dev string, rate float64) {
	t.Helper()
	l.router.tc(t, "class replace dev %s parent 1: classid 1:1 htb rate %.0f ceil %.0f burst 3000 cburst 3000 quantum 1514", dev, rate*mega, rate*mega)
}

// rate is what a shaper is set to, in Mbit/s.
func (l *line) rate(dev string) (rate float64, err error) {
	err = l.router.do(func() error {
		link, err := netlink.LinkByName(dev)
		if err != nil {
			return err
		}
		classes, err := netlink.ClassList(link, netlink.HANDLE_NONE)
		if err != nil {
			return err
		}
		for _, c := range classes {
			if htb, ok := c.(*netlink.HtbClass); ok && htb.Handle == netlink.MakeHandle(1, 1) {
				rate = float64(htb.Ceil) * 8 / mega
				return nil
			}
		}
		return errors.New("there is no HTB class 1:1")
	})
	if err != nil {
		return 0, fmt.Errorf("read the rate of %s: %w", dev, err)
	}
	return rate, nil
}

// counters are what has reached the far side of the line, in bytes on the
// wire: the client's side of the router for download, the server's side of
// the modem for upload.
type counters struct {
	at       time.Time
	down, up uint64
}

func (l *line) carried() (c counters, err error) {
	c.at = time.Now()
	if c.down, err = l.router.sent("lan"); err != nil {
		return c, err
	}
	c.up, err = l.modem.sent("net")
	return c, err
}

// since is what was carried between two readings, in Mbit/s.
func (c counters) since(earlier counters) (down, up float64) {
	bits := 8 / c.at.Sub(earlier.at).Seconds() / mega
	return float64(c.down-earlier.down) * bits, float64(c.up-earlier.up) * bits
}

// sent is how many bytes an interface of the namespace has sent.
func (n *namespace) sent(dev string) (uint64, error) {
	var table []byte
	err := n.do(func() (err error) {
		table, err = os.ReadFile("/proc/thread-self/net/dev")
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("read the counters of %s: %w", n.name, err)
	}
	const transmitted = 8
	for row := range strings.Lines(string(table)) {
		name, figures, _ := strings.Cut(strings.TrimSpace(row), ":")
		if fields := strings.Fields(figures); name == dev && len(fields) > transmitted {
			return strconv.ParseUint(fields[transmitted], 10, 64)
		}
	}
	return 0, fmt.Errorf("read the counters of %s: it has no interface %s", n.name, dev)
}
