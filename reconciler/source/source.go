package source

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/go-logr/logr"
)

// File is one manifest file as it stood.
type File struct {
	// Path is the watched path for a file, and the watched path joined with
	// the file's name for a directory; symlinks in it are not resolved.
	Path string
	// Data is the whole content. It is shared with later snapshots and must
	// not be changed.
	Data []byte
}

// Snapshot is every manifest file at one moment.
type Snapshot struct {
	// Files are sorted by path. Files that are gone are absent.
	Files []File
	// Err says why the path, or files in it, could not be read; such files are
	// absent too. A file that was removed from a directory that is still there
	// is no error; a directory that is missing is one.
	Err error
}

// Options are the times of a Watcher; zero means the default.
type Options struct {
	// Debounce is how long the file system must be quiet after an event before
	// the files are read: 100 ms. Under a stream of events they are read after
	// two and a half times as long.
	Debounce time.Duration
	// Resync is how often the files are read without any event: 15 s. File
	// systems that announce nothing, such as NFS, depend on it.
	Resync time.Duration
	// RemovalGrace is how long a file that is gone, empty or unreadable keeps
	// its last content: 3 s. Editors delete or truncate before they write.
	RemovalGrace time.Duration
}

// pollEvery is how often the files are read where no events can be had.
const pollEvery = time.Second

// Watcher delivers the manifests of one path, now and after every change.
type Watcher struct {
	scanner scanner
	log     logr.Logger
	opts    Options
	poll    time.Duration
	open    opener
	// looked is called whenever the files were read; tests wait for it.
	looked func()
}

// New is a Watcher of a manifest file, or of the files named *.yaml and *.yml
// in a directory (hidden files and subdirectories left out). The path need
// not exist yet.
func New(path string, log logr.Logger, opts Options) *Watcher {
	opts.Debounce = cmp.Or(opts.Debounce, 100*time.Millisecond)
	opts.Resync = cmp.Or(opts.Resync, 15*time.Second)
	opts.RemovalGrace = cmp.Or(opts.RemovalGrace, 3*time.Second)
	return &Watcher{scanner: scanner{path: path}, log: log, opts: opts, poll: pollEvery, open: openInotify, looked: func() {}}
}

// Run delivers the first snapshot at once, then one after every change of
// content, until ctx ends; it then returns nil. Deliver is called from this
// goroutine and may block: what changes meanwhile is seen afterwards.
func (w *Watcher) Run(ctx context.Context, deliver func(Snapshot)) error {
	bell := newDoorbell(w.open, w.log)
	defer bell.close()
	seen := memory{grace: w.opts.RemovalGrace}
	when := schedule{debounce: w.opts.Debounce}
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case event, ok := <-bell.events():
			bell.rung(ok)
			if !ok || w.scanner.concerns(event) {
				when.ring(time.Now())
			}
		case _, ok := <-bell.errors():
			bell.rung(ok)
			when.ring(time.Now())
		case <-timer.C:
			found := w.look(bell)
			snapshot, changed := seen.take(found, time.Now())
			if changed {
				deliver(snapshot)
			}
			when.read(time.Now(), w.resync(bell), seen.due)
			w.looked()
		}
		timer.Reset(time.Until(when.next()))
	}
}

// look reads every file, having made sure that later changes will ring. The
// directories are traced again after they are watched, because a symlink that
// moved in between would have left the wrong ones watched.
func (w *Watcher) look(bell *doorbell) sight {
	const tries = 8
	dirs := w.scanner.trace()
	for range tries {
		bell.watch(dirs)
		again := w.scanner.trace()
		if slices.Equal(dirs, again) {
			break
		}
		dirs = again
	}
	return w.scanner.scan()
}

func (w *Watcher) resync(bell *doorbell) time.Duration {
	if bell.deaf {
		return min(w.poll, w.opts.Resync)
	}
	return w.opts.Resync
}
