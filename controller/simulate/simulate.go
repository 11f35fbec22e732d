// Package simulate runs the loops of a site in virtual time, over the same
// link model, prober and core that a running agent uses, and measures what
// came of it.
package simulate

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/wanctl/wanctl/api/v1alpha1"
	"github.com/wanctl/wanctl/controller/core"
	"github.com/wanctl/wanctl/controller/fluid"
	simrouter "github.com/wanctl/wanctl/controller/router/simulated"
)

// Shaper is who sets the shaper of a simulated link.
type Shaper string

// The shapers that can be compared.
const (
	// Wanctl is the law under test.
	Wanctl Shaper = "wanctl"
	// Fixed leaves the shaper at its ceiling.
	Fixed Shaper = "fixed"
	// Oracle is told the link's true capacity at once, and takes 95 % of it.
	Oracle Shaper = "oracle"
)

// Options say what to simulate.
type Options struct {
	// For is how long, in the link's time.
	For time.Duration
	// Shapers are run one after the other over the same link.
	Shapers []Shaper
	// ReadFile reads the traces that a manifest names.
	ReadFile func(name string) ([]byte, error)
	// Configure compiles a WAN's parameters.
	Configure func(*v1alpha1.WAN) *core.Config
	// Progress, where given, is told now and then which share is done, from
	// several goroutines.
	Progress func(done float64)
}

// Site simulates every WAN of a defaulted site, as many at a time as there are
// processors. Results are in the order of WANs, then shapers. It ends early
// with ctx's error.
func Site(ctx context.Context, site *v1alpha1.Site, opts Options) ([]Result, error) {
	results := make([]Result, len(site.Spec.WANs)*len(opts.Shapers))
	errs := make([]error, len(results))
	var done atomic.Int64
	total := float64(opts.For) * float64(len(results))
	progress := func(d time.Duration) {
		if sum := done.Add(int64(d)); opts.Progress != nil {
			opts.Progress(float64(sum) / total)
		}
	}
	var running sync.WaitGroup
	for i := range site.Spec.WANs {
		for j, shaper := range opts.Shapers {
			k := i*len(opts.Shapers) + j
			running.Go(func() {
				wan := &site.Spec.WANs[i]
				config, err := fluid.Compile(site, wan, opts.ReadFile)
				if err != nil {
					errs[k] = fmt.Errorf("simulate wan %s: %w", wan.Name, err)
					return
				}
				r := newRun(wan, opts.Configure(wan), simrouter.NewLink(fluid.New(config), start), shaper)
				errs[k] = r.turn(ctx, opts.For, progress)
				results[k] = r.result()
			})
		}
	}
	running.Wait()
	for _, err := range errs {
		if err != nil {
			return nil, err
		}
	}
	return results, nil
}
