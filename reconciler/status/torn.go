package status

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// keepTorn is how many files set aside are kept of each file.
const keepTorn = 3

// TornError is a stored file that is damaged or of another version. It is not
// read again.
type TornError struct {
	// Path is the file.
	Path string
	// Aside is where it is now; empty if it could not be moved, or was only
	// read.
	Aside string
	// Err is what is wrong with it.
	Err error
}

// Error says which file, what is wrong and where it went.
func (e *TornError) Error() string {
	if e.Aside == "" {
		return fmt.Sprintf("stored state %s cannot be used: %v", e.Path, e.Err)
	}
	return fmt.Sprintf("stored state %s cannot be used: %v; it is set aside as %s", e.Path, e.Err, e.Aside)
}

// Unwrap is what is wrong.
func (e *TornError) Unwrap() error { return e.Err }

// setAside renames a torn file to path.torn-N, N rising, and removes the
// oldest of those beyond the three that are kept.
func setAside(torn *TornError) *TornError {
	prefix := filepath.Base(torn.Path) + ".torn-"
	dir := filepath.Dir(torn.Path)
	var numbers []int
	if entries, err := os.ReadDir(dir); err == nil {
		for _, entry := range entries {
			if digits, ok := strings.CutPrefix(entry.Name(), prefix); ok {
				if n, err := strconv.Atoi(digits); err == nil {
					numbers = append(numbers, n)
				}
			}
		}
	}
	slices.Sort(numbers)
	next := 1
	if len(numbers) > 0 {
		next = numbers[len(numbers)-1] + 1
	}
	aside := torn.Path + ".torn-" + strconv.Itoa(next)
	if err := os.Rename(torn.Path, aside); err != nil {
		return &TornError{Path: torn.Path, Err: fmt.Errorf("%w; it could not be set aside: %w", torn.Err, err)}
	}
	for _, old := range numbers[:max(0, len(numbers)+1-keepTorn)] {
		// One too many does no harm.
		_ = os.Remove(torn.Path + ".torn-" + strconv.Itoa(old))
	}
	return &TornError{Path: torn.Path, Aside: aside, Err: torn.Err}
}
