package source

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// maxLinks is how many symlinks a path may lead through, as in the kernel.
const maxLinks = 40

// trace is every directory in which a change can alter what scan reads,
// sorted, none of them named through a symlink.
func (s *scanner) trace() []string {
	dirs := chain(s.path)
	entries, err := os.ReadDir(s.path)
	if err == nil {
		for _, entry := range entries {
			if manifest(entry.Name()) && entry.Type()&fs.ModeSymlink != 0 {
				dirs = append(dirs, chain(filepath.Join(s.path, entry.Name()))...)
			}
		}
	}
	slices.Sort(dirs)
	return slices.Compact(dirs)
}

// chain is every directory that holds a symlink on the way along path, the
// one that holds what it leads to, and that itself where it is a directory.
// Where the way ends early, its last directory is where the rest will appear.
func chain(path string) []string {
	if !filepath.IsAbs(path) {
		here, err := os.Getwd()
		if err != nil {
			return nil
		}
		path = here + "/" + path
	}
	var dirs []string
	at, ahead, links := "/", steps(path), 0
	for len(ahead) > 0 {
		step := ahead[0]
		ahead = ahead[1:]
		if step == ".." {
			at = filepath.Dir(at)
			continue
		}
		next := filepath.Join(at, step)
		info, err := os.Lstat(next)
		switch {
		case err != nil:
			return append(dirs, at)
		case info.Mode()&fs.ModeSymlink != 0:
			target, err := os.Readlink(next)
			if links++; err != nil || links > maxLinks {
				return append(dirs, at)
			}
			dirs = append(dirs, at)
			if filepath.IsAbs(target) {
				at = "/"
			}
			ahead = append(steps(target), ahead...)
			continue
		case len(ahead) == 0:
			dirs = append(dirs, at)
		}
		if !info.IsDir() {
			return append(dirs, at)
		}
		at = next
	}
	return append(dirs, at)
}

// steps are the parts of a path that lead somewhere.
func steps(path string) []string {
	return slices.DeleteFunc(strings.Split(path, "/"), func(s string) bool { return s == "" || s == "." })
}
