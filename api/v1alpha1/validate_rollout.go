package v1alpha1

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/wanctl/wanctl/api/v1alpha1/internal/fieldpath"
	"github.com/wanctl/wanctl/api/v1alpha1/internal/near"
)

func (c *checker) rollout() {
	const path fieldpath.Path = "spec.rollout"
	rollout := &c.site.Spec.Rollout
	c.order(path.Field("order"), rollout.Order)
	c.ladder(path.Field("ladder"), rollout.Ladder)
	if rollout.Approve != "" {
		if _, err := ParseProfile(rollout.Approve); err != nil {
			c.fault(path.Field("approve"), "%s", err)
		}
	}
	c.notNegative(path.Field("soak").Field("perWAN"), rollout.Soak.PerWAN)
	c.notNegative(path.Field("soak").Field("final"), rollout.Soak.Final)
	for _, name := range slices.Sorted(maps.Keys(rollout.Gates)) {
		c.gate(path.Field("gates").Field(string(name)), name, rollout.Gates[name])
	}
}

// order checks that every WAN has its turn, once.
func (c *checker) order(path fieldpath.Path, order []string) {
	if slices.Equal(order, c.wanNames()) {
		return
	}
	seen := map[string]bool{}
	for i, name := range order {
		c.reference(path.Index(i), name, "WAN", c.wanNames())
		if seen[name] {
			c.fault(path.Index(i), "%s stands twice; name each WAN once", name)
		}
		seen[name] = true
	}
	var missing []string
	for _, name := range c.wanNames() {
		if !seen[name] {
			missing = append(missing, name)
		}
	}
	if len(missing) > 0 {
		c.fault(path, "leaves out %s; name every WAN, or leave order out for the order of spec.wans", strings.Join(missing, ", "))
	}
}

// ladder checks that each profile is slower than the one before.
func (c *checker) ladder(path fieldpath.Path, ladder []string) {
	var last time.Duration
	for i, profile := range ladder {
		interval, err := ParseProfile(profile)
		switch {
		case err != nil:
			c.fault(path.Index(i), "%s", err)
			continue
		case interval <= last:
			c.fault(path.Index(i), "%v does not come after %v; the ladder goes from the fastest profile to the slowest", interval, last)
		}
		last = interval
	}
}

// gates are the names of all gates.
var gates = []string{
	string(GateCycleTime), string(GateCadence), string(GateControlLatency), string(GateProbeLoss),
	string(GateBaselineDrift), string(GateFlapping), string(GateNoiseTransitions), string(GateRouterCPU),
	string(GateRouterErrors), string(GateRestarts), string(GateBenefit),
}

func (c *checker) gate(path fieldpath.Path, name GateName, g Gate) {
	if !slices.Contains(gates, string(name)) {
		known := "the gates are " + strings.Join(gates, ", ")
		if meant, found := near.Word(string(name), gates); found {
			known = "did you mean " + meant + "?"
		}
		c.fault(path, "there is no such gate; %s", known)
		return
	}
	lower := ""
	var least *float64
	for _, limit := range []struct {
		name  string
		value *float64
	}{{"pass", g.Pass}, {"thin", g.Thin}, {"abort", g.Abort}} {
		switch {
		case limit.value == nil:
			continue
		case *limit.value < 0:
			c.fault(path.Field(limit.name), "%v is negative; it must be 0 or more", *limit.value)
		case least != nil && *limit.value < *least:
			c.fault(path.Field(limit.name), "%v is below %s, %v; limits rise from pass to thin to abort", *limit.value, lower, *least)
		}
		lower, least = limit.name, limit.value
	}
	c.positive(path.Field("window"), g.Window)
	if g.MinEvidence != nil && *g.MinEvidence < 0 {
		c.fault(path.Field("minEvidence"), "%d is negative; it must be 0 or more", *g.MinEvidence)
	}
	if g.Required != nil && name != GateBenefit {
		c.fault(path.Field("required"), "only the Benefit gate has it; leave it out")
	}
}
