package v1alpha1

import (
	"slices"
	"strings"
	"time"

	"github.com/wanctl/wanctl/api/v1alpha1/internal/fieldpath"
)

func (c *checker) simulatedRouters() {
	for i := range c.site.Spec.Routers {
		router := &c.site.Spec.Routers[i]
		if router.Simulated == nil {
			continue
		}
		path := fieldpath.Path("spec.routers").Index(i).Field("simulated")
		c.notNegative(path.Field("applyLatency"), router.Simulated.ApplyLatency)
		c.notNegative(path.Field("cycleWork"), router.Simulated.CycleWork)
		seen := map[string]bool{}
		for j := range router.Simulated.Links {
			c.link(path.Field("links").Index(j), &router.Simulated.Links[j], router.Name, seen)
		}
		c.calls(path.Field("calls"), router)
		for j, fault := range router.Simulated.Faults {
			at := path.Field("faults").Index(j)
			c.notNegative(at.Field("at"), &fault.At)
			c.positive(at.Field("for"), &fault.For)
		}
		for j, load := range router.Simulated.CPU {
			at := path.Field("cpu").Index(j)
			c.notNegative(at.Field("at"), &load.At)
			if load.Percent < 0 || load.Percent > 100 {
				c.fault(at.Field("percent"), "%d is no percentage; it must be from 0 to 100", load.Percent)
			}
		}
	}
}

func (c *checker) link(path fieldpath.Path, link *SimulatedLink, router string, seen map[string]bool) {
	at := path.Field("wan")
	c.reference(at, link.WAN, "WAN", c.wanNames())
	if seen[link.WAN] {
		c.fault(at, "WAN %q has a link already; give each WAN one", link.WAN)
	}
	seen[link.WAN] = true
	w := c.wanNamed(link.WAN)
	if w != nil && w.Router != router {
		c.fault(at, "WAN %q is behind router %q, not this one; move the link there", link.WAN, w.Router)
	}
	c.positive(path.Field("baseRTT"), link.BaseRTT)
	c.notNegative(path.Field("jitter"), link.Jitter)
	if !(link.Loss >= 0 && link.Loss <= 1) {
		c.fault(path.Field("loss"), "%v is no share; it must be from 0 to 1", link.Loss)
	}
	c.positive(path.Field("buffer"), link.Buffer)
	c.answers(path, link.AnswersPerSecond)
	if w != nil {
		c.linkReflectors(path.Field("reflectors"), link.Reflectors, w)
	}
	c.direction(path.Field("download"), &link.Download)
	c.direction(path.Field("upload"), &link.Upload)
}

func (c *checker) wanNamed(name string) *WAN {
	for i := range c.site.Spec.WANs {
		if c.site.Spec.WANs[i].Name == name {
			return &c.site.Spec.WANs[i]
		}
	}
	return nil
}

func (c *checker) linkReflectors(path fieldpath.Path, reflectors []SimulatedReflector, w *WAN) {
	seen := map[string]bool{}
	for i, r := range reflectors {
		at := path.Index(i).Field("address")
		switch {
		case len(w.Probe.Reflectors) == 0:
			c.fault(at, "WAN %q names no reflectors; name %s in its probe.reflectors too", w.Name, r.Address)
		case !slices.Contains(w.Probe.Reflectors, r.Address):
			c.fault(at, "%s is no reflector of WAN %q; it has %s", r.Address, w.Name, strings.Join(w.Probe.Reflectors, ", "))
		case seen[r.Address]:
			c.fault(at, "%s stands twice; name each reflector once", r.Address)
		}
		seen[r.Address] = true
		c.positive(path.Index(i).Field("rtt"), r.RTT)
		c.notNegative(path.Index(i).Field("deadAfter"), r.DeadAfter)
		c.notNegative(path.Index(i).Field("slowAfter"), r.SlowAfter)
		c.positive(path.Index(i).Field("slowBy"), r.SlowBy)
		if !(r.Loss >= 0 && r.Loss <= 1) {
			c.fault(path.Index(i).Field("loss"), "%v is no share; it must be from 0 to 1", r.Loss)
		}
		c.answers(path.Index(i), r.AnswersPerSecond)
	}
}

func (c *checker) answers(path fieldpath.Path, perSecond int32) {
	if perSecond < 0 {
		c.fault(path.Field("answersPerSecond"), "%d is negative; it must be 1 or more, or left out for no limit", perSecond)
	}
}

func (c *checker) direction(path fieldpath.Path, d *SimulatedDirection) {
	c.rate(path.Field("capacity"), d.Capacity)
	c.rate(path.Field("demand"), d.Demand)
	if q := d.CrossTraffic; q != nil && q.Sign() < 0 {
		c.fault(path.Field("crossTraffic"), "%v is negative; it must be 0 or more", q)
	}
	if d.Flows != nil && (*d.Flows < 0 || *d.Flows > 64) {
		c.fault(path.Field("flows"), "%d is out of range; it must be from 0 to 64", *d.Flows)
	}
	c.positive(path.Field("onFor"), d.OnFor)
	c.positive(path.Field("offFor"), d.OffFor)
	if d.TraceFile != "" && (len(d.Steps) > 0 || d.Capacity != nil) {
		c.fault(path.Field("traceFile"), "says the capacity already; leave out capacity and steps, or traceFile")
	}
	c.steps(path, d)
}

// steps checks that changes of capacity come one after the other.
func (c *checker) steps(path fieldpath.Path, d *SimulatedDirection) {
	last := time.Duration(-1)
	for i := range d.Steps {
		at := path.Field("steps").Index(i)
		step := &d.Steps[i]
		c.notNegative(at.Field("at"), &step.At)
		c.rate(at.Field("capacity"), &step.Capacity)
		if step.At.Duration >= 0 && step.At.Duration <= last {
			c.fault(at.Field("at"), "%v does not come after %v; write the steps in rising order", step.At.Duration, last)
		}
		last = step.At.Duration
	}
	switch {
	case d.Repeat == nil:
	case len(d.Steps) == 0:
		c.fault(path.Field("repeat"), "there are no steps to repeat; leave it out")
	case d.Repeat.Duration <= last:
		c.fault(path.Field("repeat"), "%v is not after the last step, at %v; it must be", d.Repeat.Duration, last)
	}
}
