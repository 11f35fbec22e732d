package metrics

import (
	"strings"
	"unicode/utf8"

	"github.com/wanctl/wanctl/api/v1alpha1"
)

// Counters and figures of a whole router, for all WANs that use it. What one
// WAN's queues were told stands in wan.go.
var (
	deviceInfo      = gauge("router_info", "1, with what the router is as labels, as it says itself.", "site", "router", "kind", "version", "board")
	reachable       = gauge("router_reachable", "1 where the router answers, 0 where it does not; none before it was first asked.", "site", "router")
	outages         = counter("router_outages_total", "How often the router ceased to answer since its device was opened: each is at least one connection anew.", "site", "router")
	deviceUptime    = gauge("router_uptime_seconds", "How long the router has run, as it says itself.", "site", "router")
	deviceCPU       = gauge("router_cpu_ratio", "Load of all the router's cores, 0 to 1.", "site", "router")
	freeMemory      = gauge("router_memory_free_bytes", "The router's free memory.", "site", "router")
	totalMemory     = gauge("router_memory_bytes", "The router's memory.", "site", "router")
	writes          = counter("router_writes_total", "Writes of rates that the router acknowledged, of all WANs, since its device was opened.", "site", "router")
	writeFailures   = counter("router_write_failures_total", "Writes of rates that it did not acknowledge.", "site", "router")
	writesHeld      = counter("router_writes_held_total", "How often a write had to wait for the write budget.", "site", "router")
	writeBudget     = gauge("router_write_budget_per_minute", "Writes a minute that the manifest allows; none where there is no budget.", "site", "router")
	writeDurationOf = gauge("router_write_percentile_seconds", "How long a write took, read-back not included, as status gives it.", "site", "router", "percentile")
	longestWrite    = gauge("router_write_max_seconds", "The longest acknowledged write since the device was opened.", "site", "router")
	findings        = gauge("router_findings", "How many things are wrong with the router's own configuration, by WAN and reason; none where nothing is.", "site", "router", "wan", "reason")
)

func (e *emitter) device(s *v1alpha1.Site, d *v1alpha1.DeviceStatus) {
	site, name := s.Name, d.Name
	e.emit(deviceInfo, 1, site, name, d.Kind, labelText(d.Version), labelText(d.Board))
	if d.Reachable != nil {
		e.flag(reachable, *d.Reachable, site, name)
	}
	e.emit(outages, float64(d.Outages), site, name)
	e.seconds(deviceUptime, d.Uptime, site, name)
	if d.CPUPercent != nil {
		e.emit(deviceCPU, *d.CPUPercent/100, site, name)
	}
	if d.FreeMemory != nil {
		e.emit(freeMemory, float64(d.FreeMemory.Value()), site, name)
	}
	if d.TotalMemory != nil {
		e.emit(totalMemory, float64(d.TotalMemory.Value()), site, name)
	}
	e.emit(writes, float64(d.Writes.Total), site, name)
	e.emit(writeFailures, float64(d.Writes.Failed), site, name)
	e.emit(writesHeld, float64(d.Writes.Held), site, name)
	e.seconds(writeDurationOf, d.Writes.P50, site, name, "50")
	e.seconds(writeDurationOf, d.Writes.P95, site, name, "95")
	e.seconds(longestWrite, d.Writes.Max, site, name)
	for i := range s.Spec.Routers {
		spec := s.Spec.Routers[i].RouterOS
		if s.Spec.Routers[i].Name == name && spec != nil && spec.WritesPerMinute != nil && *spec.WritesPerMinute > 0 {
			e.emit(writeBudget, float64(*spec.WritesPerMinute), site, name)
		}
	}
	type kind struct{ wan, reason string }
	count := map[kind]int{}
	for i := range d.Findings {
		count[kind{d.Findings[i].WAN, d.Findings[i].Reason}]++
	}
	for k, n := range count {
		e.emit(findings, float64(n), site, name, k.wan, k.reason)
	}
}

// maxLabel bounds the text that a router may put into a label, in bytes.
const maxLabel = 64

// labelText is what a router says of itself, as a label may have it.
func labelText(s string) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	for len(s) > maxLabel {
		_, n := utf8.DecodeLastRuneInString(s)
		s = s[:len(s)-n]
	}
	return s
}
