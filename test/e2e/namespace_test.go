//go:build e2e

package e2e

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// prefix begins the name of every namespace of this test; the pid of the test
// and the name of the host follow.
const prefix = "wanctl-e2e-"

// namespace is a network namespace and a thread that lives in it. Sockets and
// processes that are made on that thread stay in the namespace.
type namespace struct {
	name string
	work chan func()
}

// newNamespace makes a namespace that ends with the test.
func newNamespace(t *testing.T, host string) *namespace {
	t.Helper()
	n := &namespace{name: fmt.Sprintf("%s%d-%s", prefix, os.Getpid(), host), work: make(chan func())}
	run(t, "ip netns add "+n.name)
	t.Cleanup(func() {
		if out, err := exec.Command("ip", "netns", "del", n.name).CombinedOutput(); err != nil {
			t.Errorf("remove namespace %s: %v: %s", n.name, err, out)
		}
	})
	entered, left := make(chan error, 1), make(chan struct{})
	go func() {
		defer close(left)
		if err := n.own(func() error {
			entered <- nil
			for f := range n.work {
				f()
			}
			return nil
		}); err != nil {
			entered <- err
		}
	}()
	if err := <-entered; err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { close(n.work); <-left })
	n.ip(t, "link set lo up")
	return n
}

// own runs f on a thread of its own in the namespace. The goroutine that calls
// it must end with it, and the thread does so too.
func (n *namespace) own(f func() error) error {
	runtime.LockOSThread()
	file, err := os.Open("/run/netns/" + n.name)
	if err != nil {
		return fmt.Errorf("enter namespace %s: %w", n.name, err)
	}
	err = unix.Setns(int(file.Fd()), unix.CLONE_NEWNET)
	_ = file.Close()
	if err != nil {
		return fmt.Errorf("enter namespace %s: %w", n.name, err)
	}
	return f()
}

// do runs f on the namespace's thread, one call at a time.
func (n *namespace) do(f func() error) error {
	done := make(chan error)
	n.work <- func() { done <- f() }
	return <-done
}

// forward lets the namespace pass packets on.
func (n *namespace) forward(t *testing.T) {
	t.Helper()
	err := n.do(func() error {
		return os.WriteFile("/proc/sys/net/ipv4/ip_forward", []byte("1"), 0o644)
	})
	if err != nil {
		t.Fatalf("let %s forward packets: %v", n.name, err)
	}
}

// start starts a process in the namespace. It is killed, at latest, when the
// namespace's thread ends, which it does even if the test is killed.
func (n *namespace) start(cmd *exec.Cmd) error {
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	return n.do(cmd.Start)
}

func (n *namespace) ip(t *testing.T, format string, args ...any) string {
	t.Helper()
	return run(t, "ip -n "+n.name+" "+fmt.Sprintf(format, args...))
}

func (n *namespace) tc(t *testing.T, format string, args ...any) string {
	t.Helper()
	return run(t, "tc -n "+n.name+" "+fmt.Sprintf(format, args...))
}

// run runs a command of iproute2.
func run(t *testing.T, command string) string {
	t.Helper()
	words := strings.Fields(command)
	out, err := exec.CommandContext(t.Context(), words[0], words[1:]...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v: %s", command, err, out)
	}
	return string(out)
}

// needRoot skips the test where it cannot make namespaces.
func needRoot(t *testing.T) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("skipped: needs root, to make network namespaces and to send pings; run: sudo make e2e")
	}
	for _, tool := range []string{"ip", "tc"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("skipped: needs %s of iproute2: %v", tool, err)
		}
	}
	if out, err := exec.Command("ip", "netns", "list").CombinedOutput(); err != nil {
		t.Skipf("skipped: needs network namespaces: %v: %s", err, out)
	}
}

// sweep removes the namespaces that tests which were killed left behind.
func sweep(t *testing.T) {
	t.Helper()
	for line := range strings.Lines(run(t, "ip netns list")) {
		name, _, _ := strings.Cut(strings.TrimSpace(line), " ")
		rest, ours := strings.CutPrefix(name, prefix)
		owner, _, _ := strings.Cut(rest, "-")
		pid, err := strconv.Atoi(owner)
		if !ours || err != nil || syscall.Kill(pid, 0) == nil {
			continue
		}
		t.Logf("removing %s, left behind by a test that was killed", name)
		run(t, "ip netns del "+name)
	}
}
