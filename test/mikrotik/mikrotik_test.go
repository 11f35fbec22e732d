//go:build linux

package mikrotik

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/wanctl/wanctl/api/v1alpha1"
	"github.com/wanctl/wanctl/controller/fluid"
)

const manifest = `
apiVersion: wanctl.dev/v1alpha1
kind: Site
metadata: {name: branch}
spec:
  intervalProfile: 50ms
  # What a busy machine does to cycles rolls nothing back here.
  rollout: {gates: {Cadence: {pass: 1, abort: 1}, CycleTime: {pass: 1000, abort: 1000}, ProbeLoss: {pass: 1, abort: 1}}}
  routers:
  - name: edge
    routerOS:
      address: %s
      plaintext: true
      credentials: {usernameFile: %[2]s/user, passwordFile: %[2]s/password}
      resourcesEvery: 1s
  wans:
  - name: cable
    router: edge
    interface: cable
    probe: {reflectors: [%[3]s], source: 192.0.2.1}
    download: {queue: cable-down, ceiling: 100M, floors: {red: 5M}}
    upload: {queue: cable-up, ceiling: 18M, floors: {red: 2M}}
  - name: dsl
    router: edge
    interface: dsl
    probe: {reflectors: [%[4]s], source: 192.0.2.1}
    download: {queue: dsl-down, ceiling: 60M, floors: {red: 5M}}
    upload: {queue: dsl-up, ceiling: 18M, floors: {red: 2M}}
`

// wanctl is the binary with its manifest and state.
type wanctl struct {
	t                   *testing.T
	binary, file, state string
	agent               *exec.Cmd
	log                 bytes.Buffer
}

func newWanctl(t *testing.T) *wanctl {
	t.Helper()
	dir := t.TempDir()
	return &wanctl{t: t, binary: os.Getenv(inside), file: filepath.Join(dir, "site.yaml"), state: filepath.Join(dir, "state")}
}

