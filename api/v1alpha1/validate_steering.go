package v1alpha1

import (
	"strings"

	"github.com/wanctl/wanctl/api/v1alpha1/internal/fieldpath"
)

func (c *checker) steering() {
	const path fieldpath.Path = "spec.steering"
	seen, rules := map[string]bool{}, map[string]string{}
	leads := map[string][]string{}
	for i, policy := range c.site.Spec.Steering {
		at := path.Index(i)
		c.name(at.Field("name"), policy.Name, "steering policy", seen)
		c.reference(at.Field("from"), policy.From, "WAN", c.wanNames())
		c.reference(at.Field("to"), policy.To, "WAN", c.wanNames())
		switch first, taken := rules[policy.Rule]; {
		case policy.Rule == "":
			c.fault(at.Field("rule"), "is empty; write the rule's comment")
		case taken:
			c.fault(at.Field("rule"), "%q is the rule of %s already; give each policy a rule of its own", policy.Rule, first)
		}
		rules[policy.Rule] = policy.Name
		c.counts(at.Field("confirm"), policy.Confirm)
		c.loop(at, policy, leads)
		leads[policy.From] = append(leads[policy.From], policy.To)
	}
}

func (c *checker) counts(path fieldpath.Path, confirm Confirm) {
	if n := confirm.MinDrops; n != nil && *n < 0 {
		c.fault(path.Field("minDrops"), "%d is negative; it must be 0 or more", *n)
	}
	if n := confirm.MinQueuedPackets; n != nil && *n < 0 {
		c.fault(path.Field("minQueuedPackets"), "%d is negative; it must be 0 or more", *n)
	}
}

// loop refuses a policy that sends traffic to where earlier ones send it back.
func (c *checker) loop(path fieldpath.Path, policy Steering, leads map[string][]string) {
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
