package linux

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/vishvananda/netlink"

	"github.com/wanctl/wanctl/controller/router"
)

// Router is a router.Device for the machine itself. Its calls end with the
// deadline of their context; one that is cancelled earlier ends at latest
// after a second, as the kernel answers at once or not at all.
type Router struct {
	kernel *kernel
	bursts map[classID]burst
}

var _ router.Device = (*Router)(nil)

// New opens a netlink socket in the present network namespace.
func New() (*Router, error) {
	k, err := dial()
	if err != nil {
		return nil, fmt.Errorf("open a netlink socket: %w", err)
	}
	return &Router{kernel: k, bursts: map[classID]burst{}}, nil
}

// Close closes the socket; classes stay as they are.
func (r *Router) Close() error {
	r.kernel.close()
	return nil
}

// Rate reads the ceil of the queue's class, in bit/s.
func (r *Router) Rate(ctx context.Context, q router.Queue) (int64, error) {
	const op = "read the rate of"
	if err := r.kernel.begin(ctx); err != nil {
		return 0, fault(op, q.Name, err)
	}
	c, err := r.find(q)
	if err != nil {
		return 0, fault(op, q.Name, err)
	}
	return int64(c.ceil()) * 8, nil
}

// SetRate sets rate and ceil of the queue's class, in bit/s, rounded to whole
// bytes a second. The class keeps its bursts as bytes, and all else as it is.
func (r *Router) SetRate(ctx context.Context, q router.Queue, bitsPerSecond int64) error {
	const op = "set the rate of"
	if bitsPerSecond < 8 {
		return fault(op, q.Name, fmt.Errorf("%d bit/s is too little: HTB needs at least 8", bitsPerSecond))
	}
	if err := r.kernel.begin(ctx); err != nil {
		return fault(op, q.Name, err)
	}
	c, err := r.find(q)
	if err != nil {
		return fault(op, q.Name, err)
	}
	b := r.bursts[c.id]
	if !b.matches(c) {
		b = burstOf(c)
	}
	c.setRate(uint64(bitsPerSecond)/8, b)
	if err := r.kernel.changeClass(c); err != nil {
		return fault(op, q.Name, fmt.Errorf("class %s: %w", netlink.HandleStr(c.id.handle), err))
	}
	r.bursts[c.id] = b.written(c)
	return nil
}

// Counters reads the bytes that the upload queue's interface, which is the WAN
// itself, has received and sent.
func (r *Router) Counters(ctx context.Context, _, upload router.Queue) (router.Counters, error) {
	const op = "read the counters of"
	if err := r.kernel.begin(ctx); err != nil {
		return router.Counters{}, fault(op, upload.Name, err)
	}
	link, err := r.kernel.link(upload.Name)
	if err != nil {
		return router.Counters{}, fault(op, upload.Name, err)
	}
	stats := link.Attrs().Statistics
	if stats == nil {
		return router.Counters{}, fault(op, upload.Name, errors.New("the kernel gave no statistics"))
	}
	return router.Counters{At: time.Now(), Download: stats.RxBytes, Upload: stats.TxBytes}, nil
}
