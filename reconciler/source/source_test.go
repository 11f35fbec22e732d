package source

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/fsnotify/fsnotify"
	"github.com/go-logr/logr"
	"github.com/go-logr/logr/funcr"
	"github.com/google/go-cmp/cmp"
)

func TestDirectoryOfManifests(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, filepath.Join(dir, "b.yml"), "b")
	write(t, filepath.Join(dir, "a.yaml"), "a")
	for _, name := range []string{
		"README.md", "a.yaml~", ".a.yaml.swp", "#a.yaml#", "4913", ".hidden.yaml", "a.yaml.bak", "#draft.yaml", "..data",
	} {
		write(t, filepath.Join(dir, name), "noise")
	}
	write(t, filepath.Join(mkdir(t, filepath.Join(dir, "sub")), "c.yaml"), "not ours")
	if err := syscall.Mkfifo(filepath.Join(dir, "pipe"), 0o600); err != nil {
		t.Fatal(err)
	}
	opts := quick
	opts.RemovalGrace = time.Millisecond
	w := watch(t, dir, opts)
	expect := func(files ...File) {
		t.Helper()
		s := w.next()
		if diff := cmp.Diff(Snapshot{Files: files}, s); diff != "" {
			t.Fatalf("delivered (-want +got):\n%s", diff)
		}
	}
	file := func(name, data string) File { return File{Path: filepath.Join(dir, name), Data: []byte(data)} }

	expect(file("a.yaml", "a"), file("b.yml", "b"))
	replace(t, filepath.Join(dir, "c.yaml"), "c")
	expect(file("a.yaml", "a"), file("b.yml", "b"), file("c.yaml", "c"))
	remove(t, filepath.Join(dir, "a.yaml"))
	expect(file("b.yml", "b"), file("c.yaml", "c"))
	replace(t, filepath.Join(dir, "b.yml"), "B")
	expect(file("b.yml", "B"), file("c.yaml", "c"))
	remove(t, filepath.Join(dir, "b.yml"))
	expect(file("c.yaml", "c"))
	remove(t, filepath.Join(dir, "c.yaml"))
	expect()
}

func TestManifestRenamedWithinADirectoryIsNeverDeliveredTwice(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, filepath.Join(dir, "home.yaml"), "site")
	w := watch(t, dir, quick)
	w.expect("site")
	rename(t, filepath.Join(dir, "home.yaml"), filepath.Join(dir, "house.yaml"))
	s := w.next()
	if len(s.Files) != 1 || filepath.Base(s.Files[0].Path) != "house.yaml" {
		t.Fatalf("delivered %s after a rename to house.yaml", describe(s))
	}
}

func TestDeletionForGoodIsDelivered(t *testing.T) {
	t.Parallel()
	opts := quick
	opts.RemovalGrace = 50 * time.Millisecond
	path := filepath.Join(t.TempDir(), "site.yaml")
	write(t, path, "old")
	w := watch(t, path, opts)
	w.expect("old")
	remove(t, path)
	if s := w.next(); len(s.Files) != 0 || s.Err != nil {
		t.Fatalf("delivered %s for a file that is gone", describe(s))
	}
	write(t, path, "back")
	w.expect("back")
	write(t, path, "")
	w.expect("")
}

func TestDirectoryGoneForGoodIsAnError(t *testing.T) {
	t.Parallel()
	opts := quick
	opts.RemovalGrace = 50 * time.Millisecond
	dir := mkdir(t, filepath.Join(t.TempDir(), "sites"))
	write(t, filepath.Join(dir, "site.yaml"), "old")
	w := watch(t, dir, opts)
	w.expect("old")
	remove(t, dir)
	for {
		s := w.next()
		if errors.Is(s.Err, os.ErrNotExist) && len(s.Files) == 0 {
			break
		}
		// The files may be seen to go before their directory.
		if s.Err != nil || len(s.Files) != 0 {
			t.Fatalf("delivered %s for a directory that is gone", describe(s))
		}
	}
	write(t, filepath.Join(mkdir(t, dir), "site.yaml"), "back")
	w.until("back")
}

func TestWhatCannotBeAManifestIsAnError(t *testing.T) {
	dir := t.TempDir()
	pipe, huge := filepath.Join(dir, "pipe.yaml"), filepath.Join(dir, "huge.yaml")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	write(t, huge, strings.Repeat("#", maxSize+1))
	write(t, filepath.Join(dir, "site.yaml"), "good")
	w := watch(t, dir, quick)
	s := w.next()
	if len(s.Files) != 1 || string(s.Files[0].Data) != "good" {
		t.Errorf("delivered %d files, want the good one", len(s.Files))
	}
	if s.Err == nil || !strings.Contains(s.Err.Error(), pipe) || !strings.Contains(s.Err.Error(), huge) {
		t.Errorf("the error is %v; want it to name %s and %s", s.Err, pipe, huge)
	}
}

func TestChangesThatRingNothingAreSeenByResync(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "site.yaml")
	write(t, path, "old")
	watcher := New(path, logr.Discard(), Options{Resync: 20 * time.Millisecond})
	watcher.poll = never
	watcher.open = func() (*fsnotify.Watcher, error) { return nil, syscall.EMFILE }
	w := run(t, watcher)
	w.expect("old")
	replace(t, path, "new")
	w.expect("new")
}

func TestWithoutEventsThePathIsPolledAndTheLogToldOnce(t *testing.T) {
	faults := map[string]opener{
		"no more watchers": func() (*fsnotify.Watcher, error) { return nil, syscall.EMFILE },
		"a watcher that takes no more directories and then dies": func() (*fsnotify.Watcher, error) {
			w, err := fsnotify.NewWatcher()
			if err == nil {
				err = w.Close()
			}
			return w, err
		},
	}
	for name, open := range faults {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var told atomic.Int64
			log := funcr.New(func(_, args string) {
				if strings.Contains(args, "polled") {
					told.Add(1)
				}
			}, funcr.Options{})
			path := filepath.Join(t.TempDir(), "site.yaml")
			write(t, path, "old")
			watcher := New(path, log, quick)
			watcher.poll, watcher.open = time.Millisecond, open
			w := run(t, watcher)
			w.expect("old")
			for _, data := range []string{"new", "newer"} {
				replace(t, path, data)
				w.expect(data)
			}
			if got := told.Load(); got != 1 {
				t.Errorf("the log was told %d times", got)
			}
		})
	}
}

func TestAnOverflowOfTheEventQueueRings(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "site.yaml")
	write(t, path, "old")
	watcher := New(path, logr.Discard(), quick)
	inotify := make(chan *fsnotify.Watcher, 1)
	watcher.open = func() (*fsnotify.Watcher, error) {
		w, err := fsnotify.NewWatcher()
		inotify <- w
		return w, err
	}
	looked := make(chan struct{}, 1000)
	watcher.looked = func() { looked <- struct{}{} }
	w := run(t, watcher)
	w.expect("old")
	<-looked
	(<-inotify).Errors <- fsnotify.ErrEventOverflow
	<-looked
}
