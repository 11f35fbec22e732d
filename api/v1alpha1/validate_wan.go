package v1alpha1

import (
	"net/netip"

	"github.com/wanctl/wanctl/api/v1alpha1/internal/fieldpath"
)

func (c *checker) wans() {
	const path fieldpath.Path = "spec.wans"
	spec := &c.site.Spec
	if _, err := ParseProfile(spec.IntervalProfile); err != nil {
		c.fault("spec.intervalProfile", "%s", err)
	}
	c.timeConstants("spec.timeConstants", spec.TimeConstants)
	c.alphas("spec.alphas", spec.Alphas)
	c.thresholds("spec.thresholds", spec.Thresholds)
	c.risingThresholds("spec.thresholds", nil)
	if len(spec.WANs) == 0 {
		c.fault(path, "is empty; name at least one WAN")
	}
	seen, queues := map[string]bool{}, map[queue]fieldpath.Path{}
	for i := range spec.WANs {
		c.wan(path.Index(i), &spec.WANs[i], seen, queues)
	}
}

func (c *checker) wan(path fieldpath.Path, w *WAN, seen map[string]bool, queues map[queue]fieldpath.Path) {
	c.name(path.Field("name"), w.Name, "WAN", seen)
	c.reference(path.Field("router"), w.Router, "router", c.routerNames())
	if w.IntervalProfile != "" {
		if _, err := ParseProfile(w.IntervalProfile); err != nil {
			c.fault(path.Field("intervalProfile"), "%s", err)
		}
	}
	c.timeConstants(path.Field("timeConstants"), w.TimeConstants)
	c.longEnough(path, w)
	c.alphas(path.Field("alphas"), w.Alphas)
	c.thresholds(path.Field("thresholds"), w.Thresholds)
	c.risingThresholds(path.Field("thresholds"), w)

	router := c.site.RouterFor(w)
	c.probe(path.Field("probe"), &w.Probe, router)
	c.shaper(path.Field("download"), &w.Download)
	c.shaper(path.Field("upload"), &w.Upload)
	if w.Interface != "" && (router == nil || router.RouterOS == nil) {
		c.fault(path.Field("interface"), "only a WAN of a routerOS router has one; on Linux the upload's queue is the WAN interface; leave it out")
	}
	if router != nil {
		c.queue(path.Field("download"), &w.Download, router, queues)
		c.queue(path.Field("upload"), &w.Upload, router, queues)
	}
}

func (c *checker) probe(path fieldpath.Path, p *Probe, router *Router) {
	reflectors := path.Field("reflectors")
	if len(p.Reflectors) == 0 && router != nil && router.real() {
		c.fault(reflectors, "is empty; name hosts that answer pings, as 1.1.1.1, 8.8.8.8 and 9.9.9.9; only a simulated router needs none")
	}
	source, err := netip.ParseAddr(p.Source)
	if p.Source != "" && err != nil {
		c.fault(path.Field("source"), "%q is no IP address; write the local address that probes leave from", p.Source)
	}
	seen := map[string]bool{}
	for i, host := range p.Reflectors {
		at := reflectors.Index(i)
		address, err := netip.ParseAddr(host)
		switch problem := hostProblem(host); {
		case problem != "":
			c.fault(at, "%s", problem)
		case seen[host]:
			c.fault(at, "%s stands twice; name each reflector once", host)
		case err == nil && source.IsValid() && address.Unmap().Is4() != source.Unmap().Is4():
			c.fault(at, "%s cannot be reached from the source %s; write both as IPv4 or both as IPv6", host, p.Source)
		}
		seen[host] = true
	}
	c.fallback(path.Field("fallback"), p.Fallback, source, router)
	c.positive(path.Field("timeout"), p.Timeout)
	c.positive(path.Field("initialRTT"), p.InitialRTT)
}
