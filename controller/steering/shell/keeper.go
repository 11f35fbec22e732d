package shell

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/wanctl/wanctl/api/v1alpha1"
	"github.com/wanctl/wanctl/controller/router"
)

// Switch is what a keeper needs of a router; *router.Mailbox is one. Its errors
// are *router.Error.
type Switch interface {
	// Rule says whether a rule is on; ErrMixed where it is in part.
	Rule(ctx context.Context, rule string) (on bool, err error)
	// SetRule turns a rule on or off.
	SetRule(ctx context.Context, rule string, on bool) error
}

// The times of a keeper: how often a rule is read to find drift, how long a call
// may take, and the pauses after an error.
const (
	verifyEvery = 10 * time.Second
	callTimeout = 4 * time.Second
	leastPause  = 500 * time.Millisecond
	mostPause   = 10 * time.Second
)

// KeeperEvent is something that happened to a rule.
type KeeperEvent struct {
	// Reason is RuleSwitched, RuleDriftCorrected, RuleMissing, RuleFailed or
	// RuleRecovered.
	Reason string
	// On is what the rule is now; Found what a hand had made of it.
	On    bool
	Found v1alpha1.RuleState
	Err   error
}

// KeeperState is how a rule stands.
type KeeperState struct {
	// Rule is what was last read.
	Rule v1alpha1.RuleState
	// Switches counts confirmed switches, Drifts how often something else had
	// switched it.
	Switches, Drifts int64
	// Err is what stands in the way at present.
	Err error
}

// Keeper makes one rule be as is wanted: it reads it first, switches it, reads
// it back, and puts right what something else has switched. A router that does
// not answer is asked again until it does.
type Keeper struct {
	sw     Switch
	rule   string
	notify func(KeeperEvent)
	bell   chan struct{}

	mu      sync.Mutex
	wanted  *bool
	state   KeeperState
	changed chan struct{}
	// settled is what the rule was confirmed to be after the last switch or
	// look; unknown is that it was not.
	settled v1alpha1.RuleState
}

// NewKeeper makes a keeper, which works while Run runs. notify is called by its
// goroutine and must not block.
func NewKeeper(sw Switch, rule string, notify func(KeeperEvent)) *Keeper {
	return &Keeper{
		sw: sw, rule: rule, notify: notify, bell: make(chan struct{}, 1), changed: make(chan struct{}),
		state: KeeperState{Rule: v1alpha1.RuleUnknown}, settled: v1alpha1.RuleUnknown,
	}
}

// Want says what the rule should be. Until it is first said, the rule is only
// read.
func (k *Keeper) Want(on bool) {
	k.mu.Lock()
	same := k.wanted != nil && *k.wanted == on
	k.wanted = &on
	k.mu.Unlock()
	if !same {
		select {
		case k.bell <- struct{}{}:
		default:
		}
	}
}

// State is how the rule stands.
func (k *Keeper) State() KeeperState {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.state
}

// Flush waits until the rule is as is wanted, an error stands in the way, or
// ctx ends.
func (k *Keeper) Flush(ctx context.Context) error {
	for {
		k.mu.Lock()
		changed, err := k.changed, k.state.Err
		done := k.wanted == nil || k.state.Rule == stateOf(*k.wanted)
		k.mu.Unlock()
		if done || err != nil {
			return err
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return &router.Error{Kind: router.Unreachable, Op: "switch the rule", Target: k.rule, Err: context.Cause(ctx)}
		}
	}
}

// Run works until ctx ends. The rule stays as it is.
func (k *Keeper) Run(ctx context.Context) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	pause := leastPause
	for {
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		case <-k.bell:
		}
		err := k.serve(ctx)
		switch {
		case ctx.Err() != nil:
			return
		case err == nil:
			pause = leastPause
			timer.Reset(verifyEvery)
		case kindOf(err) == router.Missing || kindOf(err) == router.Denied || kindOf(err) == router.Unsupported:
			timer.Reset(mostPause)
		default:
			timer.Reset(pause)
			pause = min(2*pause, mostPause)
		}
	}
}

// serve reads the rule and switches it where it is not as is wanted.
func (k *Keeper) serve(ctx context.Context) error {
	found, err := k.read(ctx)
	if err != nil {
		return k.failed(ctx, err)
	}
	k.mu.Lock()
	wanted, settled := k.wanted, k.settled
	k.mu.Unlock()
	if wanted == nil || found == stateOf(*wanted) {
		k.settle(found, false)
		return nil
	}
	if err := k.write(ctx, *wanted); err != nil {
		return k.failed(ctx, err)
	}
	k.settle(stateOf(*wanted), true)
	drift := settled != v1alpha1.RuleUnknown && found != settled
	e := KeeperEvent{Reason: v1alpha1.ReasonRuleSwitched, On: *wanted, Found: found}
	if drift {
		e.Reason = v1alpha1.ReasonRuleDriftCorrected
		k.update(func() { k.state.Drifts++ })
	}
	k.notify(e)
	return nil
}

func (k *Keeper) read(ctx context.Context) (v1alpha1.RuleState, error) {
	limited, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	on, err := k.sw.Rule(limited, k.rule)
	if errors.Is(err, router.ErrMixed) {
		return v1alpha1.RuleMixed, nil
	}
	return stateOf(on), err
}

// write switches the rule and reads it back.
func (k *Keeper) write(ctx context.Context, on bool) error {
	limited, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	k.update(func() { k.settled = v1alpha1.RuleUnknown })
	if err := k.sw.SetRule(limited, k.rule, on); err != nil {
		return err
	}
	got, err := k.read(ctx)
	if err == nil && got != stateOf(on) {
		err = &router.Error{Op: "switch the rule", Target: k.rule, Err: errors.New("the router took the switch, but the rule reads " + string(got))}
	}
	return err
}

// settle makes known what the rule is.
func (k *Keeper) settle(is v1alpha1.RuleState, switched bool) {
	recovered := k.State().Err != nil
	k.update(func() {
		k.state.Rule, k.settled, k.state.Err = is, is, nil
		if switched {
			k.state.Switches++
		}
	})
	if recovered {
		k.notify(KeeperEvent{Reason: v1alpha1.ReasonRuleRecovered, On: is == v1alpha1.RuleOn})
	}
}

// failed makes an error known, once for each kind.
func (k *Keeper) failed(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return err
	}
	before := k.State().Err
	k.update(func() { k.state.Rule, k.state.Err = v1alpha1.RuleUnknown, err })
	if before == nil || kindOf(before) != kindOf(err) {
		reason := v1alpha1.ReasonRuleFailed
		if kindOf(err) == router.Missing {
			reason = v1alpha1.ReasonRuleMissing
		}
		k.notify(KeeperEvent{Reason: reason, Err: err})
	}
	return err
}

func (k *Keeper) update(f func()) {
	k.mu.Lock()
	defer k.mu.Unlock()
	f()
	close(k.changed)
	k.changed = make(chan struct{})
}

func kindOf(err error) router.Kind {
	if e, ok := errors.AsType[*router.Error](err); ok {
		return e.Kind
	}
	return router.Failed
}

func stateOf(on bool) v1alpha1.RuleState {
	if on {
		return v1alpha1.RuleOn
	}
	return v1alpha1.RuleOff
}
