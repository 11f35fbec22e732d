package reconciler

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/wanctl/wanctl/api/v1alpha1"
	simrouter "github.com/wanctl/wanctl/controller/router/simulated"
	"github.com/wanctl/wanctl/controller/steering"
	"github.com/wanctl/wanctl/controller/steering/shell"
)

// steered is the running steering of a site.
type steered struct {
	shell  *shell.Shell
	cancel context.CancelFunc
	done   chan struct{}
	// rules are what is kept in routers, by ruleKey.
	rules map[ruleKey]*rule
	// keys are those of the policies, by name.
	keys map[string]ruleKey
}

// ruleKey is a rule of a router.
type ruleKey struct{ router, rule string }

// rule is one rule that is kept.
type rule struct {
	keeper *shell.Keeper
	device *device
	cancel context.CancelFunc
	done   chan struct{}
}

// steer makes a site's steering follow its spec. Policies that stay the same go
// on as they stand; rules that are no longer anybody's are switched off.
func (a *Agent) steer(ctx context.Context, s *site) {
	before := s.steered
	if before == nil && len(s.live.Spec.Steering) == 0 {
		return
	}
	next := &steered{rules: map[ruleKey]*rule{}, keys: map[string]ruleKey{}}
	stand := map[string]steering.Policy{}
	if before != nil {
		before.halt()
		for _, p := range before.shell.Policies() {
			stand[p.Name] = p
		}
	}
	opts := shell.Options{
		Keepers: map[string]*shell.Keeper{}, Adopt: map[string]bool{}, Epoch: a.epoch,
		Notify: func(e shell.Event) { a.steeringEvent(s.live.Name, e) },
	}
	for i := range s.live.Spec.Steering {
		spec := &s.live.Spec.Steering[i]
		p := steering.NewPolicy(s.running, spec)
		key := ruleKey{spec.Router, spec.Rule}
		next.keys[p.Name] = key
		next.rules[key] = a.keep(s, before, key, p.Name)
		opts.Keepers[p.Name] = next.rules[key].keeper
		opts.Adopt[p.Name] = !a.resumePolicy(s, spec, p, stand)
		opts.Policies = append(opts.Policies, p)
	}
	if before != nil {
		for key, r := range before.rules {
			if next.rules[key] != r {
				a.release(ctx, s, key, r)
			}
		}
	}
	s.steered = next
	if len(opts.Policies) == 0 {
		s.steered = nil
		return
	}
	s.route()
	next.shell = shell.New(opts)
	next.shell.Look(s.sources())
	running, cancel := context.WithCancel(context.Background())
	next.cancel, next.done = cancel, make(chan struct{})
	go func() {
		defer close(next.done)
		next.shell.Run(running)
	}()
}

// resumePolicy lets a policy go on from where it stands, or from what an earlier
// run stored, and says whether anything is known of it. A policy between other
// WANs begins anew, not steering.
func (a *Agent) resumePolicy(s *site, spec *v1alpha1.Steering, p *steering.Policy, stand map[string]steering.Policy) (known bool) {
	if old, ok := stand[p.Name]; ok {
		if old.From == p.From && old.To == p.To {
			p.State = old.State
		}
		return true
	}
	left, ok := s.resume.Steering[p.Name]
	if !ok || left.From != spec.From || left.To != spec.To || left.Rule != spec.Rule || left.Router != spec.Router {
		return false
	}
	now := time.Now()
	p.State = steering.Restore(&left.Saved, now.Sub(a.epoch), now.Sub(left.SavedAt))
	if p.State.Active {
		a.record(s.live.Name, "steering/"+p.Name, v1alpha1.EventNormal, v1alpha1.ReasonSteeringResumed,
			fmt.Sprintf("new connections take %s, as when the last run ended", p.To))
	}
	return true
}

// keep is the keeper of a rule: the one that runs, or a new one.
func (a *Agent) keep(s *site, before *steered, key ruleKey, policy string) *rule {
	d := a.device(s, key.router)
	if before != nil {
		if r := before.rules[key]; r != nil && r.device == d {
			return r
		}
	}
	d.users++
	siteName := s.live.Name
	r := &rule{device: d, done: make(chan struct{})}
	r.keeper = shell.NewKeeper(d.mailbox, key.rule, func(e shell.KeeperEvent) { a.ruleEvent(siteName, policy, key, e) })
	ctx, cancel := context.WithCancel(context.Background())
	r.cancel = cancel
	go func() {
		defer close(r.done)
		r.keeper.Run(ctx)
	}()
	return r
}

// release switches a rule off that nobody wants any more, and lets go of it.
func (a *Agent) release(ctx context.Context, s *site, key ruleKey, r *rule) {
	ctx, cancel := context.WithTimeout(ctx, restoreTime)
	defer cancel()
	r.keeper.Want(false)
	if err := r.keeper.Flush(ctx); err != nil {
		a.record(s.live.Name, "site", v1alpha1.EventWarning, v1alpha1.ReasonRuleFailed,
			fmt.Sprintf("the rule %q could not be switched off: %v", key.rule, err))
	}
	r.end()
	s.leave(r.device)
}

// unsteer switches every rule of a site off.
func (a *Agent) unsteer(ctx context.Context, s *site) {
	if s.steered == nil {
		return
	}
	s.steered.halt()
	for key, r := range s.steered.rules {
		a.release(ctx, s, key, r)
	}
	s.steered = nil
}

// halt stops the machine; the keepers go on. It is idempotent.
func (t *steered) halt() {
	if t != nil && t.cancel != nil {
		t.cancel()
		<-t.done
		t.cancel = nil
	}
}

func (r *rule) end() {
	r.cancel()
	<-r.done
}

// letGoOfRules ends every keeper; the rules stay as they are.
func (s *site) letGoOfRules() {
	if s.steered == nil {
		return
	}
	for _, r := range s.steered.rules {
		r.end()
		s.leave(r.device)
	}
	s.steered = nil
}

// sources are where the machine looks at the WANs.
func (s *site) sources() map[string]shell.Source {
	sources := map[string]shell.Source{}
	for name, w := range s.wans {
		if w.loop != nil {
			sources[name] = shell.Source{Snapshot: w.loop.Snapshot, Started: w.started, Counters: w.slot.Counters, Reached: reached(w.prober)}
		}
	}
	return sources
}

// route tells simulated routers which way their rules lead.
func (s *site) route() {
	for name, d := range s.routers {
		if d.simulated == nil {
			continue
		}
		var routes []simrouter.Route
		for _, p := range s.live.Spec.Steering {
			if p.Router == name {
				routes = append(routes, simrouter.Route{Rule: p.Rule, From: p.From, To: p.To})
			}
		}
		d.simulated.Steer(routes)
	}
}

// steeringStanding is what a restart must not lose: which way policies point.
func (s *site) steeringStanding() string {
	var b strings.Builder
	if s.steered != nil {
		for _, p := range s.steered.shell.Policies() {
			fmt.Fprintf(&b, "%s=%v/%d ", p.Name, p.State.Active, p.State.Total)
		}
	}
	return b.String()
}

// ruleTrouble is the first rule that cannot be kept.
func (s *site) ruleTrouble() verdict {
	if s.steered == nil {
		return verdict{}
	}
	for _, name := range slices.Sorted(maps.Keys(s.steered.keys)) {
		key := s.steered.keys[name]
		if err := s.steered.rules[key].keeper.State().Err; err != nil {
			return verdict{ruleReason(err), fmt.Sprintf("steering %s: %v", name, err)}
		}
	}
	return verdict{}
}
