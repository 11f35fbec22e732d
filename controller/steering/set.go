package steering

import (
	"cmp"
	"slices"
	"time"
)

// Policy is one policy of a set.
type Policy struct {
	Name, From, To string
	// Group names the traffic that it moves, Priority its place among those of
	// the group, the lowest first. An empty group is of this policy alone.
	Group    string
	Priority int32
	Config   Config
	State    State
}

// Clone is a copy that shares nothing with the policy.
func (p *Policy) Clone() Policy {
	c := *p
	c.State.Terms, c.State.turns = slices.Clone(p.State.Terms), slices.Clone(p.State.turns)
	return c
}

// Set are the policies of a site.
type Set []*Policy

// Sort puts the policies into the order in which they are asked.
func (s Set) Sort() {
	slices.SortStableFunc(s, func(a, b *Policy) int {
		return cmp.Or(cmp.Compare(a.Group, b.Group), cmp.Compare(a.Priority, b.Priority))
	})
}

// Step takes what is known of the WANs, by name, into every policy of a sorted
// set, and hands over each with what came of it. At most one policy of a group
// steers.
func (s Set) Step(now time.Duration, wans map[string]WAN, each func(*Policy, Outcome)) {
	for i, p := range s {
		in := Input{Now: now, From: wans[p.From], To: wans[p.To], Held: s.held(i)}
		each(p, p.State.Step(&p.Config, &in))
	}
}

// held says that a policy must not steer now: another of its group does, or one
// that goes first would and only waits for its time.
func (s Set) held(i int) bool {
	for j, other := range s {
		if j == i || s[i].Group == "" || other.Group != s[i].Group {
			continue
		}
		if other.State.Active || j < i && other.State.Reason == HeldDown {
			return true
		}
	}
	return false
}
