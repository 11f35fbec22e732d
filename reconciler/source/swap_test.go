package source

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/fsnotify/fsnotify"
)

// configMap is a volume as the kubelet makes one: site.yaml points to
// ..data/site.yaml, and ..data to a directory that is new for every version.
type configMap struct {
	t       *testing.T
	dir     string
	version int
}

func (c *configMap) update(data string) {
	c.t.Helper()
	old, _ := os.Readlink(filepath.Join(c.dir, "..data"))
	c.version++
	name := fmt.Sprintf("..2026_%d", c.version)
	write(c.t, filepath.Join(mkdir(c.t, filepath.Join(c.dir, name)), "site.yaml"), data)
	link(c.t, name, filepath.Join(c.dir, "..data_tmp"))
	rename(c.t, filepath.Join(c.dir, "..data_tmp"), filepath.Join(c.dir, "..data"))
	if old != "" {
		remove(c.t, filepath.Join(c.dir, old))
	}
}

func TestConfigMapVolumeIsSwapped(t *testing.T) {
	for _, as := range []string{"", "site.yaml"} {
		t.Run("watched as "+filepath.Join("volume", as), func(t *testing.T) {
			t.Parallel()
			volume := configMap{t: t, dir: t.TempDir()}
			volume.update("version 0")
			link(t, "..data/site.yaml", filepath.Join(volume.dir, "site.yaml"))
			w := watch(t, filepath.Join(volume.dir, as), quick)
			w.expect("version 0")
			for i := 1; i <= 3; i++ {
				data := fmt.Sprintf("version %d", i)
				volume.update(data)
				w.expect(data)
			}
		})
	}
}

func TestGitSyncSwapsTheWholeDirectory(t *testing.T) {
	for _, as := range []string{"current", "current/sites", "current/sites/site.yaml"} {
		t.Run("watched as "+as, func(t *testing.T) {
			t.Parallel()
			root := t.TempDir()
			checkout := func(version string) string {
				sites := mkdir(t, filepath.Join(root, "worktrees", version, "sites"))
				write(t, filepath.Join(sites, "site.yaml"), version)
				write(t, filepath.Join(root, "worktrees", version, "site.yaml"), version)
				return filepath.Join("worktrees", version)
			}
			swap := func(version string) {
				link(t, checkout(version), filepath.Join(root, "next"))
				rename(t, filepath.Join(root, "next"), filepath.Join(root, "current"))
			}
			swap("a")
			w := watch(t, filepath.Join(root, as), quick)
			w.expect("a")
			for i, version := range []string{"b", "c", "d"} {
				swap(version)
				w.expect(version)
				remove(t, filepath.Join(root, "worktrees", string("abc"[i])))
			}
			// The checkout that is current now must be watched too.
			replace(t, filepath.Join(root, as, map[string]string{
				"current": "site.yaml", "current/sites": "site.yaml", "current/sites/site.yaml": "",
			}[as]), "by hand")
			w.expect("by hand")
		})
	}
}

func TestSymlinkToAFileElsewhere(t *testing.T) {
	t.Parallel()
	here, there := t.TempDir(), t.TempDir()
	target := filepath.Join(there, "real.conf")
	write(t, target, "old")
	link(t, target, filepath.Join(here, "site.yaml"))
	w := watch(t, here, quick)
	w.expect("old")
	replace(t, target, "new")
	w.expect("new")
	write(t, target, "in place")
	w.expect("in place")
}

func TestSymlinksThatLeadNowhereAreWaitedFor(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	link(t, "loop.yaml", filepath.Join(dir, "loop.yaml"))
	link(t, "later/real.yaml", filepath.Join(dir, "site.yaml"))
	w := watch(t, filepath.Join(dir, "site.yaml"), quick)
	if s := w.next(); len(s.Files) != 0 || s.Err != nil {
		t.Fatalf("delivered %s for a symlink to nothing", describe(s))
	}
	write(t, filepath.Join(mkdir(t, filepath.Join(dir, "later")), "real.yaml"), "there")
	w.expect("there")
}