// configure writes a manifest and the credentials.
func (w *wanctl) configure(manifest, address string) {
	w.t.Helper()
	dir := filepath.Dir(w.file)
	for name, text := range map[string]string{
		"user": "wanctl\n", "password": "secret\n",
		"site.yaml": fmt.Sprintf(manifest, address, dir, strings.Join(reflectors["cable"], ", "), strings.Join(reflectors["dsl"], ", ")),
	} {
		must(w.t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
	}
}

// start runs the agent until the test ends or kill.
func (w *wanctl) start() {
	w.t.Helper()
	w.agent = exec.Command(w.binary, "run", "-f", w.file, "--state-dir", w.state)
	w.agent.Stdout, w.agent.Stderr = &w.log, &w.log
	must(w.t, w.agent.Start())
	w.t.Cleanup(w.kill)
}

// kill ends the agent as a power cut would.
func (w *wanctl) kill() {
	if w.agent != nil {
		_ = w.agent.Process.Kill()
		_ = w.agent.Wait()
		w.agent = nil
	}
}

// print is what a command prints.
func (w *wanctl) print(args ...string) (string, error) {
	out, err := exec.Command(w.binary, append(args, "--state-dir", w.state)...).Output()
	return string(out), err
}

// site is the live object; an empty one while there is none.
func (w *wanctl) site() *v1alpha1.Site {
	site := &v1alpha1.Site{}
	if out, err := w.print("get", "status", "branch", "-o", "json"); err == nil {
		must(w.t, json.Unmarshal([]byte(out), site))
	}
	return site
}

// ready waits until loops run with usable probes and a router that answers.
func (w *wanctl) ready() {
	w.t.Helper()
	eventually(w.t, "Ready", func() bool {
		for _, c := range w.site().Status.Conditions {
			if c.Type == v1alpha1.ConditionReady && c.Status == "True" {
				return true
			}
		}
		return false
	})
}

// explain shows what the agent said where a test has failed.
func (w *wanctl) explain() {
	w.t.Cleanup(func() {
		if w.t.Failed() {
			w.t.Logf("the agent said:\n%s", w.log.String())
			events, _ := w.print("get", "events")
			w.t.Logf("events:\n%s", events)
		}
	})
}

func (w *wanctl) happened(reason string) bool {
	out, _ := w.print("get", "events")
	return strings.Contains(out, reason)
}

// megabits is what a queue of the double is at.
func (l *lines) megabits(queue string) float64 {
	rate, _ := strconv.ParseFloat(l.double.Get("/queue/tree", queue, "max-limit"), 64)
	return rate / 1e6
}

func TestASiteOfTwoWANsBehindAMikroTikRouter(t *testing.T) { isolated(t, twoWANs) }

func twoWANs(t *testing.T) {
	w := newWanctl(t)
	// However late the agent starts, the capacity still falls.
	l := newLines(t, fluid.DirectionConfig{Flows: 2, Capacity: fluid.Capacity{First: 80e6, Repeat: 35 * time.Second, Steps: []fluid.Step{
		{At: 8 * time.Second, Rate: 30e6}, {At: 18 * time.Second, Rate: 80e6},
	}}})
	address, err := l.double.Start()
	must(t, err)
	w.configure(manifest, address)
	w.explain()

	out, err := w.print("check", "-f", w.file)
	if err != nil || strings.Contains(out, "fail") || !strings.Contains(out, "the user may write") || !strings.Contains(out, "answered 5 of 5") {
		t.Errorf("check: %v\n%s", err, out)
	}
	if n := len(l.double.Sets()); n != 0 {
		t.Errorf("check set %d properties", n)
	}

	w.start()
	w.ready()
	eventually(t, "a shaper of the cable near its 80 Mbit/s", func() bool { m := l.megabits("cable-down"); return m > 60 && m < 84 })
	eventually(t, "a shaper of the cable near its 30 Mbit/s", func() bool { m := l.megabits("cable-down"); return m > 20 && m < 31.5 })
	t.Logf("the cable fell to 30 Mbit/s: its shaper is at %.1f", l.megabits("cable-down"))
	eventually(t, "a shaper of the cable near its 80 Mbit/s again", func() bool { return l.megabits("cable-down") > 65 })
	// A climb may stand above the line for a moment.
	eventually(t, "a shaper of the DSL near its 40 Mbit/s", func() bool { m := l.megabits("dsl-down"); return m > 25 && m < 45 })
	if up := l.megabits("cable-up"); up != 18 {
		t.Errorf("the idle upload of 20 Mbit/s is shaped to %.1f", up)
	}

	l.double.Put("/queue/tree", "cable-up", "max-limit=1M")
	eventually(t, "the drift to be corrected", func() bool { return l.megabits("cable-up") == 18 && w.happened("DriftCorrected") })

	l.double.Reboot()
	l.double.Put("/queue/tree", "dsl-up", "max-limit=3M")
	eventually(t, "the router to be taken up again", func() bool { return l.megabits("dsl-up") == 18 && w.happened("RouterRecovered") })
	l.double.Put("/system/resource", "", "cpu-load=100")
	eventually(t, "a CPU at 100 %", func() bool {
		routers, _ := w.print("get", "routers")
		return strings.Contains(routers, "100%")
	})

	st := w.site().Status
	for _, wan := range st.WANs {
		t.Logf("%s: %d cycles, %d skipped, p99 %v, applied in %v (p95)", wan.Name, wan.Cycle.Count, wan.Cycle.Skipped, wan.Cycle.P99.Duration, wan.Router.ApplyP95.Duration)
	}

	w.kill()
	before := l.megabits("cable-down")
	sets := len(l.double.Sets())
	w.start()
	eventually(t, "writes after a kill", func() bool { return len(l.double.Sets()) > sets })
	for _, s := range l.double.Sets()[sets:] {
		if rate, err := strconv.ParseFloat(s.Value, 64); s.Name == "cable-down" && (err != nil || rate > 95e6) {
			t.Errorf("after a kill at %.1f Mbit/s the shaper was set to %s", before, s.Value)
		}
	}
	for _, s := range l.double.Sets() {
		if s.Menu != "/queue/tree" || s.Property != "max-limit" {
			t.Errorf("wanctl set %s of %s in %s", s.Property, s.Name, s.Menu)
		}
	}
	for _, v := range l.double.Violations() {
		t.Errorf("wanctl did what it should not: %s", v)
	}
	t.Logf("%d sets in all, %d commands, %d logins", len(l.double.Sets()), l.double.Figures().Commands, l.double.Figures().Logins)
}
