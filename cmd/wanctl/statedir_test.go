package main

import "testing"

func TestDefaultStateDir(t *testing.T) {
	for _, tc := range []struct {
		name              string
		wanctl, xdg, home string
		root, other       string
	}{
		{"the environment decides", "/srv/state", "/xdg", "/home/x", "/srv/state", "/srv/state"},
		{"XDG's folder comes next", "", "/xdg", "/home/x", "/var/lib/wanctl", "/xdg/wanctl"},
		{"XDG's folder must be absolute", "", "xdg", "/home/x", "/var/lib/wanctl", "/home/x/.local/state/wanctl"},
		{"the home folder comes last", "", "", "/home/x", "/var/lib/wanctl", "/home/x/.local/state/wanctl"},
		{"without a home it is the working folder", "", "", "", "/var/lib/wanctl", ".local/state/wanctl"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Setenv("WANCTL_STATE_DIR", tc.wanctl)
			t.Setenv("XDG_STATE_HOME", tc.xdg)
			t.Setenv("HOME", tc.home)
			if got := defaultStateDir(0); got != tc.root {
				t.Errorf("root's state is kept in %s, want %s", got, tc.root)
			}
			if got := defaultStateDir(1000); got != tc.other {
				t.Errorf("another user's state is kept in %s, want %s", got, tc.other)
			}
		})
	}
}
