package icmp

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"slices"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/vishvananda/netlink"
	"go.uber.org/goleak"
	"golang.org/x/sys/unix"
)

// inside is set in the environment of the test process that runs in a network
// namespace of its own.
const inside = "WANCTL_TEST_NAMESPACE"

// TestMain runs the tests of root in a second process with a network namespace
// of its own: pro-bing opens its sockets on whatever thread it likes, so that
// the whole process must be there.
func TestMain(m *testing.M) {
	if os.Geteuid() == 0 && os.Getenv(inside) == "" {
		os.Exit(isolated())
	}
	goleak.VerifyTestMain(m)
}

func isolated() int {
	c := exec.Command(os.Args[0], os.Args[1:]...)
	c.Stdin, c.Stdout, c.Stderr = os.Stdin, os.Stdout, os.Stderr
	c.Env = append(os.Environ(), inside+"=ready")
	c.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNET, Pdeathsig: syscall.SIGKILL}
	err := c.Run()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		return max(exit.ExitCode(), 1)
	}
	if err == nil {
		return 0
	}
	// Without a namespace the other tests still count.
	c = exec.Command(os.Args[0], os.Args[1:]...)
	c.Stdin, c.Stdout, c.Stderr = os.Stdin, os.Stdout, os.Stderr
	c.Env = append(os.Environ(), inside+"="+err.Error())
	if err := c.Run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// needNamespace skips a test that is not alone in its network namespace.
func needNamespace(t *testing.T) {
	t.Helper()
	switch state := os.Getenv(inside); {
	case os.Geteuid() != 0:
		t.Skip("needs root for raw ICMP in a network namespace of its own")
	case state != "ready":
		t.Skipf("this kernel or container makes no network namespaces: %s", state)
	}
	must(t, netlink.LinkSetUp(link(t, "lo")))
}

// dead is an address on a link where nobody is.
const dead = "192.0.2.2"

// deadLink makes an interface v0 that leads to dead.
func deadLink(t *testing.T) netlink.Link {
	t.Helper()
	attrs := netlink.NewLinkAttrs()
	attrs.Name = "v0"
	must(t, netlink.LinkAdd(&netlink.Veth{LinkAttrs: attrs, PeerName: "v1"}))
	t.Cleanup(func() { must(t, netlink.LinkDel(link(t, "v0"))) })
	v0 := link(t, "v0")
	addr, err := netlink.ParseAddr("192.0.2.1/24")
	must(t, err)
	must(t, netlink.AddrAdd(v0, addr))
	must(t, netlink.LinkSetUp(v0))
	must(t, netlink.LinkSetUp(link(t, "v1")))
	must(t, netlink.NeighSet(&netlink.Neigh{
		LinkIndex: v0.Attrs().Index, State: unix.NUD_PERMANENT,
		IP: net.ParseIP(dead), HardwareAddr: net.HardwareAddr{2, 0, 0, 0, 0, 9},
	}))
	return v0
}

// answer makes something on the dead link answer echo requests after a delay,
// each twice.
func answer(t *testing.T, delay time.Duration) {
	t.Helper()
	fd, err := unix.Socket(unix.AF_PACKET, unix.SOCK_RAW|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0)
	must(t, err)
	everything := binary.NativeEndian.Uint16(binary.BigEndian.AppendUint16(nil, unix.ETH_P_ALL))
	v1 := &unix.SockaddrLinklayer{Protocol: everything, Ifindex: link(t, "v1").Attrs().Index}
	must(t, unix.Bind(fd, v1))
	socket := os.NewFile(uintptr(fd), "v1")
	raw, err := socket.SyscallConn()
	must(t, err)
	var pending sync.WaitGroup
	pending.Go(func() {
		frame := make([]byte, 2048)
		for {
			n, err := socket.Read(frame)
			if err != nil {
				return
			}
			reply := slices.Clone(frame[:n])
			if !turn(reply) {
				continue
			}
			pending.Add(1)
			time.AfterFunc(delay, func() {
				defer pending.Done()
				for range 2 {
					_ = raw.Write(func(fd uintptr) bool { return unix.Sendto(int(fd), reply, 0, v1) != unix.EAGAIN })
				}
			})
		}
	})
	t.Cleanup(func() {
		_ = socket.Close()
		pending.Wait()
	})
}

// turn makes an IPv4 echo request into its reply.
func turn(frame []byte) bool {
	const ethernet, ip, request = 14, 20, 8
	if len(frame) < ethernet+ip+8 || frame[ethernet+9] != unix.IPPROTO_ICMP || frame[ethernet+ip] != request {
		return false
	}
	for _, at := range []struct{ from, to, size int }{{0, 6, 6}, {ethernet + 12, ethernet + 16, 4}} {
		for i := range at.size {
			frame[at.from+i], frame[at.to+i] = frame[at.to+i], frame[at.from+i]
		}
	}
	icmp := frame[ethernet+ip:]
	icmp[0] = 0
	// The sum of all is unchanged if the checksum takes what the type gave up.
	sum := uint32(binary.BigEndian.Uint16(icmp[2:])) + request<<8
	binary.BigEndian.PutUint16(icmp[2:], uint16(sum+sum>>16))
	return true
}

func link(t *testing.T, name string) netlink.Link {
	t.Helper()
	l, err := netlink.LinkByName(name)
	must(t, err)
	return l
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
