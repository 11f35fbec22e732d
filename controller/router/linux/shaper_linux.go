package linux

import (
	"fmt"
	"math"

	"golang.org/x/sys/unix"

	"github.com/wanctl/wanctl/controller/router"
)

// shaper is what limits a queue's interface.
type shaper interface {
	// bitsPerSecond is the limit; math.MaxInt64 is none.
	bitsPerSecond() int64
	// set sets the limit, above 0.
	set(bytesPerSecond uint64) error
}

// root is the qdisc at the root of a queue's interface.
func (r *Router) root(q router.Queue) (qdisc, error) {
	link, err := r.kernel.link(q.Name)
	if err != nil {
		return qdisc{}, err
	}
	return r.kernel.root(link.Attrs().Index)
}

// shaper is what the root qdisc of a queue's interface makes of it.
func (r *Router) shaper(q router.Queue) (shaper, error) {
	root, err := r.root(q)
	if err != nil {
		return nil, err
	}
	delete(r.cakes, q.Name)
	switch root.kind {
	case "cake":
		return r.cakeAt(q, root)
	case "htb":
		return r.htbAt(q, root)
	default:
		return nil, missing{fmt.Errorf("%s has neither CAKE nor HTB at its root (found: %s); create one with: "+
			"tc qdisc replace dev %s root cake bandwidth 100mbit; where the kernel has no CAKE: "+
			"tc qdisc replace dev %s root handle 1: htb default 1 && "+
			"tc class replace dev %s parent 1: classid 1:1 htb rate 100mbit", q.Name, root.kind, q.Name, q.Name, q.Name)}
	}
}

// cakeShaper is the CAKE at a queue's root.
type cakeShaper struct {
	cake
	link   int
	kernel *kernel
}

// cakeAt is the CAKE that a queue names, unless it would not keep a rate.
func (r *Router) cakeAt(q router.Queue, root qdisc) (cakeShaper, error) {
	c := cakeShaper{parseCake(root.options), root.link, r.kernel}
	switch {
	case q.Class != "":
		return c, missing{fmt.Errorf("%s is shaped by CAKE, which has no classes; leave out class: %s", q.Name, q.Class)}
	case c.autorate != 0:
		return c, missing{fmt.Errorf("the CAKE of %s sets its own rate (autorate-ingress); end that with: "+
			"tc qdisc change dev %s root cake bandwidth 100mbit", q.Name, q.Name)}
	}
	r.cakes[q.Name] = root.link
	return c, nil
}

func (c cakeShaper) bitsPerSecond() int64 {
	if c.rate == 0 || c.rate > math.MaxInt64/8 {
		return math.MaxInt64
	}
	return int64(c.rate) * 8
}

// set changes the bandwidth alone.
func (c cakeShaper) set(bytesPerSecond uint64) error {
	_, err := c.kernel.ask(rootRequest(unix.RTM_NEWQDISC, 0, c.link, 0, "cake", rateAttribute(bytesPerSecond)), 0)
	return err
}
