// Package simulated is a router that exists only in wanctl: the shapers of
// simulated links, behind a router's latency and faults.
package simulated

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/wanctl/wanctl/api/v1alpha1"
	"github.com/wanctl/wanctl/controller/router"
)

// defaultLatency is how long a call takes that the manifest says nothing of,
// and slowness how much longer while the router is slow.
const (
	defaultLatency = 2 * time.Millisecond
	slowness       = time.Second
)

// Router is a simulated router.Device.
type Router struct {
	latency time.Duration
	faults  []v1alpha1.SimulatedFault
	cpu     []v1alpha1.SimulatedCPU
	links   map[string]*Link
	epoch   time.Time
	calls   *Calls

	mu sync.Mutex
	// on are the rules that are on.
	on map[string]bool
}

var (
	_ router.Device     = (*Router)(nil)
	_ router.RuleSwitch = (*Router)(nil)
	_ router.Gauge      = (*Router)(nil)
)

// New is a router with the given links, by WAN. Its faults count from epoch.
func New(s *v1alpha1.Simulated, links map[string]*Link, epoch time.Time) *Router {
	r := &Router{latency: defaultLatency, faults: s.Faults, cpu: s.CPU, links: links, epoch: epoch, on: map[string]bool{}}
	r.calls = newCalls(s.Calls, links, r.isOn, epoch)
	if s.ApplyLatency != nil {
		r.latency = s.ApplyLatency.Duration
	}
	return r
}

// Rate reads a shaper.
func (r *Router) Rate(ctx context.Context, q router.Queue) (int64, error) {
	link, err := r.reach(ctx, "read the rate of", q)
	if err != nil {
		return 0, err
	}
	return link.Shaper(time.Now(), q.Direction), nil
}

// SetRate sets a shaper.
func (r *Router) SetRate(ctx context.Context, q router.Queue, bitsPerSecond int64) error {
	const op = "set the rate of"
	if bitsPerSecond <= 0 {
		return fail(router.Unsupported, op, q, fmt.Errorf("%d bit/s is no rate; it must be above 0", bitsPerSecond))
	}
	link, err := r.reach(ctx, op, q)
	if err != nil {
		return err
	}
	link.SetShaper(time.Now(), q.Direction, bitsPerSecond)
	return nil
}

// Counters reads what crossed a WAN's interface.
func (r *Router) Counters(ctx context.Context, download, upload router.Queue) (router.Counters, error) {
	const op = "read the counters of"
	link, err := r.reach(ctx, op, download)
	if err != nil {
		return router.Counters{}, err
	}
	if upload.WAN != download.WAN {
		return router.Counters{}, fail(router.Unsupported, op, upload, fmt.Errorf("its download is that of wan %s", download.WAN))
	}
	c := router.Counters{At: time.Now()}
	r.calls.Advance(c.At)
	c.Download, c.Upload = link.Bytes(c.At)
	c.Shapers = link.Shapers(c.At)
	return c, nil
}

// Close has nothing to give up.
func (r *Router) Close() error { return nil }

// Set changes a shaper at once, as somebody does by hand behind wanctl's back;
// false means that there is no such WAN.
func (r *Router) Set(q router.Queue, bitsPerSecond int64) bool {
	link := r.links[q.WAN]
	if link != nil {
		link.SetShaper(time.Now(), q.Direction, bitsPerSecond)
	}
	return link != nil
}

// reach takes the time of a call and finds the link it is about, unless a
// fault is in the way.
func (r *Router) reach(ctx context.Context, op string, q router.Queue) (*Link, error) {
	if err := r.answer(ctx); err != nil {
		return nil, fail(router.Unreachable, op, q, err)
	}
	link := r.links[q.WAN]
	if link == nil {
		return nil, fail(router.Missing, op, q, errors.New("the simulated router has no such wan"))
	}
	if r.faulty(v1alpha1.FaultQueueMissing) {
		return nil, fail(router.Missing, op, q, errors.New("the queue is gone"))
	}
	return link, nil
}

// answer takes the time of a call, and fails where the router does not answer.
func (r *Router) answer(ctx context.Context) error {
	latency := r.latency
	if r.faulty(v1alpha1.FaultRouterSlow) {
		latency += slowness
	}
	if err := wait(ctx, latency); err != nil {
		return fmt.Errorf("gave up waiting for the simulated router: %w", err)
	}
	if r.faulty(v1alpha1.FaultRouterDown) {
		return errors.New("the simulated router is down")
	}
	return nil
}

// faulty says whether a fault holds now.
func (r *Router) faulty(kind v1alpha1.SimulatedFaultKind) bool {
	now := time.Since(r.epoch)
	for _, f := range r.faults {
		if f.Kind == kind && f.At.Duration <= now && now < f.At.Duration+f.For.Duration {
			return true
		}
	}
	return false
}

// wait lets time pass, at most as long as the context lives.
func wait(ctx context.Context, d time.Duration) error {
	if err := ctx.Err(); err != nil || d <= 0 {
		return err
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

func fail(kind router.Kind, op string, q router.Queue, err error) *router.Error {
	return &router.Error{Kind: kind, Op: op, Target: q.WAN + " " + q.Direction.String(), Err: err}
}
