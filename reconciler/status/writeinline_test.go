package status

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// manifest is the text of a site whose spec is one number.
func manifest(edit int) string {
	return fmt.Sprintf("kind: Site\nmetadata: {name: home}\nspec: {edit: %d}\nstatus: {}\n", edit)
}

func put(t *testing.T, path, data string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(data), 0o644); err != nil {
		t.Fatal(err)
	}
}

func get(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func saveOver(t *testing.T, path, data string) {
	t.Helper()
	put(t, path+".new", data)
	if err := os.Rename(path+".new", path); err != nil {
		t.Fatal(err)
	}
}

// alone wants a directory to hold nothing but the files named.
func alone(t *testing.T, dir string, names ...string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, entry := range entries {
		got = append(got, entry.Name())
	}
	if strings.Join(got, " ") != strings.Join(names, " ") {
		t.Errorf("%s holds %q, want %q", dir, got, names)
	}
}

// needsExchange skips where the kernel or the file system of the test cannot
// do what WriteInline needs.
func needsExchange(t *testing.T) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "probe")
	put(t, path, "a")
	put(t, path+"2", "b")
	if err := exchange(path, path+"2"); err != nil {
		t.Skipf("the temporary directory cannot exchange files: %v", err)
	}
	f, err := hold(path)
	if err != nil {
		t.Skipf("the temporary directory has no leases: %v", err)
	}
	f.Close()
}

func TestWriteInlineKeepsModeOwnerAndSymlinks(t *testing.T) {
	needsExchange(t)
	dir := t.TempDir()
	target, path := filepath.Join(dir, "real.yaml"), filepath.Join(dir, "site.yaml")
	put(t, target, manifest(1))
	if err := os.Chmod(target, 0o640); err != nil {
		t.Fatal(err)
	}
	owner := os.Getuid()
	if owner == 0 {
		owner = 12345
		if err := os.Chown(target, owner, 54321); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink("real.yaml", path); err != nil {
		t.Fatal(err)
	}
	if err := WriteInline(path, "home", short(7)); err != nil {
		t.Fatal(err)
	}
	want, err := Inline([]byte(manifest(1)), "home", short(7))
	if err != nil {
		t.Fatal(err)
	}
	if got := get(t, target); got != string(want) {
		t.Errorf("the manifest is %q, want %q", got, want)
	}
	info, err := os.Stat(target)
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode() != 0o640 || int(info.Sys().(*syscall.Stat_t).Uid) != owner {
		t.Errorf("the manifest has mode %v and owner %d, want 0640 and %d", info.Mode(), info.Sys().(*syscall.Stat_t).Uid, owner)
	}
	if to, err := os.Readlink(path); err != nil || to != "real.yaml" {
		t.Errorf("the symlink leads to %q (%v)", to, err)
	}
	alone(t, dir, "real.yaml", "site.yaml")
	if err := WriteInline(path, "home", short(7)); err != nil {
		t.Fatal(err)
	}
	if again, _ := os.Stat(target); !os.SameFile(info, again) {
		t.Error("a status that was there already was written again")
	}
}

// TestEditsDuringTheSwap lets an editor act at the worst moment: after the
// manifest was compared, and before the two versions change places.
func TestEditsDuringTheSwap(t *testing.T) {
	needsExchange(t)
	tests := map[string]struct {
		// edit runs before the nth exchange, from 0.
		edit func(t *testing.T, path string, n int)
		want string
	}{
		"it is renamed over": {func(t *testing.T, path string, n int) {
			if n == 0 {
				saveOver(t, path, manifest(2))
			}
		}, manifest(2)},
		"it is renamed over again while it is put back": {func(t *testing.T, path string, n int) {
			if n <= 3 {
				saveOver(t, path, manifest(2+n))
			}
		}, manifest(5)},
		"it is renamed away": {func(t *testing.T, path string, n int) {
			if n == 0 {
				if err := os.Rename(path, path+"~"); err != nil {
					t.Fatal(err)
				}
			}
		}, ""},
		"it is deleted while an edit is put back": {func(t *testing.T, path string, n int) {
			if n == 0 {
				saveOver(t, path, manifest(2))
			} else if err := os.Remove(path); err != nil {
				t.Fatal(err)
			}
		}, ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			path := filepath.Join(dir, "site.yaml")
			put(t, path, manifest(1))
			n := 0
			s := swap{target: path, settle: time.Millisecond, exchange: func(a, b string) error {
				test.edit(t, path, n)
				n++
				return exchange(a, b)
			}}
			err := s.run([]byte(manifest(1)), []byte("ours"))
			var conflict *ConflictError
			if !errors.As(err, &conflict) || conflict.Path != path {
				t.Errorf("the error is %v, want a ConflictError of %s", err, path)
			}
			if got, _ := os.ReadFile(path); string(got) != test.want {
				t.Errorf("the manifest is %q, want %q", got, test.want)
			}
			staged, err := filepath.Glob(filepath.Join(dir, ".site.yaml.*"))
			if err != nil || len(staged) != 0 {
				t.Errorf("left behind: %q", staged)
			}
		})
	}
}

