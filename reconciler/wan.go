package reconciler

import (
	"context"
	"fmt"
	"time"

	"github.com/wanctl/wanctl/api/v1alpha1"
	"github.com/wanctl/wanctl/controller/core"
	"github.com/wanctl/wanctl/controller/loop"
	"github.com/wanctl/wanctl/controller/probe"
	"github.com/wanctl/wanctl/controller/router"
	"github.com/wanctl/wanctl/reconciler/derive"
)

// restoreTime bounds how long a WAN that is no longer wanted waits for its
// router to take the ceilings.
const restoreTime = 5 * time.Second

// wan is one running WAN.
type wan struct {
	spec    v1alpha1.WAN
	derived v1alpha1.Derived
	config  *core.Config

	device *device
	slot   *router.Slot
	prober probe.Prober
	loop   *loop.Loop
	cancel context.CancelFunc
	// ended hands over the loop's state once it has stopped.
	ended chan *core.State
	// state is the stopped loop's; nil while it runs.
	state *core.State

	started           time.Time
	restarts, retunes int64
	err               error
	// crashes is how often the loop has panicked in a row, and reviveAt when it is
	// to be started again after the last time; zero is never.
	crashes  int
	reviveAt time.Time
}

// start makes a WAN's loop and lets it run, going on from carried, from what
// an earlier run left behind, or from the ceilings.
func (a *Agent) start(s *site, name string, previous *wan) {
	spec := find(s.running, name)
	w := &wan{spec: *spec.DeepCopy(), started: time.Now(), derived: derive.WAN(s.running, spec)}
	w.config = core.NewConfig(s.running, spec, &w.derived)
	s.wans[name] = w
	w.device = a.device(s, spec.Router)
	w.device.users++
	w.slot = w.device.mailbox.Attach(name, queue(spec, router.Download), queue(spec, router.Upload))
	w.slot.Align(w.started)
	prober, err := a.prober(s, w)
	if err != nil {
		w.err = fmt.Errorf("start probing for wan %s: %w", name, err)
		a.record(s.live.Name, "wan/"+name, v1alpha1.EventWarning, v1alpha1.ReasonLoopFailed, w.err.Error())
		return
	}
	w.prober = prober
	w.run(a, s.live.Name, a.initial(s, w, previous))
}

// initial is where a loop starts from.
func (a *Agent) initial(s *site, w *wan, previous *wan) *core.State {
	if previous != nil && previous.state != nil {
		return previous.state.Carry(w.config, previous.config.Interval, previous.reflectors(), w.reflectors())
	}
	if left, ok := s.resume.WANs[w.spec.Name]; ok {
		a.record(s.live.Name, "wan/"+w.spec.Name, v1alpha1.EventNormal, v1alpha1.ReasonLoopResumed,
			"baseline, load and rates go on from what the last run stored")
		return resumed(w, &left)
	}
	return core.NewState(w.config, len(w.reflectors()))
}

// run turns the loop in a goroutine that halt joins.
func (w *wan) run(a *Agent, siteName string, state *core.State) {
	name := w.spec.Name
	w.loop = loop.New(loop.Options{
		Config: w.config, State: state, Prober: w.prober, Reflectors: w.reflectors(), Router: w.slot, Epoch: a.epoch, Start: w.started,
		Notify: func(e loop.Event) { a.post(siteEvent{site: siteName, object: "wan/" + name, Event: e}) },
	})
	ctx, cancel := context.WithCancel(context.Background())
	w.cancel, w.ended = cancel, make(chan *core.State, 1)
	a.opts.Observer.LoopStarted(siteName, name, w.loop, a.epoch)
	go func() {
		state, err := turn(ctx, w.loop)
		a.opts.Observer.LoopStopped(siteName, name)
		if err != nil {
			select {
			case a.crashes <- crash{site: siteName, wan: w, err: err}:
			case <-ctx.Done():
			}
		}
		w.ended <- state
	}()
}

