package status

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"

	"github.com/google/renameio/v2"
)

// The parts of a state directory.
const (
	sitesDir    = "sites"
	eventsDir   = "events"
	resumeDir   = "resume"
	verdictsDir = "verdicts"
	rolloutDir  = "rollout"
	evidenceDir = "evidence"
)

// folders are all of them.
var folders = []string{sitesDir, eventsDir, resumeDir, verdictsDir, rolloutDir, evidenceDir}

// fileName is the name of one site's file. Names of sites are DNS labels; any
// other could lead out of the directory.
func fileName(dir, part, site, ext string) (string, error) {
	if site == "" || strings.HasPrefix(site, ".") || strings.ContainsAny(site, "/\x00") {
		return "", fmt.Errorf("site name %q cannot be a file's name; use letters, digits and '-'", site)
	}
	return filepath.Join(dir, part, site+ext), nil
}

// write replaces a file atomically, and leaves the old one whole and nothing
// beside it when it cannot.
func write(path string, data []byte) error {
	err := renameio.WriteFile(path, data, 0o644, renameio.WithTempDir(filepath.Dir(path)), renameio.WithStaticPermissions(0o644))
	switch {
	case err == nil:
		return nil
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return fmt.Errorf("write %s: %w; the last version is kept: free some space", path, err)
	case errors.Is(err, syscall.EROFS), errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("write %s: %w; the last version is kept: make the state directory writable", path, err)
	default:
		return fmt.Errorf("write %s: %w; the last version is kept", path, err)
	}
}

// temporary is how a file that is being written is named.
var temporary = regexp.MustCompile(`^\..+\.(yaml|json)[0-9]+$`)

// sweep removes what an agent that was killed while it wrote left behind. The
// caller holds the lock.
func sweep(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, entry := range entries {
		if temporary.MatchString(entry.Name()) {
			err = errors.Join(err, os.Remove(filepath.Join(dir, entry.Name())))
		}
	}
	return err
}

// list is the sites that have a file in one part of a state directory, in
// order. A directory that is not there has none.
func list(dir, part, ext string) ([]string, error) {
	entries, err := os.ReadDir(filepath.Join(dir, part))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("list %s in state directory %s: %w", part, dir, err)
	}
	var names []string
	for _, entry := range entries {
		if name, ok := strings.CutSuffix(entry.Name(), ext); ok && !strings.HasPrefix(name, ".") {
			names = append(names, name)
		}
	}
	return names, nil
}
