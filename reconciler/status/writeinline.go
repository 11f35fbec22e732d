package status

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/wanctl/wanctl/api/v1alpha1"
)

// settleTime is how long both versions of a manifest are watched after they
// changed places: long enough for a program that had looked up the old one,
// but not opened it yet, to go on.
const settleTime = 20 * time.Millisecond

// stagedFor is longer than a staged file can be in use.
const stagedFor = time.Minute

// ConflictError says that a manifest was being changed while its status was
// to be written. The change stands; the status can be tried again later.
type ConflictError struct {
	// Path is the manifest, symlinks resolved.
	Path string
	// Reason says what was seen.
	Reason string
}

// Error says what was seen.
func (e *ConflictError) Error() string {
	return fmt.Sprintf("manifest %s %s; its status is written later", e.Path, e.Reason)
}

// WriteInline keeps a site's status section in its manifest, as Inline puts
// it there. It writes nothing when the section says so already.
//
// An edit that lands at the same moment is never lost: the new version takes
// the old one's place only while nobody has the old one open for writing, and
// gives it back when what it replaced was not the version that it was made
// from. It then fails with a *ConflictError. A symlink is followed to the
// file; mode and ownership are kept. It needs Linux, a file system that can
// exchange two files and has leases, and to be the file's owner or to have
// CAP_LEASE; it refuses to write otherwise. It takes some 20 ms.
func WriteInline(path, site string, status *v1alpha1.SiteStatus) error {
	err := writeInline(path, site, status)
	if errors.Is(err, fs.ErrNotExist) {
		err = &ConflictError{Path: path, Reason: "is away"}
	}
	if err != nil {
		return fmt.Errorf("write status of site %s into its manifest: %w", site, err)
	}
	return nil
}

func writeInline(path, site string, status *v1alpha1.SiteStatus) error {
	target, err := filepath.EvalSymlinks(path)
	if err != nil {
		return err
	}
	expected, err := readQuiet(target)
	if err != nil {
		return err
	}
	wanted, err := inline(expected, site, status)
	if err != nil || bytes.Equal(wanted, expected) {
		return err
	}
	s := swap{target: target, settle: settleTime, exchange: exchange}
	return s.run(expected, wanted)
}

// readQuiet reads a file that nobody is about to write.
func readQuiet(path string) ([]byte, error) {
	f, err := hold(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(f)
	if err == nil && len(data) == 0 {
		err = &ConflictError{Path: path, Reason: "is empty"}
	}
	return data, err
}

// swap puts a new version of a file in the place of an old one.
type swap struct {
	target   string
	settle   time.Duration
	exchange func(a, b string) error
}

// run replaces expected by wanted, or fails and leaves the target as somebody
// else made it.
func (s *swap) run(expected, wanted []byte) error {
	beside, err := stage(s.target, wanted)
	if err != nil {
		return err
	}
	// Whatever stands there in the end is not the newest version.
	defer os.Remove(beside)
	ours, err := hold(beside)
	if err != nil {
		return err
	}
	defer ours.Close()
	old, err := hold(s.target)
	if err != nil {
		return err
	}
	defer old.Close()
	data, err := io.ReadAll(old)
	if err != nil {
		return err
	}
	if !bytes.Equal(data, expected) {
		return s.conflict("was changed")
	}
	switch err := s.exchange(beside, s.target); {
	case errors.Is(err, fs.ErrNotExist):
		return s.conflict("was taken away")
	case err != nil:
		return err
	}
	if !is(beside, old) {
		return errors.Join(s.conflict("was replaced"), s.giveBack(beside, ours))
	}
	if s.disturbed(old) && !disturbed(ours) {
		return errors.Join(s.conflict("was opened for writing"), s.giveBack(beside, ours))
	}
	return nil
}

func (s *swap) conflict(reason string) error {
	return &ConflictError{Path: s.target, Reason: reason}
}

// disturbed waits for the time to settle, and says whether anybody opens a
// held version for writing. They wait for us meanwhile.
func (s *swap) disturbed(held *os.File) bool {
	for range s.settle / time.Millisecond {
		if disturbed(held) {
			return true
		}
		time.Sleep(time.Millisecond)
	}
	return disturbed(held)
}

// giveBack lets the version beside the target take the place of ours again.
// Whatever it finds there other than what was put there last is newer than
// both, and so is ours if somebody opened it for writing while it was there:
// these change places once more.
func (s *swap) giveBack(beside string, ours *os.File) error {
	placed := ours
	for {
		// It is kept open so that no other file can get its inode.
		edit, err := os.Open(beside)
		if err != nil {
			return fmt.Errorf("put an edit of %s back: %w", s.target, err)
		}
		defer edit.Close()
		switch err := s.exchange(beside, s.target); {
		case errors.Is(err, fs.ErrNotExist):
			// The file was deleted since, and that is the newest edit.
			return nil
		case err != nil:
			// What worked a moment ago fails: the edit goes first.
			return errors.Join(err, os.Rename(beside, s.target))
		}
		if is(beside, placed) && (placed != ours || !s.disturbed(ours)) {
			return nil
		}
		placed = edit
	}
}

// is says that a path is the file that is open.
func is(path string, open *os.File) bool {
	there, err := os.Lstat(path)
	if err != nil {
		return false
	}
	info, err := open.Stat()
	return err == nil && os.SameFile(there, info)
}

// stage writes a file beside the one that it is to replace, with its mode and
// ownership, and returns its path.
func stage(target string, data []byte) (path string, err error) {
	dir, prefix := filepath.Dir(target), "."+filepath.Base(target)+".wanctl-"
	sweepStaged(dir, prefix, stagedFor)
	like, err := os.Stat(target)
	if err != nil {
		return "", err
	}
	f, err := os.CreateTemp(dir, prefix+"*")
	if err != nil {
		return "", fmt.Errorf("the directory must be writable: %w", err)
	}
	defer func() {
		if err = errors.Join(err, f.Close()); err != nil {
			os.Remove(f.Name())
		}
	}()
	if _, err := f.Write(data); err != nil {
		return "", err
	}
	if err := chown(f, like); err != nil {
		return "", fmt.Errorf("keep its owner: %w", err)
	}
	if err := f.Chmod(like.Mode()); err != nil {
		return "", fmt.Errorf("keep its mode: %w", err)
	}
	return f.Name(), f.Sync()
}
