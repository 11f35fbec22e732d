package linux

import (
	"context"
	"fmt"

	"github.com/wanctl/wanctl/controller/router"
)

// Router is a router.Device for the machine itself. Its calls end with the
// deadline of their context; one that is cancelled earlier ends at latest
// after a second, as the kernel answers at once or not at all.
type Router struct {
	kernel *kernel
	bursts map[classID]burst
	// cakes are the links at whose roots a CAKE was last seen, by queue.
	cakes map[string]int
}

var (
	_ router.Device  = (*Router)(nil)
	_ router.Builder = (*Router)(nil)
)

// New opens netlink sockets in the present network namespace.
func New() (*Router, error) {
	k, err := dial()
	if err != nil {
		return nil, fmt.Errorf("open a netlink socket: %w", err)
	}
	return &Router{kernel: k, bursts: map[classID]burst{}, cakes: map[string]int{}}, nil
}

// Close closes the sockets; what shapes stays as it is.
func (r *Router) Close() error {
	r.kernel.close()
	return nil
}

// Rate reads the limit of the queue's shaper, in bit/s: CAKE's bandwidth, or
// the ceil of an HTB class.
func (r *Router) Rate(ctx context.Context, q router.Queue) (int64, error) {
	const op = "read the rate of"
	if err := r.kernel.begin(ctx); err != nil {
		return 0, fault(op, q.Name, err)
	}
	s, err := r.shaper(q)
	if err != nil {
		return 0, fault(op, q.Name, err)
	}
	return s.bitsPerSecond(), nil
}

// SetRate sets the limit of the queue's shaper, in bit/s, rounded down to whole
// bytes a second, and nothing else of it.
func (r *Router) SetRate(ctx context.Context, q router.Queue, bitsPerSecond int64) error {
	const op = "set the rate of"
	if bitsPerSecond < 8 {
		return fault(op, q.Name, fmt.Errorf("%d bit/s is too little: the kernel needs at least 8", bitsPerSecond))
	}
	if err := r.kernel.begin(ctx); err != nil {
		return fault(op, q.Name, err)
	}
	// A CAKE that is still there takes the change as it is; the kernel refuses it
	// for anything else, which is then looked at.
	if link, ok := r.cakes[q.Name]; ok {
		if (cakeShaper{link: link, kernel: r.kernel}).set(uint64(bitsPerSecond)/8) == nil {
			return nil
		}
		delete(r.cakes, q.Name)
	}
	s, err := r.shaper(q)
	if err == nil {
		err = s.set(uint64(bitsPerSecond) / 8)
	}
	if err != nil {
		return fault(op, q.Name, err)
	}
	return nil
}
