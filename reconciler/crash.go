package reconciler

import (
	"context"
	"fmt"
	"runtime/debug"
	"time"

	"github.com/wanctl/wanctl/api/v1alpha1"
	"github.com/wanctl/wanctl/controller/core"
	"github.com/wanctl/wanctl/controller/loop"
)

// A loop that crashed is started again after firstPause, which doubles with every
// crash in a row, and no more after mostCrashes of them. One that has run for
// steadyFor has begun a new row.
const (
	firstPause  = time.Second
	mostCrashes = 6
	steadyFor   = 10 * time.Minute
)

// crash is a loop that has panicked.
type crash struct {
	site string
	wan  *wan
	err  *panicError
}

// panicError is what a goroutine panicked with, and where.
type panicError struct {
	value any
	stack []byte
}

func (e *panicError) Error() string { return fmt.Sprintf("panic: %v", e.value) }

// turn runs a loop until ctx ends or it panics; there is no state then.
func turn(ctx context.Context, l *loop.Loop) (state *core.State, err *panicError) {
	defer func() {
		if value := recover(); value != nil {
			state, err = nil, &panicError{value: value, stack: debug.Stack()}
		}
	}()
	return l.Run(ctx), nil
}

// crashed takes note of a loop that has panicked, and of when to start it again.
func (a *Agent) crashed(c crash, now time.Time) {
	s, w := a.sites[c.site], c.wan
	if s == nil || s.wans[w.spec.Name] != w {
		return
	}
	w.halt()
	if now.Sub(w.started) >= steadyFor {
		w.crashes = 0
	}
	w.crashes++
	if k := s.soaks[w.spec.Name]; k != nil {
		k.collector.LoopCrashed()
	}
	next := "it is not started again until its part of the manifest changes or the agent is started anew"
	if w.crashes < mostCrashes {
		pause := firstPause << (w.crashes - 1)
		w.reviveAt = now.Add(pause)
		next = fmt.Sprintf("it is started again in %v", pause)
	}
	w.err = fmt.Errorf("the loop of wan %s has crashed, %d times in a row: %w; its shapers stay as they are; %s", w.spec.Name, w.crashes, c.err, next)
	a.log.Error(c.err, "loop crashed", "site", c.site, "wan", w.spec.Name, "stack", string(c.err.stack))
	a.record(c.site, "wan/"+w.spec.Name, v1alpha1.EventWarning, v1alpha1.ReasonLoopCrashed, w.err.Error())
}

// revive starts the loops again whose pause after a crash is over.
func (a *Agent) revive(now time.Time) {
	for _, s := range a.sites {
		for name, w := range s.wans {
			if w.reviveAt.IsZero() || now.Before(w.reviveAt) {
				continue
			}
			a.restart(s, name)
			s.wans[name].crashes = w.crashes
			a.record(s.live.Name, "wan/"+name, v1alpha1.EventNormal, v1alpha1.ReasonLoopRestarted, "started again after a crash")
		}
	}
}
