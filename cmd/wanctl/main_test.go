package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/wanctl/wanctl/reconciler/status"
)

var update = flag.Bool("update", false, "write the output of scripts and the command reference as they are now")

// fixedNow is the time that the scripts' state directory is read at.
var fixedNow = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"wanctl": func() {
			os.Exit(execute(context.Background(), newRoot(func() time.Time { return fixedNow })))
		},
	})
}

// TestScripts runs wanctl as a user does. Each script starts with a state
// directory named state, last written a second ago, and the manifest home.yaml
// that it came from; the folder manifests is what an operator installs, and the
// folder examples are the examples; judged has verdicts and events of that site,
// and samples the reports on them. The command agent takes the lock of a state
// directory; mikrotik runs a double of a router, and untouched fails where that
// was written to.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		UpdateScripts:       *update,
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(env *testscript.Env) error {
			env.Setenv("WANCTL_STATE_DIR", "state")
			// The race detector would wait a second at the end of every command.
			env.Setenv("GORACE", "atexit_sleep_ms=0")
			if err := os.CopyFS(filepath.Join(env.WorkDir, "state"), os.DirFS("testdata/state")); err != nil {
				return err
			}
			if err := os.CopyFS(filepath.Join(env.WorkDir, "manifests"), os.DirFS("../../manifests")); err != nil {
				return err
			}
			if err := os.CopyFS(filepath.Join(env.WorkDir, "examples"), os.DirFS("../../examples")); err != nil {
				return err
			}
			if err := os.CopyFS(filepath.Join(env.WorkDir, "judged"), os.DirFS("internal/report/testdata")); err != nil {
				return err
			}
			if err := os.CopyFS(filepath.Join(env.WorkDir, "samples"), os.DirFS("../../docs/examples")); err != nil {
				return err
			}
			manifest, err := os.ReadFile("testdata/home.yaml")
			if err != nil {
				return err
			}
			return os.WriteFile(filepath.Join(env.WorkDir, "home.yaml"), manifest, 0o644)
		},
		Condition: func(name string) (bool, error) {
			if name != "ping" {
				return false, fmt.Errorf("unknown condition %q", name)
			}
			return mayPing(), nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"agent": func(ts *testscript.TestScript, _ bool, args []string) {
				store, err := status.Open(ts.MkAbs(args[0]), nil)
				ts.Check(err)
				ts.Defer(func() { ts.Check(store.Close()) })
			},
			"until":     until,
			"mikrotik":  mikrotik,
			"untouched": untouched,
			"envsubst":  envsubst,
		},
	})
}

// until runs a command again and again until its output matches: until PATTERN
// COMMAND...
func until(ts *testscript.TestScript, _ bool, args []string) {
	pattern, err := regexp.Compile("(?m)" + args[0])
	ts.Check(err)
	deadline, again := time.After(30*time.Second), time.NewTicker(50*time.Millisecond)
	defer again.Stop()
	for {
		// A command that fails may yet succeed.
		_ = ts.Exec(args[1], args[2:]...)
		if pattern.MatchString(ts.ReadFile("stdout")) {
			return
		}
		select {
		case <-again.C:
		case <-deadline:
			ts.Fatalf("no output of %q matched %q; the last was:\n%s", args[1:], args[0], ts.ReadFile("stdout"))
		}
	}
}