// halt stops the loop and its probes, and keeps the state; that of a loop that
// crashed is as it was last published. It is idempotent.
func (w *wan) halt() {
	if w.cancel == nil {
		return
	}
	w.cancel()
	w.state, w.cancel = <-w.ended, nil
	if w.state == nil {
		left := resumable(w, w.loop.Snapshot(), 0, time.Now())
		w.state = resumed(w, &left)
	}
	if err := w.prober.Close(); err != nil {
		w.err = fmt.Errorf("stop probing for wan %s: %w", w.spec.Name, err)
	}
}

// restart replaces a WAN's loop; baseline, load, rates and streaks go on.
func (a *Agent) restart(s *site, name string) {
	old := s.wans[name]
	old.halt()
	a.gather(s, old, time.Now())
	a.letGo(s, old)
	a.start(s, name, old)
	s.leave(old.device)
	s.wans[name].restarts, s.wans[name].retunes = old.restarts+1, old.retunes
}

// letGo takes a WAN that is about to be started anew off its router. What was
// built on an interface that it no longer uses is removed; all else stays.
func (a *Agent) letGo(s *site, old *wan) {
	spec := find(s.running, old.spec.Name)
	if spec.Router == old.spec.Router && spec.Upload.Queue == old.spec.Upload.Queue {
		old.device.mailbox.Detach(old.slot)
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), restoreTime)
	defer cancel()
	if err := old.slot.Remove(ctx); err != nil {
		a.record(s.live.Name, "wan/"+old.spec.Name, v1alpha1.EventWarning, v1alpha1.ReasonRouterFailed,
			fmt.Sprintf("what was built for the former queues could not be removed: %v", err))
	}
}

// retune hands a running loop its new parameters.
func (a *Agent) retune(s *site, name string) {
	w, spec := s.wans[name], find(s.running, name)
	w.spec = *spec.DeepCopy()
	w.derived = derive.WAN(s.running, spec)
	w.config = core.NewConfig(s.running, spec, &w.derived)
	w.retunes++
	if w.loop != nil {
		w.loop.Retune(w.config)
	}
}

// retire stops a WAN that is no longer wanted and lets its shapers go back to
// their ceilings.
func (a *Agent) retire(ctx context.Context, s *site, name string) {
	w := s.wans[name]
	w.halt()
	now := time.Now()
	w.slot.Post(router.Download, w.spec.Download.Ceiling.Value(), now)
	w.slot.Post(router.Upload, w.spec.Upload.Ceiling.Value(), now)
	ctx, cancel := context.WithTimeout(ctx, restoreTime)
	defer cancel()
	if err := w.slot.Flush(ctx); err != nil {
		a.record(s.live.Name, "wan/"+name, v1alpha1.EventWarning, v1alpha1.ReasonRouterFailed,
			fmt.Sprintf("the shapers could not be set back to their ceilings: %v", err))
	}
	if err := w.slot.Remove(ctx); err != nil {
		a.record(s.live.Name, "wan/"+name, v1alpha1.EventWarning, v1alpha1.ReasonRouterFailed,
			fmt.Sprintf("what was built for it could not be removed: %v", err))
	}
	s.leave(w.device)
	delete(s.wans, name)
}

// reflectors are the probed hosts; a simulated WAN without any has one.
func (w *wan) reflectors() []string {
	if len(w.spec.Probe.Reflectors) == 0 {
		return []string{"simulated"}
	}
	return w.spec.Probe.Reflectors
}

func find(site *v1alpha1.Site, name string) *v1alpha1.WAN {
	for i := range site.Spec.WANs {
		if site.Spec.WANs[i].Name == name {
			return &site.Spec.WANs[i]
		}
	}
	return nil
}

func queue(w *v1alpha1.WAN, dir router.Direction) router.Queue {
	s := &w.Download
	if dir == router.Upload {
		s = &w.Upload
	}
	return router.Queue{WAN: w.Name, Direction: dir, Name: s.Queue, Kind: s.QueueKind, Class: s.Class, Cake: s.Cake, Ceiling: s.Ceiling.Value(), Interface: w.Interface}
}
