package status

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// mount makes a small file system of its own, which needs root.
func mount(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := unix.Mount("tmpfs", dir, "tmpfs", 0, "size=256k"); err != nil {
		t.Skipf("a file system that can fill up cannot be mounted (that needs root): %v", err)
	}
	t.Cleanup(func() {
		if err := unix.Unmount(dir, unix.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	return dir
}

// TestADiskThatCannotBeWritten fills the disk or makes it read-only, and
// wants errors that say so, the old files whole, and nothing left behind.
func TestADiskThatCannotBeWritten(t *testing.T) {
	tests := map[string]struct {
		cause  syscall.Errno
		hint   string
		breaks func(t *testing.T, dir string)
		mend   func(t *testing.T, dir string)
	}{
		"full": {
			syscall.ENOSPC, "free some space",
			func(t *testing.T, dir string) {
				f, err := os.Create(filepath.Join(dir, "ballast"))
				if err != nil {
					t.Fatal(err)
				}
				defer f.Close()
				for page := make([]byte, 4096); err == nil; {
					_, err = f.Write(page)
				}
				if !errors.Is(err, syscall.ENOSPC) {
					t.Fatal(err)
				}
			},
			func(t *testing.T, dir string) {
				if err := os.Remove(filepath.Join(dir, "ballast")); err != nil {
					t.Fatal(err)
				}
			},
		},
		"read-only": {
			syscall.EROFS, "make the state directory writable",
			func(t *testing.T, dir string) { remount(t, dir, unix.MS_RDONLY) },
			func(t *testing.T, dir string) { remount(t, dir, 0) },
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			disk := mount(t)
			dir := filepath.Join(disk, "state")
			s, err := Open(dir, nil)
			if err != nil {
				t.Fatal(err)
			}
			write := func() map[string]error {
				return map[string]error{"site": s.WriteSite(site("home")), "resume": s.WriteResume("home", resume()), "events": s.FlushEvents()}
			}
			s.Record(event(1, "home", "A", "x"))
			for what, err := range write() {
				if err != nil {
					t.Fatalf("%s: %v", what, err)
				}
			}
			old := get(t, filepath.Join(dir, "sites", "home.json"))

			test.breaks(t, disk)
			s.Record(event(2, "home", "A", "x"))
			for what, err := range write() {
				if !errors.Is(err, test.cause) || !strings.Contains(err.Error(), test.hint) {
					t.Errorf("%s: the error is %v, want %v and %q", what, err, test.cause, test.hint)
				}
			}
			if got := get(t, filepath.Join(dir, "sites", "home.json")); got != old {
				t.Errorf("the site's file changed to %q", got)
			}
			for _, part := range []string{"sites", "resume", "events"} {
				entries, err := os.ReadDir(filepath.Join(dir, part))
				if err != nil || len(entries) != 1 {
					t.Errorf("%s holds %v (%v), want one file", part, entries, err)
				}
			}
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			if s, err = Open(dir, nil); err != nil {
				t.Fatalf("an agent cannot start: %v", err)
			}
			defer s.Close()
			if got, err := s.ReadResume("home"); err != nil || len(got.WANs) != 2 {
				t.Errorf("the resume state is %v (%v)", got, err)
			}
			s.Record(event(3, "home", "B", "x"))

			test.mend(t, disk)
			for what, err := range write() {
				if err != nil {
					t.Errorf("%s, with the disk mended: %v", what, err)
				}
			}
		})
	}
}

func remount(t *testing.T, dir string, flags uintptr) {
	t.Helper()
	if err := unix.Mount("tmpfs", dir, "tmpfs", unix.MS_REMOUNT|flags, "size=256k"); err != nil {
		t.Fatal(err)
	}
}
