// Package pulse is the one notion of an agent that turns: what /livez answers
// and what feeds a service manager's watchdog. A line, a router, a disk or a
// manifest that fails has no say in it.
package pulse

import (
	"cmp"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/wanctl/wanctl/api/v1alpha1"
	"github.com/wanctl/wanctl/controller/autorate"
	"github.com/wanctl/wanctl/controller/loop"
)

// Standstill is how long a loop may stand still, or for ten intervals if that
// is longer, before it counts as stuck. Rest is how long the goroutine that
// decides may give no sign: it waits up to 5 s for each router that is being let
// go, and tells of each. While it waits for the disk none is asked for: a restart
// would mend no disk.
const Standstill, Rest = 5 * time.Second, time.Minute

// Check is what is found of one part; an empty Fault is nothing.
type Check struct{ Name, Fault string }

// Pulse follows one agent as a reconciler's observer. It is safe for concurrent
// use.
type Pulse struct {
	mu    sync.Mutex
	loops map[name]*loop.Loop
	// sign is when the agent last gave one; zero before its first look.
	sign time.Time
	// writing is that it waits for the disk.
	writing bool
}

type name struct{ site, wan string }

// New makes the pulse of an agent that has yet to look at its loops.
func New() *Pulse { return &Pulse{loops: map[name]*loop.Loop{}} }

// LoopStarted says that a loop should turn from now on.
func (p *Pulse) LoopStarted(site, wan string, l *loop.Loop, _ time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.loops[name{site, wan}] = l
}

// LoopStopped says that it no longer should.
func (p *Pulse) LoopStopped(site, wan string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.loops, name{site, wan})
}

// Applied says nothing of the agent: it comes from a router's own goroutine.
func (p *Pulse) Applied(string, string, autorate.Direction, int64, time.Duration) {}

// Event is a sign of the agent, which alone records events.
func (p *Pulse) Event(v1alpha1.Event) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.sign.IsZero() {
		p.sign = time.Now()
	}
}

// Writing says that the agent begins, or has ended, a write to the disk.
func (p *Pulse) Writing(begun bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.writing = begun
	if !p.sign.IsZero() {
		p.sign = time.Now()
	}
}

// Looked says that the agent has looked at its loops.
func (p *Pulse) Looked() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.sign = time.Now()
}

// Checks are the agent and then every loop, by name, as they are now.
func (p *Pulse) Checks(now time.Time) []Check {
	p.mu.Lock()
	defer p.mu.Unlock()
	var checks []Check
	for n, l := range p.loops {
		c := Check{Name: fmt.Sprintf("loop %s/%s", n.site, n.wan)}
		snap := l.Snapshot()
		if still := now.Sub(snap.At); still > max(Standstill, 10*snap.Config.Interval) {
			c.Fault = fmt.Sprintf("has not turned for %v", still.Round(100*time.Millisecond))
		}
		checks = append(checks, c)
	}
	slices.SortFunc(checks, func(a, b Check) int { return cmp.Compare(a.Name, b.Name) })
	agent := Check{Name: "agent"}
	if still := now.Sub(p.sign); !p.sign.IsZero() && !p.writing && still > Rest {
		agent.Fault = fmt.Sprintf("has not looked at its loops for %v", still.Round(time.Second))
	}
	return append([]Check{agent}, checks...)
}

// Fault is the first fault, as one line; empty is that all turns.
func (p *Pulse) Fault(now time.Time) string {
	for _, c := range p.Checks(now) {
		if c.Fault != "" {
			return c.Name + " " + c.Fault
		}
	}
	return ""
}
