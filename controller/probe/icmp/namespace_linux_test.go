package icmp

import (
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"syscall"
	"testing"

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