func TestDirectoryDeletedAndMadeAnew(t *testing.T) {
	for _, as := range []string{".", "site.yaml"} {
		t.Run("watched as "+filepath.Join("sites", as), func(t *testing.T) {
			t.Parallel()
			dir := filepath.Join(t.TempDir(), "etc", "sites")
			path := filepath.Join(dir, "site.yaml")
			write(t, filepath.Join(mkdir(t, dir), "site.yaml"), "version 0")
			w := watch(t, filepath.Join(dir, as), quick)
			w.expect("version 0")
			for i := 1; i <= 3; i++ {
				remove(t, filepath.Dir(dir))
				mkdir(t, dir)
				data := fmt.Sprintf("version %d", i)
				write(t, path, data)
				w.expect(data)
				// The directory that is there now must ring.
				replace(t, path, data+" again")
				w.expect(data + " again")
			}
		})
	}
}

// TestDirectoryMadeAnewWhileSomebodySitsInTheOld has a directory removed that
// another process has open: the kernel then tells nobody who watches it.
func TestDirectoryMadeAnewWhileSomebodySitsInTheOld(t *testing.T) {
	t.Parallel()
	dir := mkdir(t, filepath.Join(t.TempDir(), "sites"))
	w := watch(t, dir, quick)
	if s := w.next(); len(s.Files) != 0 || s.Err != nil {
		t.Fatalf("delivered %s for an empty directory", describe(s))
	}
	for _, data := range []string{"first", "second"} {
		sitter, err := os.Open(dir)
		if err != nil {
			t.Fatal(err)
		}
		defer sitter.Close()
		remove(t, dir)
		write(t, filepath.Join(mkdir(t, dir), "site.yaml"), data)
		w.expect(data)
		replace(t, filepath.Join(dir, "site.yaml"), data+" again")
		w.expect(data + " again")
	}
}

func TestDirectoryRenamedAwayAndReplaced(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	dir := mkdir(t, filepath.Join(root, "sites"))
	write(t, filepath.Join(dir, "site.yaml"), "old")
	w := watch(t, dir, quick)
	w.expect("old")
	write(t, filepath.Join(mkdir(t, filepath.Join(root, "next")), "site.yaml"), "new")
	rename(t, dir, filepath.Join(root, "previous"))
	rename(t, filepath.Join(root, "next"), dir)
	w.expect("new")
	write(t, filepath.Join(dir, "site.yaml"), "in place")
	w.expect("in place")
}

func TestParentsMissingAtTheStart(t *testing.T) {
	for _, as := range []string{".", "site.yaml"} {
		t.Run("watched as "+filepath.Join("sites", as), func(t *testing.T) {
			t.Parallel()
			dir := filepath.Join(t.TempDir(), "a", "b", "sites")
			w := watch(t, filepath.Join(dir, as), quick)
			if s := w.next(); s.Err == nil || len(s.Files) != 0 {
				t.Fatalf("delivered %s for a directory that is missing", describe(s))
			}
			write(t, filepath.Join(mkdir(t, dir), "site.yaml"), "there")
			for {
				s := w.next()
				if s.Err == nil && len(s.Files) == 1 && string(s.Files[0].Data) == "there" {
					return
				}
				if len(s.Files) != 0 {
					t.Fatalf("delivered %s", describe(s))
				}
			}
		})
	}
}

func TestWritesThatCannotConcernAManifest(t *testing.T) {
	dir := t.TempDir()
	path, elsewhere := filepath.Join(dir, "site.yaml"), t.TempDir()
	if err := os.WriteFile(path, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name  string
		path  string
		event fsnotify.Event
		want  bool
	}{
		{"a write to a log beside the manifest does not", path, fsnotify.Event{Name: filepath.Join(dir, "ping.log"), Op: fsnotify.Write}, false},
		{"nor to one in a folder of manifests", dir, fsnotify.Event{Name: filepath.Join(dir, "ping.log"), Op: fsnotify.Write}, false},
		{"a write to the manifest does", path, fsnotify.Event{Name: path, Op: fsnotify.Write}, true},
		{"a write to any manifest in a folder does", dir, fsnotify.Event{Name: path, Op: fsnotify.Write}, true},
		{"a write elsewhere may be to what a link leads to", path, fsnotify.Event{Name: filepath.Join(elsewhere, "x"), Op: fsnotify.Write}, true},
		{"a log that is made may be a manifest under way", path, fsnotify.Event{Name: filepath.Join(dir, "4913"), Op: fsnotify.Create | fsnotify.Write}, true},
		{"what is renamed may have been the manifest", path, fsnotify.Event{Name: filepath.Join(dir, "site.yaml~"), Op: fsnotify.Rename}, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := scanner{path: tt.path}
			if got := s.concerns(tt.event); got != tt.want {
				t.Errorf("%v: %v, want %v", tt.event, got, tt.want)
			}
		})
	}
}
