package source

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/go-logr/logr"
)

// TestSaves saves as programs do. Each save must be delivered, and nothing
// between the two versions.
func TestSaves(t *testing.T) {
	saves := map[string]func(t *testing.T, path, data string){
		"vim writes 4913, renames to a backup, writes anew and deletes the backup": func(t *testing.T, path, data string) {
			probe := filepath.Join(filepath.Dir(path), "4913")
			write(t, probe, "")
			remove(t, probe)
			rename(t, path, path+"~")
			write(t, path, data)
			remove(t, path+"~")
		},
		"vim with backupcopy copies to a backup and writes in place": func(t *testing.T, path, data string) {
			swap := filepath.Join(filepath.Dir(path), ".site.yaml.swp")
			write(t, swap, "swap")
			before, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			write(t, path+"~", string(before))
			write(t, path, data)
			remove(t, path+"~")
			remove(t, swap)
		},
		"emacs locks with a dangling symlink, renames to a backup and writes anew": func(t *testing.T, path, data string) {
			lock := filepath.Join(filepath.Dir(path), ".#site.yaml")
			link(t, "user@host.123:456", lock)
			write(t, filepath.Join(filepath.Dir(path), "#site.yaml#"), "autosave")
			rename(t, path, path+"~")
			write(t, path, data)
			remove(t, lock)
		},
		"a program renames over it": replace,
		"a program writes in place": write,
		"a program deletes it and writes it anew": func(t *testing.T, path, data string) {
			remove(t, path)
			write(t, path, data)
		},
		"a program copies over a name that sorts as a manifest and renames": func(t *testing.T, path, data string) {
			write(t, filepath.Join(filepath.Dir(path), "site.yaml.tmp"), data)
			rename(t, filepath.Join(filepath.Dir(path), "site.yaml.tmp"), path)
		},
	}
	for name, save := range saves {
		for _, as := range []string{"file", "directory"} {
			t.Run(name+", watched as a "+as, func(t *testing.T) {
				t.Parallel()
				dir := t.TempDir()
				path := filepath.Join(dir, "site.yaml")
				write(t, path, "version 0")
				watched := path
				if as == "directory" {
					watched = dir
				}
				w := watch(t, watched, quick)
				w.expect("version 0")
				for i := 1; i <= 3; i++ {
					data := fmt.Sprintf("version %d", i)
					save(t, path, data)
					w.expect(data)
				}
			})
		}
	}
}

func TestTruncateAndWriteInTwoSteps(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "site.yaml")
	write(t, path, "old")
	w := watch(t, path, quick)
	w.expect("old")
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_TRUNC, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for _, part := range []string{"first half, ", "second half"} {
		if _, err := f.WriteString(part); err != nil {
			t.Fatal(err)
		}
	}
	w.until("first half, second half", "first half, ")
}

func TestAHalfThatIsSeenIsFollowedByTheWhole(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "site.yaml")
	write(t, path, "old")
	w := watch(t, path, quick)
	w.expect("old")
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_TRUNC, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.WriteString("half"); err != nil {
		t.Fatal(err)
	}
	w.expect("half")
	if _, err := f.WriteString(", whole"); err != nil {
		t.Fatal(err)
	}
	w.expect("half, whole")
}

func TestABurstOfSavesEndsInTheLast(t *testing.T) {
	t.Parallel()
	const saves = 200
	path := filepath.Join(t.TempDir(), "site.yaml")
	write(t, path, "old")
	opts := quick
	opts.Debounce = 0 // the default
	w := watch(t, path, opts)
	w.expect("old")
	for i := range saves {
		replace(t, path, fmt.Sprintf("version %d", i))
	}
	last, deliveries := fmt.Sprintf("version %d", saves-1), 0
	for got := ""; got != last; deliveries++ {
		got = string(w.next().Files[0].Data)
	}
	if deliveries > saves/2 {
		t.Errorf("%d saves led to %d deliveries", saves, deliveries)
	}
	replace(t, path, "fence")
	w.expect("fence")
}

// TestWhatIsNoChange does something to the file that leaves its content, and
// then changes it: the change must be the next thing that is delivered.
func TestWhatIsNoChange(t *testing.T) {
	tests := map[string]func(t *testing.T, path string){
		"a change of mode": func(t *testing.T, path string) {
			for _, mode := range []os.FileMode{0o600, 0o640, 0o644} {
				if err := os.Chmod(path, mode); err != nil {
					t.Fatal(err)
				}
			}
		},
		"a touch": func(t *testing.T, path string) {
			if err := os.Chtimes(path, time.Unix(1, 0), time.Unix(1, 0)); err != nil {
				t.Fatal(err)
			}
		},
		"the same content written in place": func(t *testing.T, path string) { write(t, path, "old") },
		"the same content renamed over":     func(t *testing.T, path string) { replace(t, path, "old") },
		"deletion within the grace":         func(t *testing.T, path string) { remove(t, path) },
		"truncation within the grace":       func(t *testing.T, path string) { write(t, path, "") },
		"deletion and return of the old":    func(t *testing.T, path string) { remove(t, path); write(t, path, "old") },
		"a file that is none of ours":       func(t *testing.T, path string) { write(t, path+".txt", "noise") },
		"a directory named like a manifest": func(t *testing.T, path string) { mkdir(t, filepath.Join(filepath.Dir(path), "dir.yaml")) },
	}
	for name, do := range tests {
		for _, as := range []string{"file", "directory"} {
			t.Run(name+", watched as a "+as, func(t *testing.T) {
				t.Parallel()
				dir := t.TempDir()
				path := filepath.Join(dir, "site.yaml")
				write(t, path, "old")
				watcher := New(map[string]string{"file": path, "directory": dir}[as], logr.Discard(), quick)
				looked := make(chan struct{}, 1000)
				watcher.looked = func() { looked <- struct{}{} }
				w := run(t, watcher)
				w.expect("old")
				<-looked
				do(t, path)
				<-looked
				replace(t, path, "fence")
				w.expect("fence")
			})
		}
	}
}
