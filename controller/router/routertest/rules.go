package routertest

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/wanctl/wanctl/controller/router"
)

// RuleHarness is a device with rules to be tested.
type RuleHarness struct {
	// Switch is open; the harness closes it.
	Switch router.RuleSwitch
	// Rule and Other are two rules that can be switched, off at first.
	Rule, Other string
	// Absent is a rule that cannot be switched, and AbsentKind why.
	Absent     string
	AbsentKind router.Kind
	// Look reads, by another way than Switch, whether a rule is on.
	Look func(t *testing.T, rule string) bool
	// Hand switches a rule as somebody does by hand.
	Hand func(t *testing.T, rule string, on bool)
	// Mix leaves a rule on in one place and off in another; nil where a rule has
	// one place only.
	Mix func(t *testing.T, rule string)
}

// RunRules tests the rules of devices that open makes, one for each test.
func RunRules(t *testing.T, open func(t *testing.T) RuleHarness) {
	runRules(t, open, func(t *testing.T, test func(*testing.T)) { test(t) })
}

// RunRulesVirtual is RunRules in the virtual time of package synctest.
func RunRulesVirtual(t *testing.T, open func(t *testing.T) RuleHarness) {
	runRules(t, open, synctest.Test)
}

func runRules(t *testing.T, open func(t *testing.T) RuleHarness, within func(*testing.T, func(*testing.T))) {
	for name, test := range map[string]func(*testing.T, RuleHarness){
		"a rule that was switched is read back and really so": switched,
		"switching twice is switching once":                   switchedTwice,
		"rules do not touch each other":                       rulesApart,
		"what a hand does is seen and can be put back":        byHand,
		"a rule that is not there is said to be so":           ruleAbsent,
		"half a rule is mixed and can be put right":           ruleMixed,
		"an ended context switches nothing":                   ruleEnded,
	} {
		t.Run(name, func(t *testing.T) {
			within(t, func(t *testing.T) { test(t, open(t)) })
		})
	}
}

func switched(t *testing.T, h RuleHarness) {
	for _, on := range []bool{true, false, true, false} {
		setRule(t, h, h.Rule, on)
		wantRule(t, h, h.Rule, on)
	}
}

func switchedTwice(t *testing.T, h RuleHarness) {
	for _, on := range []bool{false, false, true, true, false} {
		setRule(t, h, h.Rule, on)
		wantRule(t, h, h.Rule, on)
	}
}

func rulesApart(t *testing.T, h RuleHarness) {
	setRule(t, h, h.Rule, true)
	wantRule(t, h, h.Other, false)
	setRule(t, h, h.Other, true)
	setRule(t, h, h.Rule, false)
	wantRule(t, h, h.Other, true)
	setRule(t, h, h.Other, false)
}

func byHand(t *testing.T, h RuleHarness) {
	setRule(t, h, h.Rule, true)
	h.Hand(t, h.Rule, false)
	wantRule(t, h, h.Rule, false)
	setRule(t, h, h.Rule, true)
	wantRule(t, h, h.Rule, true)
	setRule(t, h, h.Rule, false)
	h.Hand(t, h.Rule, true)
	wantRule(t, h, h.Rule, true)
	setRule(t, h, h.Rule, false)
	wantRule(t, h, h.Rule, false)
}

func ruleAbsent(t *testing.T, h RuleHarness) {
	_, err := h.Switch.Rule(limited(t), h.Absent)
	wantKind(t, "read the rule", err, h.AbsentKind)
	wantKind(t, "switch the rule on", h.Switch.SetRule(limited(t), h.Absent, true), h.AbsentKind)
	wantKind(t, "switch the rule off", h.Switch.SetRule(limited(t), h.Absent, false), h.AbsentKind)
}

func ruleMixed(t *testing.T, h RuleHarness) {
	if h.Mix == nil {
		t.Skip("a rule of this device has one place only")
	}
	for _, on := range []bool{true, false} {
		h.Mix(t, h.Rule)
		_, err := h.Switch.Rule(limited(t), h.Rule)
		if !errors.Is(err, router.ErrMixed) {
			t.Errorf("half a rule reads as %v, want ErrMixed", err)
		}
		wantKind(t, "read half a rule", err, router.Failed)
		setRule(t, h, h.Rule, on)
		wantRule(t, h, h.Rule, on)
	}
}

func ruleEnded(t *testing.T, h RuleHarness) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := h.Switch.Rule(ctx, h.Rule); err == nil {
		t.Error("the rule was read")
	}
	if err := h.Switch.SetRule(ctx, h.Rule, true); err == nil {
		t.Error("the rule was switched")
	}
	wantRule(t, h, h.Rule, false)
}

func setRule(t *testing.T, h RuleHarness, rule string, on bool) {
	t.Helper()
	if err := h.Switch.SetRule(limited(t), rule, on); err != nil {
		t.Fatalf("switch %q to %v: %v", rule, on, err)
	}
}

func wantRule(t *testing.T, h RuleHarness, rule string, want bool) {
	t.Helper()
	got, err := h.Switch.Rule(limited(t), rule)
	if err != nil || got != want {
		t.Errorf("%q reads as %v (%v), want %v", rule, got, err, want)
	}
	if really := h.Look(t, rule); really != want {
		t.Errorf("%q is really %v, want %v", strings.TrimSpace(rule), really, want)
	}
}
