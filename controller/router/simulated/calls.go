package simulated

import (
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/wanctl/wanctl/api/v1alpha1"
)

// Route is the way that a rule leads calls: to one WAN while it is on, and from
// another.
type Route struct{ Rule, From, To string }

// Calls are connections of a constant rate between links. Each begins on the
// WAN that its rule leads to at that time, and stays there until it ends. Like
// a Link they advance when somebody looks.
type Calls struct {
	mu     sync.Mutex
	kinds  []kind
	links  map[string]*Link
	isOn   func(rule string) bool
	routes map[string]Route
}

// kind is the calls of one rule.
type kind struct {
	rule  string
	rate  int64
	every time.Duration
	lasts time.Duration
	next  time.Time
	calls []call
}

type call struct {
	wan string
	end time.Time
}

func newCalls(specs []v1alpha1.SimulatedCalls, links map[string]*Link, isOn func(string) bool, start time.Time) *Calls {
	c := &Calls{links: links, isOn: isOn, routes: map[string]Route{}}
	for i := range specs {
		s := &specs[i]
		c.kinds = append(c.kinds, kind{rule: s.Rule, rate: s.Rate.Value(), every: s.Every.Duration, lasts: s.For.Duration, next: start})
	}
	return c
}

// NewCalls are the calls of a router in a simulation that switches rules
// itself.
func NewCalls(specs []v1alpha1.SimulatedCalls, links map[string]*Link, routes []Route, isOn func(rule string) bool, start time.Time) *Calls {
	c := newCalls(specs, links, isOn, start)
	c.steer(routes)
	return c
}

func (c *Calls) steer(routes []Route) {
	c.mu.Lock()
	defer c.mu.Unlock()
	clear(c.routes)
	for _, r := range routes {
		c.routes[r.Rule] = r
	}
}

// Advance lets calls begin and end up to now.
func (c *Calls) Advance(now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	changed := false
	for i := range c.kinds {
		changed = c.kinds[i].advance(c, now) || changed
	}
	if !changed {
		return
	}
	rates := map[string]int64{}
	for _, k := range c.kinds {
		for _, call := range k.calls {
			rates[call.wan] += k.rate
		}
	}
	for name, link := range c.links {
		link.mark(now, rates[name])
	}
}

func (k *kind) advance(c *Calls, now time.Time) (changed bool) {
	route, known := c.routes[k.rule]
	for ; known && !k.next.After(now); k.next = k.next.Add(k.every) {
		wan := route.From
		if c.isOn(k.rule) {
			wan = route.To
		}
		k.calls = append(k.calls, call{wan: wan, end: k.next.Add(k.lasts)})
		changed = true
	}
	before := len(k.calls)
	k.calls = slices.DeleteFunc(k.calls, func(one call) bool { return !now.Before(one.end) })
	return changed || len(k.calls) != before
}

// On is how many calls of a rule each WAN carries.
func (c *Calls) On(rule string) map[string]int {
	c.mu.Lock()
	defer c.mu.Unlock()
	on := map[string]int{}
	for _, k := range c.kinds {
		for _, call := range k.calls {
			if k.rule == rule {
				on[call.wan]++
			}
		}
	}
	return on
}

// Delays hands over the round-trip time of every call of a rule now; ok is
// false of one that nothing comes through.
func (c *Calls) Delays(now time.Time, rule string, each func(wan string, rtt time.Duration, ok bool)) {
	on := c.On(rule)
	for _, wan := range slices.Sorted(maps.Keys(on)) {
		link := c.links[wan]
		if link == nil {
			continue
		}
		rtt, ok := link.RTT(now)
		for range on[wan] {
			each(wan, rtt, ok)
		}
	}
}

// Calls are those that the router's rules lead.
func (r *Router) Calls() *Calls { return r.calls }
