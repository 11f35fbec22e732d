package reconciler

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
)

// crashName is the file in the state directory that Go's runtime writes a crash
// of the agent to. A signal that kills the agent, or a power failure, leaves it
// empty: neither is the agent's fault.
const crashName = "crash.txt"

// watchCrash lets a crash of this process be written down until release, and says
// why the run before this one crashed; empty where it did not. What that left is
// kept as crash.txt.old.
func watchCrash(stateDir string) (before string, release func(), err error) {
	path := filepath.Join(stateDir, crashName)
	left, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", func() {}, fmt.Errorf("read why the last run of the agent crashed: %w", err)
	}
	if strings.TrimSpace(string(left)) != "" {
		before = headline(string(left))
		if err := os.Rename(path, path+".old"); err != nil {
			return before, func() {}, fmt.Errorf("set aside why the last run of the agent crashed: %w", err)
		}
	}
	file, err := os.OpenFile(path, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o640)
	if err != nil {
		return before, func() {}, fmt.Errorf("open the file for crashes: %w", err)
	}
	// The runtime has a descriptor of its own.
	defer file.Close()
	if err := debug.SetCrashOutput(file, debug.CrashOptions{}); err != nil {
		return before, func() {}, fmt.Errorf("let crashes be written to %s: %w", path, err)
	}
	return before, func() { _ = debug.SetCrashOutput(nil, debug.CrashOptions{}) }, nil
}

// headline is the line of a crash that says what it was.
func headline(report string) string {
	const most = 200
	line, _, _ := strings.Cut(strings.TrimSpace(report), "\n")
	return line[:min(len(line), most)]
}

// afterCrash takes note of a crash of the run before, and sees to it that one of
// this run is written down.
func (a *Agent) afterCrash() (release func()) {
	before, release, err := watchCrash(a.opts.StateDir)
	if err != nil {
		a.log.Error(err, "a crash of the agent would not be told from a kill")
	}
	if before != "" {
		a.log.Info("the last run of the agent crashed", "crash", before, "see", filepath.Join(a.opts.StateDir, crashName+".old"))
	}
	a.lastCrash = before
	return release
}
