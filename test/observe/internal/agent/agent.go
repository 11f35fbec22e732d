// Package agent runs bin/wanctl for tests, as a user would.
package agent

import (
	"bytes"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// patience bounds every wait; nothing is asserted of how long one takes.
const patience = 30 * time.Second

// Agent is bin/wanctl, running the demo at 50ms.
type Agent struct {
	// Origin is where it is looked at.
	Origin string

	t            *testing.T
	dir, address string
	cmd          *exec.Cmd
	output       bytes.Buffer
}

// New runs an agent until the test ends. Its lines become narrower after four
// seconds rather than twenty, so that a test sees it act.
func New(t *testing.T) *Agent {
	t.Helper()
	a := &Agent{t: t, dir: t.TempDir(), address: freeAddress(t)}
	a.Origin = "http://" + a.address
	demo, err := os.ReadFile("../../../examples/demo.yaml")
	if err != nil {
		t.Fatal(err)
	}
	text := strings.Replace(string(demo), "intervalProfile: 500ms", "intervalProfile: 50ms", 1)
	text = strings.ReplaceAll(text, "at: 20s", "at: 4s")
	if err := os.WriteFile(filepath.Join(a.dir, "site.yaml"), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	a.Start()
	t.Cleanup(a.Stop)
	return a
}

func freeAddress(t *testing.T) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// Start runs the agent and waits until it is ready.
func (a *Agent) Start() {
	a.t.Helper()
	a.output.Reset()
	a.cmd = exec.Command("../../../bin/wanctl", "run", "--watch=false", "-f", filepath.Join(a.dir, "site.yaml"),
		"--state-dir", filepath.Join(a.dir, "state"), "--listen", a.address)
	a.cmd.Stdout, a.cmd.Stderr = &a.output, &a.output
	if err := a.cmd.Start(); err != nil {
		a.t.Fatalf("run bin/wanctl, which make build makes: %v", err)
	}
	deadline := time.Now().Add(patience)
	for time.Now().Before(deadline) {
		if r, err := http.Get(a.Origin + "/readyz"); err == nil {
			r.Body.Close()
			if r.StatusCode == http.StatusOK {
				return
			}
		}
		time.Sleep(50 * time.Millisecond)
	}
	a.Stop()
	a.t.Fatalf("the agent was not ready within %v:\n%s", patience, a.output.String())
}

// Stop ends it with SIGTERM.
func (a *Agent) Stop() {
	if a.cmd == nil {
		return
	}
	_ = a.cmd.Process.Signal(syscall.SIGTERM)
	if err := a.cmd.Wait(); err != nil {
		a.t.Errorf("the agent ended with %v:\n%s", err, a.output.String())
	}
	a.cmd = nil
}

// Edit replaces a text of the manifest and saves it.
func (a *Agent) Edit(from, to string) {
	a.t.Helper()
	path := filepath.Join(a.dir, "site.yaml")
	data, err := os.ReadFile(path)
	if err != nil {
		a.t.Fatal(err)
	}
	if !bytes.Contains(data, []byte(from)) {
		a.t.Fatalf("the manifest has no %q", from)
	}
	if err := os.WriteFile(path, bytes.ReplaceAll(data, []byte(from), []byte(to)), 0o644); err != nil {
		a.t.Fatal(fmt.Errorf("save the manifest: %w", err))
	}
}
