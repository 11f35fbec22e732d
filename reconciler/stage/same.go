package stage

import (
	"reflect"
	"slices"
	"time"

	"github.com/wanctl/wanctl/reconciler/rollout"
)

// same says that two states differ in nothing but how much time has passed.
func same(a, b *rollout.State) bool {
	return reflect.DeepEqual(timeless(a), timeless(b))
}

// timeless is a state without what moves by itself. Whether a clock runs or
// stands counts.
func timeless(s *rollout.State) *rollout.State {
	c := *s
	c.At, c.Soaked, c.TroubleFor = time.Time{}, 0, min(c.TroubleFor, 1)
	c.WANs = slices.Clone(c.WANs)
	for i := range c.WANs {
		c.WANs[i].Unsettled, c.WANs[i].SuspectFor = min(c.WANs[i].Unsettled, 1), min(c.WANs[i].SuspectFor, 1)
	}
	return &c
}
