package source

import (
	"errors"
	"io/fs"
	"path/filepath"
	"slices"
	"syscall"

	"github.com/fsnotify/fsnotify"
	"github.com/go-logr/logr"
)

// opener opens the file system's notifications.
type opener func() (*fsnotify.Watcher, error)

func openInotify() (*fsnotify.Watcher, error) { return fsnotify.NewWatcher() }

// doorbell rings when something may have changed in a directory that it
// watches.
type doorbell struct {
	log     logr.Logger
	watcher *fsnotify.Watcher
	watched []string
	// deaf is that some changes ring nothing.
	deaf bool
	// told is that the log knows.
	told bool
}

func newDoorbell(open opener, log logr.Logger) *doorbell {
	d := &doorbell{log: log}
	watcher, err := open()
	if err != nil {
		d.fail(err)
		return d
	}
	d.watcher = watcher
	return d
}

// watch makes dirs the directories whose changes ring. Each is added again
// even if it was watched before: it may be another directory of that name.
func (d *doorbell) watch(dirs []string) {
	if d.watcher == nil {
		return
	}
	d.deaf = false
	for _, gone := range d.watched {
		if !slices.Contains(dirs, gone) {
			// It may have ended by itself when the directory went.
			_ = d.watcher.Remove(gone)
		}
	}
	d.watched = dirs
	for _, dir := range dirs {
		err := d.watcher.Add(dir)
		if err != nil && !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, syscall.ENOTDIR) {
			d.fail(err)
		}
	}
}

func (d *doorbell) fail(err error) {
	d.deaf = true
	if !d.told {
		d.told = true
		d.log.Error(err, "file events cannot be had; manifests are polled", "every", pollEvery,
			"hint", "raise fs.inotify.max_user_watches or fs.inotify.max_user_instances")
	}
}

// events ring; so do errors, of which an overflow of the kernel's queue is
// one. Both are nil, and never ready, where there is no watcher.
func (d *doorbell) events() <-chan fsnotify.Event {
	if d.watcher == nil {
		return nil
	}
	return d.watcher.Events
}

func (d *doorbell) errors() <-chan error {
	if d.watcher == nil {
		return nil
	}
	return d.watcher.Errors
}

// rung takes what a channel said of itself: one that is closed rings no more.
func (d *doorbell) rung(open bool) {
	if !open {
		d.close()
		d.fail(fsnotify.ErrClosed)
	}
}

// concerns says whether an event may have changed a manifest. Only what was
// written to another file beside it certainly has not: a log in the manifest's
// own folder must not have it read all day.
func (s *scanner) concerns(e fsnotify.Event) bool {
	name := filepath.Base(e.Name)
	if e.Op != fsnotify.Write || manifest(name) || name == filepath.Base(s.path) {
		return true
	}
	if e.Name == s.beside {
		return false
	}
	home, err := filepath.EvalSymlinks(s.path)
	if err != nil || e.Name == home {
		return true
	}
	if !isDir(home) {
		home, err = filepath.EvalSymlinks(filepath.Dir(s.path))
	}
	if err != nil || filepath.Dir(e.Name) != home {
		return true
	}
	s.beside = e.Name
	return false
}

func (d *doorbell) close() {
	if d.watcher != nil {
		_ = d.watcher.Close()
		d.watcher = nil
	}
}
