package status

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// exchange lets two files change places in one step.
func exchange(a, b string) error {
	err := unix.Renameat2(unix.AT_FDCWD, a, unix.AT_FDCWD, b, unix.RENAME_EXCHANGE)
	switch {
	case err == nil:
		return nil
	case errors.Is(err, unix.EINVAL), errors.Is(err, unix.ENOSYS), errors.Is(err, unix.EOPNOTSUPP):
		return fmt.Errorf("the file system of %s cannot exchange two files, so that an edit could be lost; keep the manifest on another, or its status out of it: %w", b, err)
	default:
		return fmt.Errorf("exchange %s with its new version: %w", b, err)
	}
}

// hold opens a file with a lease: nobody else has it open for writing, and
// who wants to has to wait until it is closed. It fails with a *ConflictError
// where somebody has.
func hold(path string) (*os.File, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	_, err = unix.FcntlInt(f.Fd(), unix.F_SETLEASE, unix.F_RDLCK)
	switch {
	case err == nil:
		return f, nil
	case errors.Is(err, unix.EAGAIN):
		err = &ConflictError{Path: path, Reason: "is open for writing"}
	case errors.Is(err, unix.EACCES):
		err = fmt.Errorf("only the owner of %s, or a process with CAP_LEASE, can tell whether somebody edits it: %w", path, err)
	default:
		err = fmt.Errorf("the file system of %s cannot tell whether somebody edits it; keep the manifest on another, or its status out of it: %w", path, err)
	}
	return nil, errors.Join(err, f.Close())
}

// disturbed says that somebody waits to open a held file for writing, or has
// waited for so long that the kernel let them.
func disturbed(held *os.File) bool {
	lease, err := unix.FcntlInt(held.Fd(), unix.F_GETLEASE, 0)
	return err != nil || lease != unix.F_RDLCK
}

// chown gives a file the owner and group of another, if they differ.
func chown(f *os.File, like os.FileInfo) error {
	want, ok := like.Sys().(*syscall.Stat_t)
	if !ok {
		return nil
	}
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if have, ok := info.Sys().(*syscall.Stat_t); ok && have.Uid == want.Uid && have.Gid == want.Gid {
		return nil
	}
	return f.Chown(int(want.Uid), int(want.Gid))
}

// sweepStaged removes what was staged, longer ago than age, by a process that
// was killed.
func sweepStaged(dir, prefix string, age time.Duration) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return
	}
	for _, entry := range entries {
		if !strings.HasPrefix(entry.Name(), prefix) {
			continue
		}
		info, err := entry.Info()
		if err != nil {
			continue
		}
		// The time of the content may be that of the version replaced.
		if stat, ok := info.Sys().(*syscall.Stat_t); ok && time.Since(time.Unix(stat.Ctim.Unix())) > age {
			_ = os.Remove(filepath.Join(dir, entry.Name()))
		}
	}
}
