//go:build linux

package mikrotik

import (
	"encoding/binary"
	"net"
	"net/netip"
	"os"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"

	"github.com/wanctl/wanctl/controller/fluid"
	"github.com/wanctl/wanctl/controller/router"
	"github.com/wanctl/wanctl/controller/router/simulated"
	"github.com/wanctl/wanctl/internal/routerosdouble"
)

// lines are the links behind the double, by the name that their queues and
// interfaces begin with.
type lines struct {
	double *routerosdouble.Router
	links  map[string]*simulated.Link
	hosts  map[netip.Addr]string
	// late is what answers over the cable take longer, in ns: traffic of others
	// fills its modem's queue.
	late atomic.Int64
	// silent says that nobody answers pings over the cable.
	silent atomic.Bool
}

// The reflectors of each WAN, on a link where nobody is but responder.
var reflectors = map[string][]string{
	"cable": {"192.0.2.11", "192.0.2.12", "192.0.2.13"},
	"dsl":   {"192.0.2.21", "192.0.2.22", "192.0.2.23"},
}

// newLines makes a double with two links behind it, the cable's download as
// given.
func newLines(t *testing.T, cable fluid.DirectionConfig) *lines {
	t.Helper()
	l := &lines{links: map[string]*simulated.Link{}, hosts: map[netip.Addr]string{}}
	start := time.Now()
	quiet := fluid.DirectionConfig{Capacity: fluid.Capacity{First: 20e6}}
	for name, download := range map[string]fluid.DirectionConfig{"cable": cable, "dsl": {Flows: 1, Capacity: fluid.Capacity{First: 40e6}}} {
		l.links[name] = simulated.NewLink(fluid.New(fluid.Config{
			BaseRTT: 15 * time.Millisecond, Buffer: 400 * time.Millisecond, Seed: 1, Directions: [2]fluid.DirectionConfig{download, quiet},
		}), start)
		for _, host := range reflectors[name] {
			l.hosts[netip.MustParseAddr(host)] = name
		}
	}
	l.double = routerosdouble.New(routerosdouble.Options{OnSet: func(s routerosdouble.Set) { l.shape(s.Name, s.Property, s.Value) }})
	t.Cleanup(l.double.Close)
	d := l.double
	d.Add("/queue/type", "name=cake", "kind=cake", "cake-bandwidth=0")
	for _, name := range []string{"cable", "dsl"} {
		d.Add("/interface", "name="+name, "running=true")
		for _, dir := range []string{"down", "up"} {
			d.Add("/queue/tree", "name="+name+"-"+dir, "parent=global", "packet-mark="+name+"-"+dir, "queue=cake", "max-limit=10M")
		}
	}
	l.count(t)
	l.respond(t)
	return l
}

// shape is called for what wanctl sets, and moves a link's shaper.
func (l *lines) shape(queue, property, value string) {
	rate, err := strconv.ParseInt(value, 10, 64)
	if err != nil || property != "max-limit" {
		return
	}
	for name, link := range l.links {
		switch queue {
		case name + "-down":
			link.SetShaper(time.Now(), router.Download, rate)
		case name + "-up":
			link.SetShaper(time.Now(), router.Upload, rate)
		}
	}
}

// count keeps the counters of interfaces and queues those of the links.
func (l *lines) count(t *testing.T) {
	stop := make(chan struct{})
	var running sync.WaitGroup
	running.Go(func() {
		tick := time.NewTicker(5 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-stop:
				return
			case now := <-tick.C:
				for name, link := range l.links {
					down, up := link.Bytes(now)
					received, sent := strconv.FormatUint(down, 10), strconv.FormatUint(up, 10)
					l.double.Put("/interface", name, "rx-byte="+received, "tx-byte="+sent)
					l.double.Put("/queue/tree", name+"-down", "bytes="+received)
					l.double.Put("/queue/tree", name+"-up", "bytes="+sent)
				}
			}
		}
	})
	t.Cleanup(func() { close(stop); running.Wait() })
}

// respond answers echo requests to the reflectors after the delay that their
// links have then.
func (l *lines) respond(t *testing.T) {
	attrs := netlink.NewLinkAttrs()
	attrs.Name = "near"
	must(t, netlink.LinkAdd(&netlink.Veth{LinkAttrs: attrs, PeerName: "far"}))
	near, err := netlink.LinkByName("near")
	must(t, err)
	t.Cleanup(func() { must(t, netlink.LinkDel(near)) })
	far, err := netlink.LinkByName("far")
	must(t, err)
	address, err := netlink.ParseAddr("192.0.2.1/24")
	must(t, err)
	must(t, netlink.AddrAdd(near, address))
	must(t, netlink.LinkSetUp(near))
	must(t, netlink.LinkSetUp(far))
	for host := range l.hosts {
		must(t, netlink.NeighSet(&netlink.Neigh{
			LinkIndex: near.Attrs().Index, State: unix.NUD_PERMANENT, IP: host.AsSlice(), HardwareAddr: net.HardwareAddr{2, 0, 0, 0, 0, 9},
		}))
	}
	fd, err := unix.Socket(unix.AF_PACKET, unix.SOCK_RAW|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0)
	must(t, err)
	everything := binary.NativeEndian.Uint16(binary.BigEndian.AppendUint16(nil, unix.ETH_P_ALL))
	peer := &unix.SockaddrLinklayer{Protocol: everything, Ifindex: far.Attrs().Index}
	must(t, unix.Bind(fd, peer))
	socket := os.NewFile(uintptr(fd), "far")
	raw, err := socket.SyscallConn()
	must(t, err)
	var pending sync.WaitGroup
	pending.Go(func() {
		for frame := make([]byte, 2048); ; {
			n, err := socket.Read(frame)
			if err != nil {
				return
			}
			reply := slices.Clone(frame[:n])
			host, asked := echo(reply)
			if !asked {
				continue
			}
			delay, answered := l.links[l.hosts[host]].Probe(time.Now(), 0)
			if !answered {
				continue
			}
			if l.hosts[host] == "cable" {
				if l.silent.Load() {
					continue
				}
				delay += time.Duration(l.late.Load())
			}
			pending.Add(1)
			time.AfterFunc(delay, func() {
				defer pending.Done()
				_ = raw.Write(func(fd uintptr) bool { return unix.Sendto(int(fd), reply, 0, peer) != unix.EAGAIN })
			})
		}
	})
	t.Cleanup(func() { _ = socket.Close(); pending.Wait() })
}

// echo makes an IPv4 echo request into its reply, and says to whom it was.
func echo(frame []byte) (host netip.Addr, ok bool) {
	const ip, icmp = 14, 34
	if len(frame) < icmp+8 || frame[ip+9] != unix.IPPROTO_ICMP || frame[icmp] != 8 {
		return host, false
	}
	host = netip.AddrFrom4([4]byte(frame[ip+16 : ip+20]))
	swap := func(a, b, size int) {
		for i := range size {
			frame[a+i], frame[b+i] = frame[b+i], frame[a+i]
		}
	}
	swap(0, 6, 6)
	swap(ip+12, ip+16, 4)
	frame[icmp] = 0
	// The checksum takes what the type gave up.
	sum := uint32(binary.BigEndian.Uint16(frame[icmp+2:])) + 8<<8
	binary.BigEndian.PutUint16(frame[icmp+2:], uint16(sum+sum>>16))
	return host, true
}
