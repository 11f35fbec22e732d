package router

import (
	"context"
	"errors"
)

// RuleSwitch is a Device that can turn rules on and off that steer traffic. It
// is called as a Device is.
type RuleSwitch interface {
	// Rule says whether a rule is on. Where several rules bear the name and only
	// some of them are on, the error is ErrMixed.
	Rule(ctx context.Context, rule string) (on bool, err error)
	// SetRule turns a rule on or off, all of those that bear the name, and reads
	// back that it is so.
	SetRule(ctx context.Context, rule string, on bool) error
}

// RuleFlaw is something about a rule on a router that keeps it from steering as
// it should.
type RuleFlaw struct {
	// Harmful says that the rule steers nothing.
	Harmful bool
	// Message says what is wrong, and how to mend it.
	Message string
}

// ErrMixed is that of rules of one name some of which are on and some off.
var ErrMixed = errors.New("some are on and some are off")

// errNoRules is that of a device without rules.
var errNoRules = errors.New("this kind of router has no rules that wanctl could switch")

// Rule says, between two calls of the mailbox's own, whether a rule of its
// device is on.
func (m *Mailbox) Rule(ctx context.Context, rule string) (on bool, err error) {
	err = m.rules(ctx, "read the rule", rule, func(ctx context.Context, s RuleSwitch) (err error) {
		on, err = s.Rule(ctx, rule)
		return err
	})
	return on && err == nil, err
}

// SetRule turns a rule of the mailbox's device on or off.
func (m *Mailbox) SetRule(ctx context.Context, rule string, on bool) error {
	return m.rules(ctx, "switch the rule", rule, func(ctx context.Context, s RuleSwitch) error {
		return s.SetRule(ctx, rule, on)
	})
}

func (m *Mailbox) rules(ctx context.Context, op, rule string, f func(context.Context, RuleSwitch) error) error {
	s, ok := m.device.(RuleSwitch)
	if !ok {
		return &Error{Kind: Unsupported, Op: op, Target: rule, Err: errNoRules}
	}
	return m.Do(ctx, op, rule, func(ctx context.Context, _ Device) error { return f(ctx, s) })
}
