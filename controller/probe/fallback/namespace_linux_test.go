package fallback

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
// of its own.
func TestMain(m *testing.M) {
	if os.Geteuid() != 0 || os.Getenv(inside) != "" {
		goleak.VerifyTestMain(m)
	}
	attributes := &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNET, Pdeathsig: syscall.SIGKILL}
	err := again("ready", attributes)
	exit, ran := errors.AsType[*exec.ExitError](err)
	if err != nil && !ran {
		// Without a namespace the other tests still count.
		err = again(err.Error(), nil)
		exit, ran = errors.AsType[*exec.ExitError](err)
	}
	switch {
	case err == nil:
		os.Exit(0)
	case ran:
		os.Exit(max(exit.ExitCode(), 1))
	}
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

func again(state string, attributes *syscall.SysProcAttr) error {
	c := exec.Command(os.Args[0], os.Args[1:]...)
	c.Stdin, c.Stdout, c.Stderr = os.Stdin, os.Stdout, os.Stderr
	c.Env = append(os.Environ(), inside+"="+state)
	c.SysProcAttr = attributes
	return c.Run()
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
	lo, err := netlink.LinkByName("lo")
	must(t, err)
	must(t, netlink.LinkSetUp(lo))
}

// dead is an address behind v0 where nobody is, and next one that is the next
// hop of its default route.
const dead, next = "192.0.2.2", "192.0.2.3"

func deadLink(t *testing.T) {
	t.Helper()
	attrs := netlink.NewLinkAttrs()
	attrs.Name = "v0"
	v0 := &netlink.Veth{LinkAttrs: attrs, PeerName: "v1"}
	must(t, netlink.LinkAdd(v0))
	t.Cleanup(func() { must(t, netlink.LinkDel(v0)) })
	addr, err := netlink.ParseAddr("192.0.2.1/24")
	must(t, err)
	must(t, netlink.AddrAdd(v0, addr))
	v1, err := netlink.LinkByName("v1")
	must(t, err)
	must(t, netlink.LinkSetUp(v0))
	must(t, netlink.LinkSetUp(v1))
	must(t, netlink.NeighSet(&netlink.Neigh{
		LinkIndex: v0.Attrs().Index, State: unix.NUD_PERMANENT,
		IP: net.ParseIP(dead), HardwareAddr: net.HardwareAddr{2, 0, 0, 0, 0, 9},
	}))
	must(t, netlink.RouteAdd(&netlink.Route{LinkIndex: v0.Attrs().Index, Gw: net.ParseIP(next)}))
}

// echoes lets this namespace answer echo requests, or not.
func echoes(t *testing.T, answer bool) {
	t.Helper()
	ignore := "1"
	if answer {
		ignore = "0"
	}
	must(t, os.WriteFile("/proc/sys/net/ipv4/icmp_echo_ignore_all", []byte(ignore), 0o644))
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
