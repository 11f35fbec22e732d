//go:build linux

// Package mikrotik tests wanctl as a user runs it, against a double of a
// MikroTik router. Two simulated links stand behind the double: its queues are
// their shapers, its interfaces count what crosses them, and something answers
// probes after the delay that they have.
//
// It needs a network namespace of its own, which root can make, and anybody
// where the kernel lets them. Elsewhere it is skipped.
package mikrotik

import (
	"errors"
	"os"
	"os/exec"
	"runtime"
	"syscall"
	"testing"
	"time"

	"github.com/vishvananda/netlink"
)

// inside is set in the environment of the test process that runs in a network
// namespace of its own.
const inside = "WANCTL_TEST_MIKROTIK"

func TestMain(m *testing.M) {
	if os.Getenv(inside) == "" {
		os.Exit(isolated())
	}
	os.Exit(m.Run())
}

// isolated runs the tests in a second process, which dies with the thread that
// started it.
func isolated() int {
	runtime.LockOSThread()
	again := func(state string, attr *syscall.SysProcAttr) error {
		c := exec.Command(os.Args[0], os.Args[1:]...)
		c.Stdin, c.Stdout, c.Stderr = os.Stdin, os.Stdout, os.Stderr
		c.Env, c.SysProcAttr = append(os.Environ(), inside+"="+state), attr
		return c.Run()
	}
	attr := &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNET, Pdeathsig: syscall.SIGKILL}
	if os.Geteuid() != 0 {
		attr.Cloneflags |= syscall.CLONE_NEWUSER
		attr.UidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}}
		attr.GidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}}
	}
	err := again("ready", attr)
	exit, ran := errors.AsType[*exec.ExitError](err)
	if err != nil && !ran {
		err = again(err.Error(), nil)
		exit, ran = errors.AsType[*exec.ExitError](err)
	}
	switch {
	case err == nil:
		return 0
	case ran:
		return max(exit.ExitCode(), 1)
	}
	return 1
}

// needNamespace skips a test that is not alone in its network namespace.
func needNamespace(t *testing.T) {
	t.Helper()
	if state := os.Getenv(inside); state != "ready" {
		t.Skipf("this kernel or container makes no network namespaces: %s", state)
	}
	lo, err := netlink.LinkByName("lo")
	must(t, err)
	must(t, netlink.LinkSetUp(lo))
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// eventually waits for something to hold, for a minute at most.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	deadline := time.After(time.Minute)
	again := time.NewTicker(50 * time.Millisecond)
	defer again.Stop()
	for !holds() {
		select {
		case <-again.C:
		case <-deadline:
			t.Fatalf("%s did not come within a minute", what)
		}
	}
}
