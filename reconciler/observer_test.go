package reconciler_test

import (
	"context"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/go-logr/logr"

	"github.com/wanctl/wanctl/api/v1alpha1"
	"github.com/wanctl/wanctl/controller/autorate"
	"github.com/wanctl/wanctl/controller/loop"
	"github.com/wanctl/wanctl/reconciler"
)

// witness notes what an agent shows.
type witness struct {
	mu      sync.Mutex
	turning map[string]*loop.Loop
	starts  int
	applies map[string]int64
	events  []string
	// writes are those that have ended, writing those that have only begun.
	writes, writing int
	seen            chan struct{}
}

func (w *witness) note(f func()) {
	w.mu.Lock()
	f()
	w.mu.Unlock()
	select {
	case w.seen <- struct{}{}:
	default:
	}
}

func (w *witness) LoopStarted(site, wan string, l *loop.Loop, _ time.Time) {
	w.note(func() { w.turning[site+"/"+wan] = l; w.starts++ })
}
func (w *witness) LoopStopped(site, wan string) { w.note(func() { delete(w.turning, site+"/"+wan) }) }
func (w *witness) Applied(_, wan string, dir autorate.Direction, rate int64, _ time.Duration) {
	w.note(func() { w.applies[wan+" "+dir.String()] = rate })
}
func (w *witness) Event(e v1alpha1.Event) { w.note(func() { w.events = append(w.events, e.Reason) }) }

func (w *witness) Writing(begun bool) {
	w.note(func() {
		if begun {
			w.writing++
			return
		}
		w.writing--
		w.writes++
	})
}

func (w *witness) until(t *testing.T, what string, holds func() bool) {
	t.Helper()
	deadline := time.After(patience)
	for {
		w.mu.Lock()
		ok := holds()
		w.mu.Unlock()
		if ok {
			return
		}
		select {
		case <-w.seen:
		case <-deadline:
			t.Fatalf("%s was not shown within %v", what, patience)
		}
	}
}

func TestAnObserverIsShownLoopsAppliesEventsAndWrites(t *testing.T) {
	t.Parallel()
	w := &witness{turning: map[string]*loop.Loop{}, applies: map[string]int64{}, seen: make(chan struct{}, 1)}
	path := filepath.Join(t.TempDir(), "site.yaml")
	save := func(text string) {
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	save(manifest)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() {
		ended <- reconciler.Run(ctx, reconciler.Options{Path: path, StateDir: t.TempDir(), Log: logr.Discard(), Observer: w})
	}()
	w.until(t, "two loops", func() bool { return len(w.turning) == 2 })
	first := w.turning["home/att"]
	save(edit("95M", "90M"))
	w.until(t, "the lower ceiling's apply", func() bool { return w.applies["att download"] == 90e6 })
	save(edit("20ms", "10ms"))
	w.until(t, "both loops anew", func() bool { return w.starts == 4 && len(w.turning) == 2 && w.turning["home/att"] != first })
	cancel()
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	if len(w.turning) != 0 {
		t.Errorf("%d loops are shown as turning after the end", len(w.turning))
	}
	if w.writes < 4 || w.writing != 0 {
		t.Errorf("%d writes are shown, and %d that do not end", w.writes, w.writing)
	}
	seen := map[string]bool{}
	for _, reason := range w.events {
		seen[reason] = true
	}
	if !seen[v1alpha1.ReasonLoopStarted] || !seen[v1alpha1.ReasonLoopRestarted] {
		t.Errorf("events %v", w.events)
	}
}