func TestAnEditIsPutBackThoughTheExchangeFails(t *testing.T) {
	needsExchange(t)
	dir := t.TempDir()
	path := filepath.Join(dir, "site.yaml")
	put(t, path, manifest(1))
	n := 0
	s := swap{target: path, exchange: func(a, b string) error {
		if n++; n > 1 {
			return syscall.EIO
		}
		saveOver(t, path, manifest(2))
		return exchange(a, b)
	}}
	if err := s.run([]byte(manifest(1)), []byte("ours")); !errors.Is(err, syscall.EIO) {
		t.Errorf("the error is %v, want %v", err, syscall.EIO)
	}
	if got := get(t, path); got != manifest(2) {
		t.Errorf("the manifest is %q, want the edit", got)
	}
	alone(t, dir, "site.yaml")
}

func TestAWriterThatWaitsGetsTheOldFileBack(t *testing.T) {
	needsExchange(t)
	t.Parallel()
	path := filepath.Join(t.TempDir(), "site.yaml")
	put(t, path, manifest(1))
	edited := make(chan error, 1)
	s := swap{target: path, settle: time.Second, exchange: exchange}
	first := true
	s.exchange = func(a, b string) error {
		if !first {
			return exchange(a, b)
		}
		first = false
		// The old version is held; who opens it now has to wait. Its inode
		// is reached by another name once the two have changed places.
		old := path + ".old"
		if err := os.Link(path, old); err != nil {
			return err
		}
		go func() { edited <- os.WriteFile(old, []byte(manifest(2)), 0o644) }()
		return exchange(a, b)
	}
	var conflict *ConflictError
	if err := s.run([]byte(manifest(1)), []byte("ours")); !errors.As(err, &conflict) {
		t.Errorf("the error is %v, want a ConflictError", err)
	}
	if err := <-edited; err != nil {
		t.Fatal(err)
	}
	if got := get(t, path); got != manifest(2) {
		t.Errorf("the manifest is %q, want the edit", got)
	}
}

func TestAnEditInPlaceOfOurVersionBeatsTheOneThatIsPutBack(t *testing.T) {
	needsExchange(t)
	t.Parallel()
	path := filepath.Join(t.TempDir(), "site.yaml")
	put(t, path, manifest(1))
	edited := make(chan error, 1)
	n := 0
	s := swap{target: path, settle: time.Second, exchange: func(a, b string) error {
		switch n++; n {
		case 1:
			saveOver(t, path, manifest(2))
		case 2:
			f, err := os.Open(path)
			if err != nil {
				return err
			}
			go func() {
				defer f.Close()
				edited <- os.WriteFile(fmt.Sprintf("/proc/self/fd/%d", f.Fd()), []byte(manifest(3)), 0o644)
			}()
		}
		return exchange(a, b)
	}}
	var conflict *ConflictError
	if err := s.run([]byte(manifest(1)), []byte("ours")); !errors.As(err, &conflict) {
		t.Errorf("the error is %v, want a ConflictError", err)
	}
	if err := <-edited; err != nil {
		t.Fatal(err)
	}
	if got := get(t, path); got != manifest(3) {
		t.Errorf("the manifest is %q, want the last edit", got)
	}
}

