package v1alpha1

import (
	"strings"

	"github.com/wanctl/wanctl/api/v1alpha1/internal/fieldpath"
)

func (c *checker) steering() {
	const path fieldpath.Path = "spec.steering"
	seen, rules := map[string]bool{}, map[[2]string]string{}
	leads := map[string][]string{}
	for i := range c.site.Spec.Steering {
		policy := &c.site.Spec.Steering[i]
		at := path.Index(i)
		c.name(at.Field("name"), policy.Name, "steering policy", seen)
		c.reference(at.Field("from"), policy.From, "WAN", c.wanNames())
		c.reference(at.Field("to"), policy.To, "WAN", c.wanNames())
		if policy.Router != "" {
			c.reference(at.Field("router"), policy.Router, "router", c.routerNames())
		}
		c.rule(at.Field("rule"), policy, rules)
		if p := policy.Priority; p != nil && (*p < 0 || *p > 32767) {
			c.fault(at.Field("priority"), "%d is out of range; it must be from 0 to 32767", *p)
		}
		c.counts(at.Field("confirm"), policy.Confirm)
		c.caution(at, policy)
		c.loop(at, policy, leads)
		leads[policy.From] = append(leads[policy.From], policy.To)
		c.group(at, i)
	}
}

// rule refuses a rule that its router could not have, or that is another
// policy's.
func (c *checker) rule(path fieldpath.Path, policy *Steering, rules map[[2]string]string) {
	rule := policy.Rule
	if rule == "" {
		c.fault(path, "is empty; write the rule's comment")
		return
	}
	if r := c.routerNamed(policy.Router); r != nil && r.Linux != nil {
		mark, err := ParseFWMark(rule)
		if err != nil {
			c.fault(path, "%q is no fwmark rule: %v", rule, err)
			return
		}
		rule = mark.String()
	}
	key := [2]string{policy.Router, rule}
	if first, taken := rules[key]; taken {
		c.fault(path, "%q is the rule of %s already; give each policy a rule of its own", policy.Rule, first)
	}
	rules[key] = policy.Name
}

func (c *checker) routerNamed(name string) *Router {
	for i := range c.site.Spec.Routers {
		if r := &c.site.Spec.Routers[i]; r.Name == name && name != "" {
			return r
		}
	}
	return nil
}

func (c *checker) counts(path fieldpath.Path, confirm Confirm) {
	if n := confirm.MinDrops; n != nil && *n < 0 {
		c.fault(path.Field("minDrops"), "%d is negative; it must be 0 or more", *n)
	}
	if n := confirm.MinQueuedPackets; n != nil && *n < 0 {
		c.fault(path.Field("minQueuedPackets"), "%d is negative; it must be 0 or more", *n)
	}
}

// caution checks what keeps a policy from turning too easily.
func (c *checker) caution(path fieldpath.Path, policy *Steering) {
	if l := policy.MaxLoss; l != nil && !(*l >= 0 && *l <= 1) {
		c.fault(path.Field("maxLoss"), "%v is no share; it must be from 0 to 1", *l)
	}
	c.notNegative(path.Field("holdDown"), policy.HoldDown)
	if n := policy.Damping.Turns; n != nil && (*n < 1 || *n > 32) {
		c.fault(path.Field("damping").Field("turns"), "%d is out of range; it must be from 1 to 32", *n)
	}
	c.positive(path.Field("damping").Field("window"), policy.Damping.Window)
}

// group refuses policies of one group that contradict each other: they move the
// same traffic, so that it leaves one WAN, and each has an alternate and a
// priority of its own.
func (c *checker) group(path fieldpath.Path, i int) {
	policy := &c.site.Spec.Steering[i]
	if policy.Group == "" {
		return
	}
	c.name(path.Field("group"), policy.Group, "group", nil)
	for j := range i {
		other := &c.site.Spec.Steering[j]
		if other.Group != policy.Group {
			continue
		}
		if other.From != policy.From {
			c.fault(path.Field("from"), "is %s, but %s moves the traffic of group %s from %s; one group leaves one WAN", policy.From, other.Name, policy.Group, other.From)
		}
		if other.To == policy.To {
			c.fault(path.Field("to"), "is %s, as that of %s is; give each policy of group %s an alternate of its own", policy.To, other.Name, policy.Group)
		}
		if p, q := policy.Priority, other.Priority; p != nil && q != nil && *p == *q {
			c.between(path.Field("priority"), path.Field("group"), "priority %d is that of %s too; give each policy of group %s one of its own", *p, other.Name, policy.Group)
		}
	}
}

// loop refuses a policy that sends traffic to where earlier ones send it back.
func (c *checker) loop(path fieldpath.Path, policy *Steering, leads map[string][]string) {
	if policy.From == policy.To {
		if policy.From != "" {
			c.fault(path.Field("to"), "is %s, where the traffic comes from; name another WAN", policy.To)
		}
		return
	}
	if way := route(policy.To, policy.From, leads, map[string]bool{}); way != nil {
		c.fault(path.Field("to"), "makes a loop: %s -> %s; traffic must not come back to a WAN that it leaves",
			policy.From, strings.Join(way, " -> "))
	}
}

// route is a way between two WANs along policies, both ends included; nil for
// none.
func route(from, to string, leads map[string][]string, seen map[string]bool) []string {
	if from == to {
		return []string{to}
	}
	seen[from] = true
	for _, next := range leads[from] {
		if seen[next] {
			continue
		}
		if way := route(next, to, leads, seen); way != nil {
			return append([]string{from}, way...)
		}
	}
	return nil
}

// calls checks the traffic that a simulated router marks.
func (c *checker) calls(path fieldpath.Path, router *Router) {
	for i := range router.Simulated.Calls {
		calls, at := &router.Simulated.Calls[i], path.Index(i)
		if !c.steers(router.Name, calls) {
			c.fault(at.Field("rule"), "no steering policy of this router has the rule %q; write that of one, from and to both behind this router", calls.Rule)
		}
		c.rate(at.Field("rate"), calls.Rate)
		c.positive(at.Field("every"), calls.Every)
		c.positive(at.Field("for"), calls.For)
	}
}

// steers says that a policy moves calls between two WANs of a router.
func (c *checker) steers(router string, calls *SimulatedCalls) bool {
	for i := range c.site.Spec.Steering {
		policy := &c.site.Spec.Steering[i]
		from, to := c.wanNamed(policy.From), c.wanNamed(policy.To)
		if policy.Rule == calls.Rule && policy.Router == router && from != nil && to != nil && from.Router == router && to.Router == router {
			return true
		}
	}
	return false
}
