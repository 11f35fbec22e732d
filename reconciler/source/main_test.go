package source

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/go-logr/logr"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// patience is how long a delivery may take before a test gives up.
const patience = 30 * time.Second

// never is a time that no test waits for.
const never = time.Hour

// quick are times under which only events make files read, and nothing that
// is gone is ever reported.
var quick = Options{Debounce: 20 * time.Millisecond, Resync: never, RemovalGrace: never}

// watching is a Watcher that runs until its test ends.
type watching struct {
	t         *testing.T
	delivered chan Snapshot
}

func watch(t *testing.T, path string, opts Options) *watching {
	t.Helper()
	return run(t, New(path, logr.Discard(), opts))
}

func run(t *testing.T, w *Watcher) *watching {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	got := &watching{t: t, delivered: make(chan Snapshot, 10_000)}
	ended := make(chan error, 1)
	go func() { ended <- w.Run(ctx, func(s Snapshot) { got.delivered <- s }) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("Run ended with %v", err)
		}
	})
	return got
}

// next is the next snapshot.
func (w *watching) next() Snapshot {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.t.Context(), patience)
	defer cancel()
	select {
	case s := <-w.delivered:
		return s
	case <-ctx.Done():
		w.t.Fatal("nothing was delivered")
		return Snapshot{}
	}
}

// expect wants the next snapshot to be one file of that content.
func (w *watching) expect(data string) {
	w.t.Helper()
	s := w.next()
	if s.Err != nil || len(s.Files) != 1 || string(s.Files[0].Data) != data {
		w.t.Fatalf("delivered %s, want the one file %q", describe(s), data)
	}
}

// until takes snapshots until one is one file of that content, and wants each
// before it to be one of those allowed.
func (w *watching) until(data string, allowed ...string) {
	w.t.Helper()
	for {
		s := w.next()
		if s.Err != nil || len(s.Files) != 1 {
			w.t.Fatalf("delivered %s on the way to %q", describe(s), data)
		}
		got := string(s.Files[0].Data)
		if got == data {
			return
		}
		ok := false
		for _, a := range allowed {
			ok = ok || got == a
		}
		if !ok {
			w.t.Fatalf("delivered %q on the way to %q", got, data)
		}
	}
}

func describe(s Snapshot) string {
	out := "["
	for _, f := range s.Files {
		out += " " + filepath.Base(f.Path) + "=" + string(f.Data)
	}
	out += " ]"
	if s.Err != nil {
		out += " " + s.Err.Error()
	}
	return out
}

func write(t *testing.T, path, data string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(data), 0o644); err != nil {
		t.Fatal(err)
	}
}

// replace saves as careful programs do: beside it, then over it.
func replace(t *testing.T, path, data string) {
	t.Helper()
	write(t, path+".new", data)
	rename(t, path+".new", path)
}

func rename(t *testing.T, from, to string) {
	t.Helper()
	if err := os.Rename(from, to); err != nil {
		t.Fatal(err)
	}
}

func remove(t *testing.T, path string) {
	t.Helper()
	if err := os.RemoveAll(path); err != nil {
		t.Fatal(err)
	}
}

func link(t *testing.T, target, path string) {
	t.Helper()
	if err := os.Symlink(target, path); err != nil {
		t.Fatal(err)
	}
}

func mkdir(t *testing.T, path string) string {
	t.Helper()
	if err := os.MkdirAll(path, 0o755); err != nil {
		t.Fatal(err)
	}
	return path
}
