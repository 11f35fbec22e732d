package reconciler

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"k8s.io/apimachinery/pkg/api/equality"

	"github.com/wanctl/wanctl/api/v1alpha1"
	"github.com/wanctl/wanctl/controller/fluid"
	"github.com/wanctl/wanctl/controller/probe"
	"github.com/wanctl/wanctl/controller/probe/fallback"
	"github.com/wanctl/wanctl/controller/probe/icmp"
	simprobe "github.com/wanctl/wanctl/controller/probe/simulated"
	"github.com/wanctl/wanctl/controller/router"
	"github.com/wanctl/wanctl/controller/router/linux"
	"github.com/wanctl/wanctl/controller/router/routeros"
	simrouter "github.com/wanctl/wanctl/controller/router/simulated"
)

// pollEvery is how often a router on this machine is asked for its counters.
const pollEvery = 50 * time.Millisecond

// device is one router with the mailbox that owns it.
type device struct {
	spec    v1alpha1.Router
	mailbox *router.Mailbox
	// links are the simulated links behind it, by WAN.
	links map[string]*simrouter.Link
	// simulated is the driver, where it is a simulated one.
	simulated *simrouter.Router
	users     int
	cancel    context.CancelFunc
	done      chan struct{}
}

// device is the running device of a router as the spec has it now. One whose
// definition changed lives on until the last WAN has left it.
func (a *Agent) device(s *site, name string) *device {
	spec := findRouter(s.running, name)
	if d := s.routers[name]; d != nil && equality.Semantic.DeepEqual(&d.spec, spec) {
		return d
	}
	d := &device{spec: *spec.DeepCopy(), done: make(chan struct{})}
	driver := a.driver(s, d)
	d.mailbox = router.NewMailbox(driver, a.routerOptions(s, spec))
	ctx, cancel := context.WithCancel(context.Background())
	d.cancel = cancel
	go func() {
		defer close(d.done)
		d.mailbox.Run(ctx)
	}()
	s.routers[name] = d
	return d
}

// readBackAfter is how long this machine's own kernel is believed; any other
// router is asked at once.
func readBackAfter(r *v1alpha1.Router) time.Duration {
	if r.Linux != nil {
		return time.Second
	}
	return 0
}

// driver opens the driver that a router's definition asks for. One that cannot
// be opened is stood in for by its error, so that the rest of the site runs
// and status says why this part does not.
func (a *Agent) driver(s *site, d *device) router.Device {
	switch {
	case d.spec.Simulated != nil:
		links, err := a.links(s, &d.spec)
		if err != nil {
			return broken{&router.Error{Kind: router.Unsupported, Op: "simulate", Target: d.spec.Name, Err: err}}
		}
		d.links = links
		d.simulated = simrouter.New(d.spec.Simulated, links, time.Now())
		return d.simulated
	case d.spec.Linux != nil:
		driver, err := linux.New()
		if err != nil {
			return broken{&router.Error{Kind: router.Failed, Op: "open", Target: d.spec.Name, Err: err}}
		}
		return driver
	default:
		return routeros.New(d.spec.RouterOS, nil)
	}
}

// links makes the simulated link of every WAN behind a router.
func (a *Agent) links(s *site, spec *v1alpha1.Router) (map[string]*simrouter.Link, error) {
	links, now := map[string]*simrouter.Link{}, time.Now()
	for i := range s.running.Spec.WANs {
		wan := &s.running.Spec.WANs[i]
		if wan.Router != spec.Name {
			continue
		}
		config, err := fluid.Compile(s.running, wan, relativeTo(s.source))
		if err != nil {
			return nil, fmt.Errorf("link of wan %s: %w", wan.Name, err)
		}
		links[wan.Name] = simrouter.NewLink(fluid.New(config), now)
	}
	return links, nil
}

// relativeTo reads files whose names start at a manifest's folder.
func relativeTo(manifest string) func(string) ([]byte, error) {
	return func(name string) ([]byte, error) {
		if !filepath.IsAbs(name) {
			name = filepath.Join(filepath.Dir(manifest), name)
		}
		return os.ReadFile(name)
	}
}

// prober starts the probes of a WAN: over its simulated link, or real ICMP.
func (a *Agent) prober(s *site, w *wan) (probe.Prober, error) {
	interval, timeout := w.config.Interval, w.config.Quorum.Timeout
	if w.device.spec.Simulated == nil {
		pings, err := icmp.New(icmp.Config{
			Reflectors: w.spec.Probe.Reflectors, Source: w.spec.Probe.Source, Interval: interval, Timeout: timeout, Start: w.started,
		}, a.log.WithName("probe").WithValues("site", s.live.Name, "wan", w.spec.Name))
		if err != nil {
			return nil, err
		}
		return fallback.New(pings, a.fallbackConfig(s, w)), nil
	}
	link := w.device.links[w.spec.Name]
	if link == nil {
		return nil, errors.New("it has no simulated link; see the router's error")
	}
	return simprobe.New(link, len(w.reflectors()), interval, timeout, time.Now()), nil
}

// leave lets go of a device; the last one to leave ends it.
func (s *site) leave(d *device) {
	d.users--
	if d.users > 0 {
		return
	}
	d.cancel()
	<-d.done
	if s.routers[d.spec.Name] == d {
		delete(s.routers, d.spec.Name)
	}
}

// releaseAll lets go of every device; queues and rules stay as they are.
func (s *site) releaseAll() {
	s.letGoOfRules()
	for name, w := range s.wans {
		w.device.mailbox.Detach(w.slot)
		s.leave(w.device)
		delete(s.wans, name)
	}
}

func findRouter(site *v1alpha1.Site, name string) *v1alpha1.Router {
	for i := range site.Spec.Routers {
		if site.Spec.Routers[i].Name == name {
			return &site.Spec.Routers[i]
		}
	}
	return nil
}

// broken is a router that cannot be had: every call says why.
type broken struct{ err *router.Error }

func (b broken) Rate(context.Context, router.Queue) (int64, error)  { return 0, b.err }
func (b broken) SetRate(context.Context, router.Queue, int64) error { return b.err }
func (b broken) Close() error                                       { return nil }
func (b broken) Counters(context.Context, router.Queue, router.Queue) (router.Counters, error) {
	return router.Counters{}, b.err
}
