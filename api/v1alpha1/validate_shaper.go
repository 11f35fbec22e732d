package v1alpha1

import (
	"cmp"
	"regexp"
	"strings"

	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/wanctl/wanctl/api/v1alpha1/internal/fieldpath"
)

// maxRate is the most that a rate may be, in bit/s: 10 Tbit/s.
const maxRate = 10_000_000_000_000

// rate checks a rate and says whether it is good; nil is left out and good.
func (c *checker) rate(path fieldpath.Path, q *resource.Quantity) bool {
	switch {
	case q == nil:
		return true
	case q.Sign() <= 0:
		c.fault(path, "%v is no rate; it must be above 0 bit/s", q)
		return false
	case q.CmpInt64(maxRate) > 0:
		c.fault(path, "%v is no rate; it must be at most 10T bit/s", q)
		return false
	default:
		return true
	}
}

func (c *checker) shaper(path fieldpath.Path, s *Shaper) {
	if s.States != 3 && s.States != 4 {
		c.fault(path.Field("states"), "%d is no number of states; write 4, or 3 to leave SOFT_RED out", s.States)
	}
	if c.rate(path.Field("ceiling"), &s.Ceiling) {
		c.floors(path.Field("floors"), s)
	}
	if f := s.Decrease.Factor; f != nil && !(*f > 0 && *f < 1) {
		c.fault(path.Field("decrease").Field("factor"), "%v is no decrease; it must be above 0 and below 1, as 0.9", *f)
	}
	c.positive(path.Field("decrease").Field("every"), s.Decrease.Every)
	c.rate(path.Field("increase").Field("step"), s.Increase.Step)
	c.positive(path.Field("increase").Field("every"), s.Increase.Every)
	c.notNegative(path.Field("increase").Field("after"), s.Increase.After)
}

// floors checks them from the worst state up. A floor equal to the one before
// is mostly that one by default, and its fault is told once.
func (c *checker) floors(path fieldpath.Path, s *Shaper) {
	worse, name := s.Floors.Red, ""
	for _, floor := range []struct {
		name  string
		value *resource.Quantity
	}{{"red", s.Floors.Red}, {"softRed", s.Floors.SoftRed}, {"yellow", s.Floors.Yellow}, {"green", s.Floors.Green}} {
		at := path.Field(floor.name)
		if floor.value == nil || name != "" && worse != nil && floor.value.Cmp(*worse) == 0 {
			continue
		}
		switch {
		case !c.rate(at, floor.value):
			continue
		case floor.value.Cmp(s.Ceiling) > 0:
			c.fault(at, "%v is above the ceiling of %v; a floor must be at most the ceiling", floor.value, &s.Ceiling)
		case name != "" && worse != nil && floor.value.Cmp(*worse) < 0:
			c.between(at, path.Field(name), "floors.%s, %v, is below floors.%s, %v; a better state's floor must be at least the worse one's",
				floor.name, floor.value, name, worse)
		}
		worse, name = floor.value, floor.name
	}
}

// queue is what shapes one direction, as its router tells queues apart.
type queue struct {
	// side is the half of a simple queue, which has both.
	router, name, class, side string
	kind                      QueueKind
}

// queue checks how a direction's queue is named, and that no other has it.
func (c *checker) queue(path fieldpath.Path, s *Shaper, router *Router, taken map[queue]fieldpath.Path) {
	at := path.Field("queue")
	if s.QueueKind != "" && router.RouterOS == nil {
		c.fault(path.Field("queueKind"), "only a routerOS router has kinds of queues, and %s is none; leave it out", router.Name)
	}
	switch {
	case s.Class != "" && router.Linux == nil:
		c.fault(path.Field("class"), "only a linux router has classes, and %s is none; leave it out", router.Name)
	case s.Class != "" && !class.MatchString(s.Class):
		c.fault(path.Field("class"), "%q is no HTB class; write it as tc does, as 1:10", s.Class)
	}
	if s.Class != "" && router.managed() {
		c.fault(path.Field("class"), "CAKE has no classes, and wanctl keeps CAKE on %s; leave it out", router.Name)
	}
	c.cake(path, s, router)
	if !router.real() {
		return
	}
	if s.Queue == "" {
		c.fault(at, "is missing; name %s", cmp.Or(interfaceHint(router), "the RouterOS queue that shapes this direction"))
		return
	}
	if router.Linux != nil && !isInterface(s.Queue) {
		c.fault(at, "%q is no interface name; write at most 15 characters without spaces and slashes, as eth0", s.Queue)
	}
	key := queue{router: router.Name, name: s.Queue}
	if router.Linux != nil {
		key.class = s.Class
	} else {
		key.kind = s.QueueKind
	}
	if key.kind == QueueSimple {
		key.side = string(path[strings.LastIndexByte(string(path), '.')+1:])
	}
	if first, twice := taken[key]; twice {
		c.fault(at, "%q already shapes %s; give each direction a queue of its own", s.Queue, first)
		return
	}
	taken[key] = path
}

func interfaceHint(router *Router) string {
	if router.Linux == nil {
		return ""
	}
	return "the interface whose root qdisc shapes this direction, as eth0 for upload and ifb-eth0 for download"
}

// class is a handle of a class as tc writes it.
var class = regexp.MustCompile(`^[0-9a-f]{1,4}:[0-9a-f]{1,4}$`)

// isInterface says that Linux would take a name for an interface's.
func isInterface(name string) bool {
	return len(name) <= 15 && name != "." && name != ".." && !strings.ContainsAny(name, "/: \t\n\r\v\f")
}
