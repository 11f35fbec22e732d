package linux

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/vishvananda/netlink"
	"github.com/vishvananda/netlink/nl"
	"golang.org/x/sys/unix"

	"github.com/wanctl/wanctl/controller/router"
)

// maxRate32 is the highest rate, in bytes/s, that fits the kernel's 32-bit
// field; a higher one stands in an attribute of its own.
const maxRate32 = math.MaxUint32

// classID names a class on the machine.
type classID struct {
	link   int
	handle uint32
}

// class is an HTB class as the kernel described it. Changing that description
// and sending it back keeps what wanctl does not know of: priority, quantum,
// link layer, overhead.
type class struct {
	id         classID
	parent     uint32
	parameters nl.TcHtbCopt
	// rate64 and ceil64 are in bytes/s.
	rate64, ceil64 uint64
}

// parseClass reads one class; nil when it is not HTB's.
func parseClass(answer []byte) (*class, error) {
	// A class is described as a qdisc is.
	described, kind, ok := parseQdisc(answer)
	if !ok {
		return nil, fmt.Errorf("%d bytes are too short", len(answer))
	}
	if unix.ByteSliceToString(kind) != "htb" {
		return nil, nil
	}
	c := &class{id: classID{described.link, described.handle}, parent: described.parent}
	found := false
	for name, value := range attributes(described.options) {
		switch name {
		case nl.TCA_HTB_PARMS:
			if found = len(value) >= nl.SizeofTcHtbCopt; found {
				c.parameters = *nl.DeserializeTcHtbCopt(value)
			}
		case nl.TCA_HTB_RATE64:
			c.rate64 = number64(value)
		case nl.TCA_HTB_CEIL64:
			c.ceil64 = number64(value)
		}
	}
	if !found {
		return nil, errors.New("an HTB class without parameters")
	}
	c.rate64 = max(c.rate64, uint64(c.parameters.Rate.Rate))
	c.ceil64 = max(c.ceil64, uint64(c.parameters.Ceil.Rate))
	return c, nil
}

// ceil is what limits the class, in bytes/s.
func (c *class) ceil() uint64 { return c.ceil64 }

// setRate sets rate and ceil, in bytes/s, and the times that the bursts take
// at that rate.
func (c *class) setRate(rate uint64, b burst) {
	c.rate64, c.ceil64 = rate, rate
	p := &c.parameters
	p.Rate.Rate = uint32(min(rate, maxRate32))
	p.Ceil.Rate = p.Rate.Rate
	p.Buffer, p.Cbuffer = ticks(b.rateBytes, rate), ticks(b.ceilBytes, rate)
}

// htb is a class of the HTB at a queue's root.
type htb struct {
	*class
	router *Router
}

// htbAt is the class that a queue names.
func (r *Router) htbAt(q router.Queue, root qdisc) (htb, error) {
	classes, err := r.kernel.classes(root.link, root.handle)
	if err != nil {
		return htb{}, err
	}
	c, err := choose(q, root.handle, classes)
	return htb{c, r}, err
}

func (h htb) bitsPerSecond() int64 { return int64(h.ceil()) * 8 }

// set sets rate and ceil; the class keeps its bursts as bytes, and all else as
// it is.
func (h htb) set(bytesPerSecond uint64) error {
	b := h.router.bursts[h.id]
	if !b.matches(h.class) {
		b = burstOf(h.class)
	}
	h.setRate(bytesPerSecond, b)
	if err := h.router.kernel.changeClass(h.class); err != nil {
		return fmt.Errorf("class %s: %w", netlink.HandleStr(h.id.handle), err)
	}
	h.router.bursts[h.id] = b.written(h.class)
	return nil
}

// choose picks the queue's class, or the only one directly under the root.
func choose(q router.Queue, root uint32, classes []*class) (*class, error) {
	if q.Class != "" {
		want, err := parseHandle(q.Class)
		if err != nil {
			return nil, missing{err}
		}
		i := slices.IndexFunc(classes, func(c *class) bool { return c.id.handle == want })
		if i < 0 {
			return nil, missing{fmt.Errorf("%s has no HTB class %s (found: %s)", q.Name, q.Class, names(classes))}
		}
		return classes[i], nil
	}
	top := slices.DeleteFunc(slices.Clone(classes), func(c *class) bool { return c.parent != netlink.HANDLE_ROOT })
	switch len(top) {
	case 1:
		return top[0], nil
	case 0:
		major, _ := netlink.MajorMinor(root)
		return nil, missing{fmt.Errorf("%s has an HTB qdisc %x: without a class; create one with: "+
			"tc class add dev %s parent %x: classid %x:1 htb rate 100mbit", q.Name, major, q.Name, major, major)}
	default:
		return nil, missing{fmt.Errorf("%s has several HTB classes directly under its root (%s); "+
			"set class to one of them", q.Name, names(top))}
	}
}

// names lists classes as tc writes them.
func names(classes []*class) string {
	if len(classes) == 0 {
		return "none"
	}
	var list []string
	for _, c := range classes {
		list = append(list, netlink.HandleStr(c.id.handle))
	}
	slices.Sort(list)
	return strings.Join(list, ", ")
}

// parseHandle reads a class as tc writes it: MAJOR:MINOR, both hexadecimal.
func parseHandle(s string) (uint32, error) {
	major, minor, ok := strings.Cut(s, ":")
	a, errA := strconv.ParseUint(major, 16, 16)
	b, errB := strconv.ParseUint(minor, 16, 16)
	if !ok || errA != nil || errB != nil {
		return 0, fmt.Errorf("%q is not a class: write it as tc does, as in 1:10", s)
	}
	return uint32(a<<16 | b), nil
}
