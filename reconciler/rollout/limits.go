package rollout

import (
	"time"

	"github.com/wanctl/wanctl/api/v1alpha1"
)

// Limits are those of one gate.
type Limits struct {
	Gate v1alpha1.GateName
	// Unit is that of the limits.
	Unit string
	// Pass is the figure up to which it passes, Thin up to which it is thin by
	// itself, and Abort the one beyond which, or, where AtAbort, from which, the
	// change is taken back. Without Abort all that does not pass is thin.
	Pass        float64
	Thin, Abort *float64
	AtAbort     bool
	// Window is how long Abort must be passed.
	Window time.Duration
	// MinEvidence is how many observations it takes.
	MinEvidence int64
	// Required makes Benefit demand an improvement.
	Required bool
}

func limit(v float64) *float64 { return &v }

// window is the default of Limits.Window.
const window = time.Minute

// gates are the gates with their defaults, in the order in which they are shown.
// Why each has the limits that it has stands in docs/explanation/rollout.md.
var gates = []Limits{
	{Gate: v1alpha1.GateCycleTime, Unit: "of T", Pass: 0.90, Thin: limit(0.96), Abort: limit(0.96), MinEvidence: 600},
	{Gate: v1alpha1.GateCadence, Unit: "share", Pass: 0.0001, Thin: limit(0.001), Abort: limit(0.01), MinEvidence: 600},
	{Gate: v1alpha1.GateControlLatency, Unit: "of T", Pass: 1, Thin: limit(2), MinEvidence: 20},
	{Gate: v1alpha1.GateProbeLoss, Unit: "share", Pass: 0.01, Thin: limit(0.03), Abort: limit(0.10), MinEvidence: 600},
	{Gate: v1alpha1.GateBaselineDrift, Unit: "ms in 10 min", Pass: 1, Thin: limit(3), MinEvidence: 3},
	{Gate: v1alpha1.GateFlapping, Unit: "in 120 s", Pass: 8, Thin: limit(20), Abort: limit(30), AtAbort: true, MinEvidence: 120},
	{Gate: v1alpha1.GateNoiseTransitions, Unit: "share", Pass: 0.10, Thin: limit(0.30)},
	{Gate: v1alpha1.GateRouterCPU, Unit: "%", Pass: 30, Thin: limit(60), Abort: limit(60), MinEvidence: 10},
	{Gate: v1alpha1.GateRouterErrors, Unit: "share", Pass: 0.001, Thin: limit(0.01), Abort: limit(0.05), MinEvidence: 20},
	{Gate: v1alpha1.GateRestarts, Unit: "crashes", Pass: 0, Abort: limit(1), AtAbort: true},
	{Gate: v1alpha1.GateBenefit, Unit: "times", Pass: 1.25, MinEvidence: 200},
}

// GateLimits are the limits of every gate with a manifest's overrides, in the
// order in which they are shown.
func GateLimits(spec *v1alpha1.Rollout) []Limits {
	all := make([]Limits, len(gates))
	for i, l := range gates {
		l.Window = window
		all[i] = l.with(spec.Gates[l.Gate])
	}
	return all
}

// with lays an override over limits. A limit that is moved takes along those
// that would stand on its wrong side.
func (l Limits) with(o v1alpha1.Gate) Limits {
	if o.Pass != nil {
		l.Pass = *o.Pass
		l.Thin, l.Abort = atLeast(l.Thin, l.Pass), atLeast(l.Abort, l.Pass)
	}
	if o.Thin != nil {
		l.Thin = o.Thin
		l.Pass, l.Abort = min(l.Pass, *o.Thin), atLeast(l.Abort, *o.Thin)
	}
	if o.Abort != nil {
		if l.Thin != nil && (o.Thin == nil && *l.Thin == *l.Abort || *l.Thin > *o.Abort) {
			l.Thin = o.Abort
		}
		l.Abort = o.Abort
		l.Pass = min(l.Pass, *o.Abort)
	}
	if o.Window != nil {
		l.Window = o.Window.Duration
	}
	if o.MinEvidence != nil {
		l.MinEvidence = *o.MinEvidence
	}
	l.Required = o.Required != nil && *o.Required
	return l
}

func atLeast(limit *float64, least float64) *float64 {
	if limit == nil || *limit >= least {
		return limit
	}
	return &least
}
