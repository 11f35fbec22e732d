package main

import (
	"os"
	"path/filepath"
)

// defaultStateDir is where a user's state is kept unless --state-dir says
// otherwise.
func defaultStateDir(uid int) string {
	if dir := os.Getenv("WANCTL_STATE_DIR"); dir != "" {
		return dir
	}
	if uid == 0 {
		return "/var/lib/wanctl"
	}
	if dir := os.Getenv("XDG_STATE_HOME"); filepath.IsAbs(dir) {
		return filepath.Join(dir, "wanctl")
	}
	home, err := os.UserHomeDir()
	if err != nil {
		home = "."
	}
	return filepath.Join(home, ".local", "state", "wanctl")
}
