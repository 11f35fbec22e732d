package reconciler

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// init lets this test binary be an agent that crashes or is killed.
func init() {
	dir := os.Getenv("WANCTL_TEST_CRASH")
	if dir == "" {
		return
	}
	if _, _, err := watchCrash(dir); err != nil {
		os.Exit(3)
	}
	if os.Getenv("WANCTL_TEST_HOW") == "panic" {
		go func() { panic("a bug") }()
		select {}
	}
	p, _ := os.FindProcess(os.Getpid())
	_ = p.Kill()
	select {}
}

func TestACrashIsToldFromAKill(t *testing.T) {
	for how, want := range map[string]string{"panic": "panic: a bug", "kill": ""} {
		t.Run(how, func(t *testing.T) {
			dir := t.TempDir()
			cmd := exec.Command(os.Args[0], "-test.run=TestACrashIsToldFromAKill")
			cmd.Env = append(os.Environ(), "WANCTL_TEST_CRASH="+dir, "WANCTL_TEST_HOW="+how)
			if err := cmd.Run(); err == nil || cmd.ProcessState.ExitCode() == 3 {
				t.Fatalf("it ended with %v", err)
			}
			before, release, err := watchCrash(dir)
			release()
			if err != nil || before != want {
				t.Errorf("the last run crashed with %q (%v), want %q", before, err, want)
			}
			old, err := os.ReadFile(filepath.Join(dir, crashName+".old"))
			if kept := err == nil && strings.Contains(string(old), "goroutine "); kept != (want != "") {
				t.Errorf("kept is %q, %v", old, err)
			}
			if again, release, err := watchCrash(dir); again != "" || err != nil {
				t.Errorf("the run after that says %q, %v", again, err)
			} else {
				release()
			}
		})
	}
}

func TestACrashOfTheAgentCountsOnceForEverySoak(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		b := newBench(t, dir)
		b.manifest(soakManifest)
		b.gathered(11 * time.Second)
		b.kill()
		b = newBench(t, dir)
		b.lastCrash = "panic: a bug"
		b.manifest(soakManifest)
		b.gathered(11 * time.Second)
		if _, f := b.soaked(); f.agentCrashes != 1 {
			t.Errorf("%d crashes after one", f.agentCrashes)
		}
		b.end()
	})
}
