package status

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"
)

const lockName = "agent.lock"

// lockPatience is how long the lock is tried for: a command that asks whether
// an agent runs holds it for an instant.
const lockPatience = 200 * time.Millisecond

// LockedError says that another agent holds the state directory.
type LockedError struct {
	// Dir is the state directory.
	Dir string
	// PID is the first agent's process id; 0 where it did not leave one.
	PID int
	// Since is when it started; zero where it did not say.
	Since time.Time
}

// Error names the first agent and says what to do.
func (e *LockedError) Error() string {
	who := "another agent"
	if e.PID != 0 {
		who = fmt.Sprintf("another agent (process %d, since %s)", e.PID, e.Since.Format(time.RFC3339))
	}
	return fmt.Sprintf("%s holds state directory %s; stop it first, or give this one another --state-dir", who, e.Dir)
}

// holder is what the lock file says of who holds it.
type holder struct {
	PID   int       `json:"pid"`
	Since time.Time `json:"since"`
}

// acquire takes the lock of a state directory, or fails with a *LockedError.
func acquire(dir string) (*flock.Flock, error) {
	path := filepath.Join(dir, lockName)
	lock := flock.New(path, flock.SetPermissions(0o644))
	ctx, cancel := context.WithTimeout(context.Background(), lockPatience)
	defer cancel()
	locked, err := lock.TryLockContext(ctx, lockPatience/10)
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		first := readHolder(path)
		return nil, &LockedError{Dir: dir, PID: first.PID, Since: first.Since}
	case err != nil:
		return nil, fmt.Errorf("lock state directory %s: %w", dir, err)
	case !locked:
		return nil, fmt.Errorf("lock state directory %s: the file system does not say why not", dir)
	}
	// A full disk keeps nobody from starting: the lock holds without its text.
	if data, err := json.Marshal(holder{PID: os.Getpid(), Since: time.Now().Truncate(time.Second)}); err == nil {
		_ = os.WriteFile(path, append(data, '\n'), 0o644)
	}
	return lock, nil
}

func readHolder(path string) holder {
	var h holder
	if data, err := os.ReadFile(path); err == nil {
		// Whoever holds the lock may be about to write it.
		_ = json.Unmarshal(data, &h)
	}
	return h
}

// agentRunning tries the lock without creating it. It shares it, so that
// commands do not take each other for an agent.
func agentRunning(dir string) (pid int, running bool) {
	path := filepath.Join(dir, lockName)
	lock := flock.New(path, flock.SetFlag(os.O_RDONLY))
	free, err := lock.TryRLock()
	if err != nil {
		return 0, false
	}
	if free {
		_ = lock.Close()
		return 0, false
	}
	return readHolder(path).PID, true
}