func TestWriteInlineWaitsItsTurn(t *testing.T) {
	needsExchange(t)
	tests := map[string]func(t *testing.T, path string){
		"it is open for writing": func(t *testing.T, path string) {
			f, err := os.OpenFile(path, os.O_WRONLY, 0)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { f.Close() })
		},
		"it is empty":   func(t *testing.T, path string) { put(t, path, "") },
		"it is missing": func(t *testing.T, path string) { os.Remove(path) },
	}
	for name, prepare := range tests {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "site.yaml")
			put(t, path, manifest(1))
			prepare(t, path)
			var conflict *ConflictError
			if err := WriteInline(path, "home", short(7)); !errors.As(err, &conflict) {
				t.Errorf("the error is %v, want a ConflictError", err)
			}
		})
	}
	t.Run("it was changed since it was read", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "site.yaml")
		put(t, path, manifest(2))
		s := swap{target: path, exchange: exchange}
		var conflict *ConflictError
		if err := s.run([]byte(manifest(1)), []byte("ours")); !errors.As(err, &conflict) {
			t.Errorf("the error is %v, want a ConflictError", err)
		}
		if got := get(t, path); got != manifest(2) {
			t.Errorf("the manifest is %q, want the edit", got)
		}
	})
}

func TestWithoutExchangeWriteInlineRefuses(t *testing.T) {
	needsExchange(t)
	dir := t.TempDir()
	path := filepath.Join(dir, "site.yaml")
	put(t, path, manifest(1))
	s := swap{target: path, exchange: func(_, b string) error { return fmt.Errorf("exchange: %w", syscall.EINVAL) }}
	var conflict *ConflictError
	if err := s.run([]byte(manifest(1)), []byte("ours")); !errors.Is(err, syscall.EINVAL) || errors.As(err, &conflict) {
		t.Errorf("the error is %v, want the file system's", err)
	}
	if got := get(t, path); got != manifest(1) {
		t.Errorf("the manifest is %q, want it untouched", got)
	}
	alone(t, dir, "site.yaml")
}

// TestNoEditIsLost has an editor save in a tight loop, by rename and in
// place, while statuses are written. After every burst the last edit stands.
func TestNoEditIsLost(t *testing.T) {
	needsExchange(t)
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "site.yaml")
	const bursts, saves = 60, 8
	put(t, path, manifest(0))
	saveInPlace := func(t *testing.T, path, data string) { put(t, path, data) }
	saveByBackup := func(t *testing.T, path, data string) {
		if err := os.Rename(path, path+"~"); err != nil {
			t.Fatal(err)
		}
		put(t, path, data)
	}
	styles := []func(*testing.T, string, string){saveOver, saveInPlace, saveByBackup}
	var written, conflicts int
	for burst := range bursts {
		stop := make(chan struct{})
		var writer sync.WaitGroup
		writer.Go(func() {
			for generation := int64(1); ; generation++ {
				select {
				case <-stop:
					return
				default:
				}
				err := WriteInline(path, "home", short(generation))
				var conflict *ConflictError
				switch {
				case err == nil:
					written++
				case errors.As(err, &conflict):
					conflicts++
				default:
					t.Error(err)
				}
			}
		})
		last := 0
		for i := range saves {
			last = burst*saves + i
			styles[(burst+i)%len(styles)](t, path, manifest(last))
		}
		close(stop)
		writer.Wait()
		if got := get(t, path); !strings.Contains(got, fmt.Sprintf("{edit: %d}", last)) {
			t.Fatalf("edit %d is lost; the manifest is\n%s", last, got)
		}
	}
	if conflicts == 0 {
		t.Error("the editor never met the writer")
	}
	if err := WriteInline(path, "home", short(7)); err != nil || !bytes.Contains([]byte(get(t, path)), []byte("observedGeneration: 7")) {
		t.Errorf("when the editor rests the status is not written: %v", err)
	}
	alone(t, dir, "site.yaml", "site.yaml~")
	t.Logf("%d written, %d conflicts", written, conflicts)
}

func TestStagedFilesOfTheDeadAreSweptAndOthersAreNot(t *testing.T) {
	needsExchange(t)
	dir := t.TempDir()
	path := filepath.Join(dir, "site.yaml")
	put(t, path, manifest(1))
	put(t, filepath.Join(dir, ".site.yaml.wanctl-1"), "of a process that may live")
	put(t, filepath.Join(dir, ".other.yaml.wanctl-1"), "not ours")
	sweepStaged(dir, ".site.yaml.wanctl-", stagedFor)
	alone(t, dir, ".other.yaml.wanctl-1", ".site.yaml.wanctl-1", "site.yaml")
	sweepStaged(dir, ".site.yaml.wanctl-", -time.Hour)
	alone(t, dir, ".other.yaml.wanctl-1", "site.yaml")
}
