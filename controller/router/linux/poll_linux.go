package linux

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// poller is a netlink socket for what is asked many times a second: requests
// are made once, and answers are read where they are received.
type poller struct {
	fd       int
	pid, seq uint32
	// buffer has the size of the kernel's least buffer for a part of a list, a
	// page up to 8 KiB. The kernel makes its own as large as this, and clears
	// it, each time.
	buffer []byte
}

const leastBuffer, mostBuffer = 4 << 10, 8 << 10

func newPoller() (*poller, error) {
	fd, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, unix.NETLINK_ROUTE)
	if err != nil {
		return nil, err
	}
	p := &poller{fd: fd, buffer: make([]byte, min(mostBuffer, max(leastBuffer, os.Getpagesize())))}
	err = unix.Bind(fd, &unix.SockaddrNetlink{Family: unix.AF_NETLINK})
	if err == nil {
		p.pid, err = portOf(fd)
	}
	if err != nil {
		unix.Close(fd)
		return nil, err
	}
	return p, nil
}

// portOf is the address that the kernel gave to a socket.
func portOf(fd int) (uint32, error) {
	address, err := unix.Getsockname(fd)
	if err != nil {
		return 0, err
	}
	netlink, ok := address.(*unix.SockaddrNetlink)
	if !ok {
		return 0, errors.New("no netlink socket")
	}
	return netlink.Pid, nil
}

func (p *poller) close() { unix.Close(p.fd) }

// ask sends a request and calls f for each message of the answer, whose bytes
// last until f returns. The kernel answers within the call that asks, so that
// nothing here waits.
func (p *poller) ask(req []byte, answer uint16, f func([]byte)) error {
	p.seq++
	binary.NativeEndian.PutUint32(req[8:], p.seq)
	if _, err := unix.Write(p.fd, req); err != nil {
		return err
	}
	for {
		n, err := unix.Read(p.fd, p.buffer)
		if err != nil {
			return err
		}
		done, err := p.each(p.buffer[:n], answer, f)
		if done || err != nil {
			return err
		}
	}
}

// each walks the messages of one datagram and says whether the last was among
// them.
func (p *poller) each(b []byte, answer uint16, f func([]byte)) (done bool, err error) {
	for len(b) >= unix.NLMSG_HDRLEN {
		size, kind, flags := int(word(b, 0)), binary.NativeEndian.Uint16(b[4:]), binary.NativeEndian.Uint16(b[6:])
		if size < unix.NLMSG_HDRLEN || size > len(b) {
			return true, fmt.Errorf("understand the kernel: a message of %d bytes in %d", size, len(b))
		}
		body := b[unix.NLMSG_HDRLEN:size]
		if word(b, 8) == p.seq && word(b, 12) == p.pid {
			switch kind {
			case unix.NLMSG_DONE, unix.NLMSG_ERROR:
				if errno := int32(number32(body)); errno < 0 {
					return true, unix.Errno(-errno)
				}
				return true, nil
			case answer:
				f(body)
				if flags&unix.NLM_F_MULTI == 0 {
					return true, nil
				}
			}
		}
		b = b[min(len(b), (size+3)&^3):]
	}
	return false, nil
}
