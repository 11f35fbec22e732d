// Package reconciler makes what runs follow what is wanted: it takes manifests
// from a source, starts, retunes, restarts and stops the loops of every WAN,
// and writes down what they do.
package reconciler

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/go-logr/logr"

	"github.com/wanctl/wanctl/api/v1alpha1"
	"github.com/wanctl/wanctl/controller/loop"
	"github.com/wanctl/wanctl/reconciler/source"
	"github.com/wanctl/wanctl/reconciler/status"
)

// observeEvery is how often running loops are looked at.
const observeEvery = time.Second

// Options say what an agent manages and where it keeps its state.
type Options struct {
	// Path is a manifest or a folder of manifests.
	Path string
	// StateDir is the folder of live objects, events and resume states.
	StateDir string
	// InlineStatus also keeps the status section of the manifests themselves.
	InlineStatus bool
	Log          logr.Logger
	// Observe, where given, is handed the live objects after every look at the
	// loops, and once more at the end.
	Observe func([]*v1alpha1.Site)
	// Observer, where given, is shown the rest.
	Observer Observer
}

// Agent runs the sites of one state directory.
type Agent struct {
	opts   Options
	log    logr.Logger
	store  *status.Store
	sites  map[string]*site
	epoch  time.Time
	events chan siteEvent
	inline inlineWriter
	// commands are those of people, on their way from the socket.
	commands chan command
	// crashes are loops that have panicked.
	crashes chan crash
	// acknowledged are the rates that routers took since the last look.
	acknowledged acknowledged
	// lastCrash is why the run before this one crashed; empty where it did not.
	lastCrash string
	// storeErr is why state cannot be written at present.
	storeErr error
	started  bool
}

// siteEvent is a loop's event on its way to the agent's goroutine.
type siteEvent struct {
	site, object string
	loop.Event
}

// Run reconciles until ctx ends. Shapers keep their last rates then, and the
// next run goes on from there. It fails where the state directory cannot be
// used or another agent holds it.
func Run(ctx context.Context, opts Options) error {
	if opts.Observer == nil {
		opts.Observer = nobody{}
	}
	store, err := status.Open(opts.StateDir, opts.Observer.Writing)
	if err != nil {
		return err
	}
	a := &Agent{
		opts: opts, log: opts.Log, store: store, sites: map[string]*site{},
		epoch: time.Now(), events: make(chan siteEvent, 1024), commands: make(chan command), crashes: make(chan crash),
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	snapshots, watched := make(chan source.Snapshot), make(chan error, 1)
	watcher := source.New(opts.Path, opts.Log.WithName("source"), source.Options{})
	go func() {
		watched <- watcher.Run(ctx, func(s source.Snapshot) {
			select {
			case snapshots <- s:
			case <-ctx.Done():
			}
		})
	}()
	release := a.afterCrash()
	defer release()
	closed := a.listen(ctx)
	err = a.reconcile(ctx, snapshots, watched)
	cancel()
	<-closed
	a.shutdown()
	return errors.Join(err, store.Close())
}

// reconcile is the agent's one goroutine of decisions.
func (a *Agent) reconcile(ctx context.Context, snapshots <-chan source.Snapshot, watched <-chan error) error {
	ticker := time.NewTicker(observeEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			<-watched
			return nil
		case err := <-watched:
			if ctx.Err() != nil {
				return nil
			}
			return fmt.Errorf("watch %s: %w", a.opts.Path, err)
		case snapshot := <-snapshots:
			a.accept(ctx, snapshot)
			a.observe(time.Now(), false)
		case e := <-a.events:
			a.record(e.site, e.object, e.Type, e.Reason, e.Message)
		case c := <-a.commands:
			done, err := a.obey(c.Request)
			c.answer <- answer{done, err}
		case c := <-a.crashes:
			a.crashed(c, time.Now())
		case now := <-ticker.C:
			a.revive(now)
			a.observe(now, false)
		}
	}
}

// shutdown stops every loop and leaves the shapers as they are.
func (a *Agent) shutdown() {
	now := time.Now()
	for _, s := range a.sites {
		s.stop()
	}
	for len(a.events) > 0 {
		e := <-a.events
		a.record(e.site, e.object, e.Type, e.Reason, e.Message)
	}
	a.observe(now, true)
	for _, s := range a.sites {
		s.releaseAll()
	}
}

// record writes an event down and logs it.
func (a *Agent) record(site, object string, kind v1alpha1.EventType, reason, message string) {
	event := newEvent(time.Now(), site, object, kind, reason, message)
	a.store.Record(event)
	a.opts.Observer.Event(event)
	a.log.V(verbosity(reason)).Info("event", "site", site, "object", object, "type", kind, "reason", reason, "message", message)
}

// verbosity keeps the many changes of state out of a log that nobody asked to
// be verbose.
func verbosity(reason string) int {
	if reason == v1alpha1.ReasonStateChanged {
		return 1
	}
	return 0
}
