//go:build e2e

package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/wanctl/wanctl/api/v1alpha1"
)

// agent is wanctl itself, as a process in the router.
type agent struct {
	binary, manifest, stateDir string

	router *namespace
	log    journal
	cmd    *exec.Cmd
	exited chan error
	// running may be asked from any goroutine.
	running atomic.Bool
}

// build compiles wanctl.
func build(t *testing.T) string {
	t.Helper()
	binary := filepath.Join(t.TempDir(), "wanctl")
	cmd := exec.CommandContext(t.Context(), "go", "build", "-o", binary, "../../cmd/wanctl")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("build wanctl: %v\n%s", err, out)
	}
	return binary
}

// start runs the agent.
func (a *agent) start(t *testing.T) {
	t.Helper()
	a.cmd = exec.Command(a.binary, "run", "-f", a.manifest, "--state-dir", a.stateDir, "-v")
	a.cmd.Stdout, a.cmd.Stderr = &a.log, &a.log
	if err := a.router.start(a.cmd); err != nil {
		a.cmd = nil
		t.Fatalf("start wanctl in %s: %v", a.router.name, err)
	}
	a.running.Store(true)
	a.exited = make(chan error, 1)
	go func(cmd *exec.Cmd, exited chan<- error) { exited <- cmd.Wait() }(a.cmd, a.exited)
}

// kill ends the agent as a power cut would, if it runs.
func (a *agent) kill() {
	if a.cmd == nil {
		return
	}
	_ = a.cmd.Process.Kill()
	<-a.exited
	a.running.Store(false)
	a.cmd = nil
}

// pid is the agent's process; 0 once it has ended by itself.
func (a *agent) pid() int {
	if a.cmd == nil {
		return 0
	}
	select {
	case err := <-a.exited:
		a.exited <- err
		return 0
	default:
		return a.cmd.Process.Pid
	}
}

// mustBeLate fails where a thread of the agent has timers without slack.
func (a *agent) mustBeLate(t *testing.T) {
	t.Helper()
	threads, err := os.ReadDir(fmt.Sprintf("/proc/%d/task", a.pid()))
	if err != nil {
		t.Fatal(err)
	}
	for _, thread := range threads {
		slack, err := os.ReadFile("/proc/" + thread.Name() + "/timerslack_ns")
		if err == nil && string(slack) != "500000\n" {
			t.Errorf("of %d threads one has %q ns of slack", len(threads), slack)
		}
	}
}

// site is what wanctl get status says of the site.
func (a *agent) site() (*v1alpha1.Site, error) {
	site := &v1alpha1.Site{}
	return site, a.get(site, "get", "status", siteName)
}

// wan is what wanctl get status says of a WAN.
func (a *agent) wan(name string) (*v1alpha1.WANStatus, error) {
	site, err := a.site()
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(site.Status.WANs, func(w v1alpha1.WANStatus) bool { return w.Name == name })
	if i < 0 {
		return nil, fmt.Errorf("wanctl get status knows no wan %s", name)
	}
	return &site.Status.WANs[i], nil
}

// events are those that have a reason, oldest first.
func (a *agent) events(reason string) ([]v1alpha1.Event, error) {
	var list v1alpha1.EventList
	if err := a.get(&list, "get", "events"); err != nil {
		return nil, err
	}
	return slices.DeleteFunc(list.Items, func(e v1alpha1.Event) bool { return e.Reason != reason }), nil
}

// get runs a command of wanctl and reads the JSON that it prints.
func (a *agent) get(into any, args ...string) error {
	out, err := a.print(append(args, "-o", "json")...)
	if err != nil {
		return err
	}
	if err := json.Unmarshal([]byte(out), into); err != nil {
		return fmt.Errorf("wanctl %s: %w in: %s", strings.Join(args, " "), err, out)
	}
	return nil
}

// print runs a command of wanctl and returns what it prints.
func (a *agent) print(args ...string) (string, error) {
	cmd := exec.Command(a.binary, append(args, "--state-dir", a.stateDir)...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	timer := time.AfterFunc(20*time.Second, func() { _ = cmd.Process.Kill() })
	defer timer.Stop()
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("wanctl %s: %w: %s", strings.Join(args, " "), err, stderr.String())
	}
	return stdout.String(), nil
}

// journal keeps what a process writes.
type journal struct {
	mu   sync.Mutex
	text strings.Builder
}

func (j *journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.Write(p)
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.String()
}
