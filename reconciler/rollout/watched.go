package rollout

import (
	"time"

	"github.com/wanctl/wanctl/api/v1alpha1"
	"github.com/wanctl/wanctl/controller/evidence"
)

// Watched is what the soak of a WAN of a defaulted site has to gather: by the
// windows of its gates, while the WAN runs a profile of the given interval with
// the threshold green in milliseconds.
func Watched(site *v1alpha1.Site, wan *v1alpha1.WAN, profile string, interval time.Duration, greenMS float64) evidence.Options {
	window := func(gate v1alpha1.GateName) time.Duration {
		if d := site.Spec.Rollout.Gates[gate].Window; d != nil {
			return d.Duration
		}
		return 0
	}
	return evidence.Options{
		Profile: profile, Interval: interval, GreenMS: greenMS, Load: site.EffectiveTimeConstants(wan).Load.Duration,
		Windows: evidence.Windows{
			CycleTime: window(v1alpha1.GateCycleTime), Cadence: window(v1alpha1.GateCadence), ProbeLoss: window(v1alpha1.GateProbeLoss),
			RouterCPU: window(v1alpha1.GateRouterCPU), RouterErrors: window(v1alpha1.GateRouterErrors),
		},
	}
}
