// Package shell carries steering out: it looks at the WANs of a site many times
// a second, steps the machine of package steering, and has keepers make the
// rules of the routers so.
package shell

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/wanctl/wanctl/api/v1alpha1"
	"github.com/wanctl/wanctl/controller/steering"
)

// lookEvery is how often the WANs are looked at. Loops publish a change of state
// at once, and say since when it holds.
const lookEvery = 100 * time.Millisecond

// Event is something that a policy did.
type Event struct {
	// Reason is Steered, SteeredBack, SteeringHeld, SteeringDamped,
	// SteeringUndamped or SteeringResumed.
	Reason string
	// Policy is as it stands after that.
	Policy steering.Policy
	// Terms are those of the confidence that turned it, if it turned.
	Terms []steering.Term
}

// Options are what a shell runs with.
type Options struct {
	Policies steering.Set
	// Keepers are those of the policies' rules, by policy.
	Keepers map[string]*Keeper
	// Adopt names the policies of which nothing is known: the rule, as its
	// router has it, says whether they steer.
	Adopt map[string]bool
	// Epoch is what the machine's times count from.
	Epoch time.Time
	// Notify is called by the shell's goroutine; it must not block.
	Notify func(Event)
}

// Shell is the steering of one site.
type Shell struct {
	opts    Options
	sources atomic.Pointer[map[string]Source]

	mu  sync.Mutex
	set steering.Set
}

// New makes a shell; Run turns it.
func New(opts Options) *Shell {
	s := &Shell{opts: opts, set: slices.Clone(opts.Policies)}
	s.set.Sort()
	s.Look(nil)
	return s
}

// Look says where the WANs are looked at from now on, by name. A WAN that is
// not there is unknown.
func (s *Shell) Look(sources map[string]Source) { s.sources.Store(&sources) }

// Run works until ctx ends; the rules stay as they are.
func (s *Shell) Run(ctx context.Context) {
	ticker := time.NewTicker(lookEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case now := <-ticker.C:
			s.turn(now)
		}
	}
}

// turn is one look and what follows from it.
func (s *Shell) turn(now time.Time) {
	wans := map[string]steering.WAN{}
	for name, source := range *s.sources.Load() {
		wans[name] = source.look(now, s.opts.Epoch)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	var asked steering.Set
	for _, p := range s.set {
		if s.opts.Adopt[p.Name] && !s.adopt(p) {
			continue
		}
		asked = append(asked, p)
	}
	before := make(map[string]steering.Reason, len(asked))
	for _, p := range asked {
		before[p.Name] = p.State.Reason
	}
	asked.Step(now.Sub(s.opts.Epoch), wans, func(p *steering.Policy, out steering.Outcome) {
		s.opts.Keepers[p.Name].Want(p.State.Active)
		s.tell(p, before[p.Name], out)
	})
}

// adopt takes over the rule of a policy of which nothing is known, as soon as it
// could be read. One that is on in part counts as on.
func (s *Shell) adopt(p *steering.Policy) bool {
	rule := s.opts.Keepers[p.Name].State().Rule
	if rule == v1alpha1.RuleUnknown {
		return false
	}
	delete(s.opts.Adopt, p.Name)
	p.State.Adopt(rule != v1alpha1.RuleOff)
	if p.State.Active {
		s.notify(p, v1alpha1.ReasonSteeringResumed, nil)
	}
	return true
}

// holding are reasons that are told, since a person may want to do something
// about them.
var holding = []steering.Reason{
	steering.Unconfirmed, steering.AlternateUnknown, steering.AlternateDown, steering.AlternateUnwell, steering.BothCongested, steering.HeldDown,
}

func (s *Shell) tell(p *steering.Policy, before steering.Reason, out steering.Outcome) {
	reason := p.State.Reason
	switch {
	case out.Turned && p.State.Active:
		s.notify(p, v1alpha1.ReasonSteered, out.Terms)
	case out.Turned:
		s.notify(p, v1alpha1.ReasonSteeredBack, out.Terms)
	case reason != before && slices.Contains(holding, reason):
		s.notify(p, v1alpha1.ReasonSteeringHeld, nil)
	}
	switch {
	case out.Damped:
		s.notify(p, v1alpha1.ReasonSteeringDamped, nil)
	case out.Undamped:
		s.notify(p, v1alpha1.ReasonSteeringUndamped, nil)
	}
}

func (s *Shell) notify(p *steering.Policy, reason string, terms []steering.Term) {
	if s.opts.Notify != nil {
		s.opts.Notify(Event{Reason: reason, Policy: p.Clone(), Terms: terms})
	}
}

// Policies are the policies as they stand.
func (s *Shell) Policies() []steering.Policy {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := make([]steering.Policy, 0, len(s.set))
	for _, p := range s.set {
		all = append(all, p.Clone())
	}
	return all
}
