package linux

import (
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"

	"github.com/vishvananda/netlink"
	"github.com/vishvananda/netlink/nl"
	"golang.org/x/sys/unix"
)

// enterNamespace puts the test's goroutine into a network namespace of its
// own, which ends with the test.
func enterNamespace(t testing.TB) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("needs root to make a network namespace")
	}
	// Never unlocked: the thread ends with the goroutine, and the namespace
	// with the thread.
	runtime.LockOSThread()
	if err := unix.Unshare(unix.CLONE_NEWNET); err != nil {
		t.Skipf("this kernel or container makes no network namespaces: %v", err)
	}
}

// sh runs a command of iproute2 in the namespace.
func sh(t testing.TB, command string) string {
	t.Helper()
	words := strings.Fields(command)
	if _, err := exec.LookPath(words[0]); err != nil {
		t.Skipf("needs iproute2's %s", words[0])
	}
	out, err := exec.Command(words[0], words[1:]...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v: %s", command, err, out)
	}
	return string(out)
}

// wan makes a WAN interface w0 whose other end is w1, and an ifb0 for
// download.
func wan(t testing.TB) {
	t.Helper()
	enterNamespace(t)
	must(t, netlink.LinkAdd(&netlink.Veth{LinkAttrs: named("w0"), PeerName: "w1"}))
	must(t, netlink.LinkAdd(&netlink.Ifb{LinkAttrs: named("ifb0")}))
	for _, name := range []string{"w0", "w1", "ifb0"} {
		// Without IPv6, nothing is sent but by the tests.
		_ = netlink.LinkSetIP6AddrGenMode(link(t, name), nl.IN6_ADDR_GEN_MODE_NONE)
		must(t, netlink.LinkSetUp(link(t, name)))
	}
}

func named(name string) netlink.LinkAttrs {
	attrs := netlink.NewLinkAttrs()
	attrs.Name = name
	return attrs
}

func link(t testing.TB, name string) netlink.Link {
	t.Helper()
	l, err := netlink.LinkByName(name)
	must(t, err)
	return l
}

// shape gives an interface an HTB qdisc 1: whose traffic goes to class 1:1,
// and the classes.
func shape(t testing.TB, name string, classes ...uint16) {
	t.Helper()
	index := link(t, name).Attrs().Index
	htb := netlink.NewHtb(netlink.QdiscAttrs{LinkIndex: index, Handle: netlink.MakeHandle(1, 0), Parent: netlink.HANDLE_ROOT})
	htb.Defcls = 1
	must(t, netlink.QdiscReplace(htb))
	for _, minor := range classes {
		must(t, netlink.ClassAdd(netlink.NewHtbClass(
			netlink.ClassAttrs{LinkIndex: index, Parent: netlink.MakeHandle(1, 0), Handle: netlink.MakeHandle(1, minor)},
			netlink.HtbClassAttrs{Rate: 100e6},
		)))
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func open(t testing.TB) *Router {
	t.Helper()
	r, err := New()
	must(t, err)
	t.Cleanup(func() { must(t, r.Close()) })
	return r
}
