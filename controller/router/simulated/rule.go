package simulated

import (
	"context"
	"errors"
	"time"

	"github.com/wanctl/wanctl/api/v1alpha1"
	"github.com/wanctl/wanctl/controller/router"
)

// Rule says whether a rule is on. There is every rule that has a name, off at
// first.
func (r *Router) Rule(ctx context.Context, rule string) (on bool, err error) {
	if err := r.reachRule(ctx, "read the rule", rule); err != nil {
		return false, err
	}
	return r.isOn(rule), nil
}

// SetRule turns a rule on or off: calls that begin from then on follow it.
func (r *Router) SetRule(ctx context.Context, rule string, on bool) error {
	if err := r.reachRule(ctx, "switch the rule", rule); err != nil {
		return err
	}
	r.calls.Advance(time.Now())
	r.Hand(rule, on)
	return nil
}

// Hand switches a rule at once, as somebody does by hand behind wanctl's back.
func (r *Router) Hand(rule string, on bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.on[rule] = on
}

// Steer says which way each rule leads calls.
func (r *Router) Steer(routes []Route) { r.calls.steer(routes) }

func (r *Router) isOn(rule string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.on[rule]
}

func (r *Router) reachRule(ctx context.Context, op, rule string) error {
	if err := r.answer(ctx); err != nil {
		return &router.Error{Kind: router.Unreachable, Op: op, Target: rule, Err: err}
	}
	switch {
	case r.faulty(v1alpha1.FaultQueueMissing):
		return &router.Error{Kind: router.Missing, Op: op, Target: rule, Err: errors.New("the rule is gone")}
	case rule == "":
		return &router.Error{Kind: router.Unsupported, Op: op, Target: "rule", Err: errors.New("a rule needs a name")}
	}
	return nil
}
