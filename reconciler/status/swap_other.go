//go:build !linux

package status

import (
	"errors"
	"fmt"
	"os"
	"time"
)

func exchange(_, b string) error {
	return fmt.Errorf("exchange %s with its new version: %w; keep its status out of it", b, errors.ErrUnsupported)
}

func hold(path string) (*os.File, error) {
	return nil, fmt.Errorf("tell whether somebody edits %s: %w; keep its status out of it", path, errors.ErrUnsupported)
}

func disturbed(*os.File) bool { return true }

func chown(*os.File, os.FileInfo) error { return nil }

func sweepStaged(_, _ string, _ time.Duration) {}
