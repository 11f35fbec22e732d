package simulated

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/wanctl/wanctl/api/v1alpha1"
	"github.com/wanctl/wanctl/controller/router"
)

// Resources are those of the script: a CPU load, and how long the router has
// run. Without a script there are none.
func (r *Router) Resources(ctx context.Context) (router.Resources, error) {
	failed := func(kind router.Kind, err error) (router.Resources, error) {
		return router.Resources{}, &router.Error{Kind: kind, Op: "read the resources of", Target: "the simulated router", Err: err}
	}
	if err := wait(ctx, r.latency); err != nil {
		return failed(router.Unreachable, fmt.Errorf("gave up waiting for the simulated router: %w", err))
	}
	if r.faulty(v1alpha1.FaultRouterDown) {
		return failed(router.Unreachable, errors.New("the simulated router is down"))
	}
	now := time.Now()
	uptime, load := now.Sub(r.epoch), -1.0
	for _, step := range r.cpu {
		if step.At.Duration <= uptime {
			load = float64(step.Percent)
		}
	}
	if load < 0 {
		return failed(router.Unsupported, errors.New("the manifest gives it no CPU load"))
	}
	return router.Resources{At: now, CPUPercent: load, Uptime: uptime, Version: "simulated"}, nil
}
