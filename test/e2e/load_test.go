//go:build e2e

package e2e

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// load is TCP traffic between client and server that wants all it can get.
type load struct {
	// down and up count the bytes that were received.
	down, up atomic.Uint64
	stop     func()
}

const loadPort = "5001"

// flowsEachWay is how many connections send in each direction.
const flowsEachWay = 2

// startLoad lets traffic run both ways until stop.
func startLoad(l *line) (*load, error) {
	ld := &load{}
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	var listener net.Listener
	err := l.server.do(func() (err error) {
		cfg := net.ListenConfig{Control: cubic}
		listener, err = cfg.Listen(ctx, "tcp4", net.JoinHostPort(serverAddress, loadPort))
		return err
	})
	if err != nil {
		cancel()
		return nil, fmt.Errorf("listen on the server: %w", err)
	}
	ld.stop = sync.OnceFunc(func() {
		cancel()
		_ = listener.Close()
		running.Wait()
	})
	running.Go(func() { ld.serve(ctx, listener, &running) })
	for i := range 2 * flowsEachWay {
		var conn net.Conn
		err := l.client.do(func() (err error) {
			dialer := net.Dialer{Control: cubic, Timeout: 10 * time.Second}
			conn, err = dialer.DialContext(ctx, "tcp4", net.JoinHostPort(serverAddress, loadPort))
			return err
		})
		if err != nil {
			ld.stop()
			return nil, fmt.Errorf("connect to the server: %w", err)
		}
		// The first byte says who sends.
		way := []byte{'d', 'u'}[i%2]
		running.Go(func() {
			if _, err := conn.Write([]byte{way}); err == nil {
				ld.pass(ctx, conn, way == 'u', &ld.down)
			}
			_ = conn.Close()
		})
	}
	return ld, nil
}

func (ld *load) serve(ctx context.Context, listener net.Listener, running *sync.WaitGroup) {
	for {
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		running.Go(func() {
			way := make([]byte, 1)
			if _, err := io.ReadFull(conn, way); err != nil {
				_ = conn.Close()
				return
			}
			ld.pass(ctx, conn, way[0] == 'd', &ld.up)
		})
	}
}

// pass sends, or receives and counts, until ctx ends or the other side does.
func (ld *load) pass(ctx context.Context, conn net.Conn, send bool, received *atomic.Uint64) {
	defer context.AfterFunc(ctx, func() { _ = conn.Close() })()
	defer conn.Close()
	buffer := make([]byte, 64<<10)
	for {
		if send {
			if _, err := conn.Write(buffer); err != nil {
				return
			}
			continue
		}
		n, err := conn.Read(buffer)
		received.Add(uint64(n))
		if err != nil {
			return
		}
	}
}

// cubic asks for a congestion control that fills buffers, whatever the host's
// default is. Accepted connections inherit it.
func cubic(_, _ string, raw syscall.RawConn) error {
	var option error
	err := raw.Control(func(fd uintptr) {
		option = unix.SetsockoptString(int(fd), unix.IPPROTO_TCP, unix.TCP_CONGESTION, "cubic")
		if option != nil {
			option = fmt.Errorf("choose cubic: %w", option)
		}
	})
	return errors.Join(err, option)
}
