package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/wanctl/wanctl/internal/figure"
	"github.com/wanctl/wanctl/test/lab/internal/guest"
	"github.com/wanctl/wanctl/test/lab/internal/judge"
)

// result is what a run came to.
type result struct {
	task
	record  judge.Record
	figures figure.Figures
}

// runner makes runs.
type runner struct {
	root   guest.Root
	binary []byte
	out    string
	// resume takes what is in out already.
	resume bool
}

// runAll makes the runs, so many at once, and returns those that succeeded in
// the order of todo. One that fails does not keep the others from being made.
func runAll(ctx context.Context, todo []task, parallel int, r runner) ([]result, error) {
	results, faults := make([]result, len(todo)), make([]error, len(todo))
	next := make(chan int)
	var workers sync.WaitGroup
	for range parallel {
		workers.Go(func() {
			for i := range next {
				began := time.Now()
				results[i], faults[i] = r.run(ctx, todo[i])
				fmt.Fprintf(os.Stderr, "%s %3d/%d %-14s %-10s run %d, %3.0f s: %s\n", time.Now().Format(time.TimeOnly), i+1, len(todo),
					todo[i].scenario.Name, todo[i].shaper, todo[i].repetition, time.Since(began).Seconds(), outcome(&results[i], faults[i]))
			}
		})
	}
	for i := range todo {
		select {
		case next <- i:
		case <-ctx.Done():
			faults[i] = ctx.Err()
		}
	}
	close(next)
	workers.Wait()
	var done []result
	for i := range results {
		if faults[i] == nil {
			done = append(done, results[i])
		}
	}
	return done, errors.Join(faults...)
}

// outcome is a run in a line.
func outcome(r *result, err error) string {
	if err != nil {
		return "failed"
	}
	text := ""
	for i, p := range r.figures.Phases {
		if i > 0 {
			text += " | "
		}
		text += fmt.Sprintf("%.1f/%.0f ms %.2f/%.2f", p.P50, p.P95, p.Down, p.Up)
	}
	return text
}

// run makes one run, and keeps what it left in a folder of its own.
func (r *runner) run(ctx context.Context, t task) (result, error) {
	name := fmt.Sprintf("%s-%s-%d", t.scenario.Name, t.shaper, t.repetition)
	dir := filepath.Join(r.out, "raw", name)
	if r.resume {
		if kept, err := kept(dir); err == nil {
			return r.judge(t, dir, kept)
		}
	}
	job, err := judge.Job(t.scenario, t.shaper, r.binary)
	if err != nil {
		return result{}, err
	}
	left, err := r.root.Run(ctx, job)
	if err == nil {
		err = r.keep(dir, left)
	}
	if err != nil {
		return result{}, fmt.Errorf("%s: %w", name, err)
	}
	return r.judge(t, dir, left.Files)
}

// judge makes figures of what a run left.
func (r *runner) judge(t task, dir string, files map[string][]byte) (result, error) {
	record, err := judge.Read(files)
	if err != nil {
		return result{}, fmt.Errorf("%s: %w", filepath.Base(dir), err)
	}
	done := result{task: t, record: record, figures: record.Figures(t.scenario)}
	err = os.WriteFile(filepath.Join(dir, "series.csv"), series(t.scenario, &record), 0o644)
	return done, err
}

// kept is what an earlier run left in a folder, if it came to its end.
func kept(dir string) (map[string][]byte, error) {
	files := map[string][]byte{}
	err := fs.WalkDir(os.DirFS(dir), ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		files[name], err = os.ReadFile(filepath.Join(dir, name))
		return err
	})
	if err == nil && files["series.csv"] == nil {
		err = fs.ErrNotExist
	}
	return files, err
}

func (r *runner) keep(dir string, left guest.Result) error {
	for name, data := range left.Files {
		file := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(file, data, 0o644); err != nil {
			return err
		}
	}
	return os.WriteFile(filepath.Join(dir, "output.txt"), left.Output, 0o644)
}
