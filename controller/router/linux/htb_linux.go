package linux

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"github.com/vishvananda/netlink"
	"github.com/vishvananda/netlink/nl"

	"github.com/wanctl/wanctl/controller/router"
)

type attribute = syscall.NetlinkRouteAttr

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
	msg, attrs, err := traffic(answer)
	if err != nil || nl.BytesToString(attrs[nl.TCA_KIND].Value) != "htb" {
		return nil, err
	}
	options, err := nl.ParseRouteAttrAsMap(attrs[nl.TCA_OPTIONS].Value)
	if err != nil {
		return nil, err
	}
	if len(options[nl.TCA_HTB_PARMS].Value) < nl.SizeofTcHtbCopt {
		return nil, errors.New("an HTB class without parameters")
	}
	c := &class{
		id:         classID{int(msg.Ifindex), msg.Handle},
		parent:     msg.Parent,
		parameters: *nl.DeserializeTcHtbCopt(options[nl.TCA_HTB_PARMS].Value),
	}
	c.rate64, c.ceil64 = uint64(c.parameters.Rate.Rate), uint64(c.parameters.Ceil.Rate)
	if v := options[nl.TCA_HTB_RATE64].Value; len(v) == 8 {
		c.rate64 = nl.NativeEndian().Uint64(v)
	}
	if v := options[nl.TCA_HTB_CEIL64].Value; len(v) == 8 {
		c.ceil64 = nl.NativeEndian().Uint64(v)
	}
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

// find is the class that a queue names.
func (r *Router) find(q router.Queue) (*class, error) {
	link, err := r.kernel.link(q.Name)
	if err != nil {
		return nil, err
	}
	index := link.Attrs().Index
	kind, root, err := r.kernel.root(index)
	if err == nil {
		err = rootKind(q.Name, kind)
	}
	if err != nil {
		return nil, err
	}
	classes, err := r.kernel.classes(index, root)
	if err != nil {
		return nil, err
	}
	return choose(q, root, classes)
}

// rootKind says what is wrong with a kind of root qdisc, if anything is.
func rootKind(name, kind string) error {
	switch kind {
	case "htb":
		return nil
	case "cake":
		return unsupported{fmt.Errorf("%s is shaped by CAKE; this version sets HTB classes only", name)}
	default:
		return missing{fmt.Errorf("%s has no HTB qdisc at its root (found: %s); create one with: "+
			"tc qdisc replace dev %s root handle 1: htb default 1 && "+
			"tc class replace dev %s parent 1: classid 1:1 htb rate 100mbit", name, kind, name, name)}
	}
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
