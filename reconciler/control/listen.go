package control

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"time"
)

// LiveError says that somebody answers on the socket already.
type LiveError struct{ Path string }

// Error says what to do.
func (e *LiveError) Error() string {
	return fmt.Sprintf("another process listens on %s; stop it first, or give this agent another --state-dir", e.Path)
}

// listen makes a state directory's socket, in place of one whose agent died.
func listen(dir string) (*net.UnixListener, error) {
	path := Path(dir)
	if err := clear(path); err != nil {
		return nil, err
	}
	name, release, err := short(path)
	if err != nil {
		return nil, err
	}
	defer release()
	// A socket gets the mode of its descriptor: at no time may others write to it.
	config := net.ListenConfig{Control: func(_, _ string, c syscall.RawConn) (err error) {
		return errors.Join(c.Control(func(fd uintptr) { err = syscall.Fchmod(int(fd), mode) }), err)
	}}
	l, err := config.Listen(context.Background(), "unix", name)
	if err != nil {
		return nil, fmt.Errorf("listen on %s: %w", path, err)
	}
	socket := l.(*net.UnixListener)
	// It goes by its whole name, which need not be the one that it was bound to.
	socket.SetUnlinkOnClose(false)
	if err := admit(dir, path); err != nil {
		return nil, errors.Join(err, socket.Close(), os.Remove(path))
	}
	return socket, nil
}

const mode = 0o660

// admit lets the group of the directory write to the socket.
func admit(dir, path string) error {
	folder, err := os.Stat(dir)
	if err != nil {
		return fmt.Errorf("listen on %s: %w", path, err)
	}
	socket, err := os.Lstat(path)
	if err != nil {
		return fmt.Errorf("listen on %s: %w", path, err)
	}
	want, has := folder.Sys().(*syscall.Stat_t).Gid, socket.Sys().(*syscall.Stat_t).Gid
	if want != has {
		// Without the right to, the owner and root are all who may give commands.
		_ = os.Lchown(path, -1, int(want))
	}
	if err := os.Chmod(path, mode); err != nil {
		return fmt.Errorf("listen on %s: %w", path, err)
	}
	return nil
}

// clear removes the socket of an agent that died. It refuses one that answers,
// and what is no socket.
func clear(path string) error {
	found, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return fmt.Errorf("listen on %s: %w", path, err)
	case found.Mode().Type() != fs.ModeSocket:
		return fmt.Errorf("%s is in the way: it is no socket; remove it", path)
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	conn, err := dial(ctx, path)
	if err == nil {
		return errors.Join(&LiveError{Path: path}, conn.Close())
	}
	if !errors.Is(err, syscall.ECONNREFUSED) {
		return &LiveError{Path: path}
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("remove the socket of an agent that died: %w", err)
	}
	return nil
}

func dial(ctx context.Context, path string) (net.Conn, error) {
	name, release, err := short(path)
	if err != nil {
		return nil, err
	}
	defer release()
	return new(net.Dialer).DialContext(ctx, "unix", name)
}

// maxPath is the longest name that a socket can be bound to, its end not
// counted: what sun_path holds on Linux, and less elsewhere.
const maxPath = 103

// short is a name for a socket that the kernel takes: the path, or where that is
// too long one through a descriptor of its folder, which is held until release.
func short(path string) (name string, release func(), err error) {
	if len(path) <= maxPath {
		return path, func() {}, nil
	}
	dir, err := os.Open(filepath.Dir(path))
	if err != nil {
		return "", nil, err
	}
	return filepath.Join("/proc/self/fd", strconv.Itoa(int(dir.Fd())), filepath.Base(path)), func() { _ = dir.Close() }, nil
}
