//go:build linux

// Package mikrotik tests wanctl as a user runs it, against a double of a
// MikroTik router. Two simulated links stand behind the double: its queues are
// their shapers, its interfaces count what crosses them, and something answers
// probes after the delay that they have.
//
// Each test runs in a process and a network namespace of its own, beside the
// others. Root can make one, and anybody where the kernel lets them. Elsewhere
// they are skipped.
package mikrotik

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/vishvananda/netlink"
)

// inside is set in the environment of a test that runs in a network namespace of
// its own, to the binary under test.
const inside = "WANCTL_TEST_MIKROTIK"

// scratch is where the binary under test is built.
var scratch string

func TestMain(m *testing.M) {
	code := 1
	if dir, err := os.MkdirTemp("", "wanctl-mikrotik-"); err != nil {
		fmt.Fprintln(os.Stderr, err)
	} else {
		scratch = dir
		code = m.Run()
		_ = os.RemoveAll(dir)
	}
	os.Exit(code)
}

// built is the binary under test, which all tests share.
var built = sync.OnceValues(func() (string, error) {
	path := filepath.Join(scratch, "wanctl")
	build := exec.Command("go", "build", "-o", path, "../../cmd/wanctl")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build wanctl: %w\n%s", err, out)
	}
	return path, nil
})

// isolated runs a test in a process that is alone in its network namespace.
func isolated(t *testing.T, test func(t *testing.T)) {
	t.Helper()
	if os.Getenv(inside) != "" {
		lo, err := netlink.LinkByName("lo")
		must(t, err)
		must(t, netlink.LinkSetUp(lo))
		test(t)
		return
	}
	if testing.Short() {
		t.Skip("takes half a minute")
	}
	t.Parallel()
	binary, err := built()
	must(t, err)
	attr := &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNET, Pdeathsig: syscall.SIGKILL}
	if os.Geteuid() != 0 {
		attr.Cloneflags |= syscall.CLONE_NEWUSER
		attr.UidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}}
		attr.GidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}}
	}
	var out strings.Builder
	c := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$", "-test.v", "-test.timeout=8m")
	c.Stdout, c.Stderr, c.SysProcAttr = &out, &out, attr
	c.Env = append(os.Environ(), inside+"="+binary)
	runtime.LockOSThread() // the kernel kills the child when the thread ends that started it
	defer runtime.UnlockOSThread()
	if err := c.Start(); err != nil {
		t.Skipf("this kernel or container makes no network namespaces: %v", err)
	}
	err = c.Wait()
	t.Log(out.String())
	if err != nil {
		t.Errorf("in a network namespace of its own: %v", err)
	}
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
	again := time.NewTicker(200 * time.Millisecond)
	defer again.Stop()
	for !holds() {
		select {
		case <-again.C:
		case <-deadline:
			t.Fatalf("%s did not come within a minute", what)
		}
	}
}
