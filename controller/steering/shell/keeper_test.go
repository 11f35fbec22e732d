package shell_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/wanctl/wanctl/api/v1alpha1"
	"github.com/wanctl/wanctl/controller/router"
	"github.com/wanctl/wanctl/controller/steering/shell"
)

// moment is more than a call of the fake takes, and less than any pause.
const moment = 10 * time.Millisecond

func wantTold(t *testing.T, b *bench, want ...string) {
	t.Helper()
	if got := b.told(); !slices.Equal(got, want) {
		t.Errorf("it told of %v, want %v", got, want)
	}
}

func TestARuleIsOnlyReadUntilItIsSaidWhatItShouldBe(t *testing.T) {
	f := &fakeSwitch{halves: [2]bool{true, true}}
	if got := shell.NewKeeper(f, rule, nil).State().Rule; got != v1alpha1.RuleUnknown {
		t.Errorf("before the first look it is %s", got)
	}
	keep(t, f, func(t *testing.T, b *bench) {
		time.Sleep(time.Minute)
		if got := b.State(); got.Rule != v1alpha1.RuleOn || got.Switches != 0 || f.written() != 0 {
			t.Errorf("it stands at %+v after %d writes", got, f.written())
		}
		wantTold(t, b)
	})
}

func TestARuleIsSwitchedOnceAndNotWhereItIsSoAlready(t *testing.T) {
	f := &fakeSwitch{}
	keep(t, f, func(t *testing.T, b *bench) {
		b.Want(false)
		time.Sleep(time.Minute)
		b.Want(true)
		time.Sleep(moment)
		if got := b.State(); got.Rule != v1alpha1.RuleOn || got.Switches != 1 || got.Drifts != 0 {
			t.Errorf("it stands at %+v", got)
		}
		b.Want(true)
		time.Sleep(time.Minute)
		if !slices.Equal(f.writes, []bool{true}) {
			t.Errorf("it wrote %v", f.writes)
		}
		wantTold(t, b, v1alpha1.ReasonRuleSwitched)
	})
}

func TestWhatAHandDidIsPutBackWithinTenSeconds(t *testing.T) {
	f := &fakeSwitch{}
	keep(t, f, func(t *testing.T, b *bench) {
		b.Want(true)
		time.Sleep(moment)
		f.hand(false, false)
		time.Sleep(10*time.Second + moment)
		f.hand(true, false)
		time.Sleep(10*time.Second + moment)
		if got := b.State(); got.Rule != v1alpha1.RuleOn || got.Drifts != 2 || f.state() != [2]bool{true, true} {
			t.Errorf("it stands at %+v", got)
		}
		wantTold(t, b, v1alpha1.ReasonRuleSwitched, v1alpha1.ReasonRuleDriftCorrected, v1alpha1.ReasonRuleDriftCorrected)
		if found := []v1alpha1.RuleState{b.events[1].Found, b.events[2].Found}; !slices.Equal(found, []v1alpha1.RuleState{v1alpha1.RuleOff, v1alpha1.RuleMixed}) {
			t.Errorf("it told that a hand had made %v of it", found)
		}
	})
}

func TestAHalfSwitchedRuleIsMadeWhole(t *testing.T) {
	for _, on := range []bool{true, false} {
		f := &fakeSwitch{halves: [2]bool{true, false}}
		keep(t, f, func(t *testing.T, b *bench) {
			time.Sleep(moment)
			if got := b.State().Rule; got != v1alpha1.RuleMixed {
				t.Errorf("before it is said what it should be it reads %s", got)
			}
			b.Want(on)
			time.Sleep(moment)
			if got := f.state(); got != [2]bool{on, on} || b.State().Err != nil {
				t.Errorf("wanted %v, the halves are %v: %v", on, got, b.State().Err)
			}
		})
	}
}

func TestASwitchThatDoesHalfIsAnErrorUntilItDoesAll(t *testing.T) {
	f := &fakeSwitch{stuck: 1}
	keep(t, f, func(t *testing.T, b *bench) {
		b.Want(true)
		time.Sleep(moment)
		if got := b.State(); got.Err == nil || got.Rule != v1alpha1.RuleUnknown || got.Switches != 0 {
			t.Errorf("after half a switch it stands at %+v", got)
		}
		f.change(func() { f.stuck = 0 })
		time.Sleep(time.Minute)
		if got := b.State(); got.Err != nil || got.Rule != v1alpha1.RuleOn || got.Switches != 1 || got.Drifts != 0 {
			t.Errorf("after a whole one it stands at %+v", got)
		}
		wantTold(t, b, v1alpha1.ReasonRuleFailed, v1alpha1.ReasonRuleRecovered, v1alpha1.ReasonRuleSwitched)
	})
}

func TestPausesAfterFailuresDoubleToTenSecondsAndBeginAnew(t *testing.T) {
	f := &fakeSwitch{}
	broken := func(*fakeSwitch, bool) error { return fault(router.Unreachable) }
	keep(t, f, func(t *testing.T, b *bench) {
		time.Sleep(moment)
		f.change(func() { f.fail, f.calls = broken, nil })
		b.Want(true)
		time.Sleep(time.Minute)
		want := []time.Duration{500 * time.Millisecond, time.Second, 2 * time.Second, 4 * time.Second, 8 * time.Second, 10 * time.Second, 10 * time.Second}
		if got := f.pauses(); len(got) < len(want) || !slices.Equal(got[:len(want)], want) {
			t.Errorf("the pauses were %v, want %v", got, want)
		}
		f.change(func() { f.fail = nil })
		time.Sleep(11 * time.Second)
		f.change(func() { f.fail, f.calls = broken, nil })
		b.Want(false)
		time.Sleep(time.Second)
		if got := f.pauses(); !slices.Equal(got, want[:1]) {
			t.Errorf("after an answer the pauses were %v, want %v", got, want[:1])
		}
		wantTold(t, b, v1alpha1.ReasonRuleFailed, v1alpha1.ReasonRuleRecovered, v1alpha1.ReasonRuleSwitched, v1alpha1.ReasonRuleFailed)
	})
}

func TestWhatOnlyAPersonCanMendIsTriedEveryTenSeconds(t *testing.T) {
	for kind, reason := range map[router.Kind]string{
		router.Missing: v1alpha1.ReasonRuleMissing, router.Denied: v1alpha1.ReasonRuleFailed, router.Unsupported: v1alpha1.ReasonRuleFailed,
	} {
		f := &fakeSwitch{fail: func(*fakeSwitch, bool) error { return fault(kind) }}
		keep(t, f, func(t *testing.T, b *bench) {
			time.Sleep(35 * time.Second)
			if got := f.pauses(); !slices.Equal(got, []time.Duration{10 * time.Second, 10 * time.Second, 10 * time.Second}) {
				t.Errorf("%v: the pauses were %v", kind, got)
			}
			wantTold(t, b, reason)
		})
	}
}

func TestANewWishIsTriedAtOnceHoweverLongThePause(t *testing.T) {
	f := &fakeSwitch{fail: func(*fakeSwitch, bool) error { return fault(router.Missing) }}
	keep(t, f, func(t *testing.T, b *bench) {
		time.Sleep(time.Second)
		f.change(func() { f.fail = nil })
		b.Want(true)
		time.Sleep(moment)
		if got := b.State(); got.Rule != v1alpha1.RuleOn {
			t.Errorf("it stands at %+v", got)
		}
	})
}

func TestAnErrorIsToldOnceForEachKind(t *testing.T) {
	f := &fakeSwitch{fail: func(*fakeSwitch, bool) error { return fault(router.Unreachable) }}
	keep(t, f, func(t *testing.T, b *bench) {
		time.Sleep(time.Minute)
		f.change(func() { f.fail = func(*fakeSwitch, bool) error { return fault(router.Missing) } })
		time.Sleep(time.Minute)
		wantTold(t, b, v1alpha1.ReasonRuleFailed, v1alpha1.ReasonRuleMissing)
	})
}

func TestASwitchWhoseAnswerWasLostIsNeitherRepeatedNorDrift(t *testing.T) {
	f := &fakeSwitch{}
	keep(t, f, func(t *testing.T, b *bench) {
		b.Want(false)
		time.Sleep(moment)
		// The router does as it is told, and is lost before it can say so.
		f.change(func() {
			f.fail = func(f *fakeSwitch, writing bool) error {
				if writing {
					f.change(func() { f.switchTo(true) })
				}
				if writing || f.written() > 0 {
					return fault(router.Unreachable)
				}
				return nil
			}
		})
		b.Want(true)
		time.Sleep(5 * time.Second)
		if got := b.State(); got.Rule != v1alpha1.RuleUnknown || got.Err == nil {
			t.Errorf("during the outage it stands at %+v", got)
		}
		f.change(func() { f.fail = nil })
		time.Sleep(11 * time.Second)
		if got := b.State(); got.Rule != v1alpha1.RuleOn || got.Drifts != 0 || got.Err != nil || f.written() != 1 {
			t.Errorf("after the outage it stands at %+v, with %d writes", got, f.written())
		}
		wantTold(t, b, v1alpha1.ReasonRuleFailed, v1alpha1.ReasonRuleRecovered)
	})
}

func TestASwitchWhoseAnswerWasLostAndThatIsTakenBackIsNoDrift(t *testing.T) {
	f := &fakeSwitch{}
	keep(t, f, func(t *testing.T, b *bench) {
		b.Want(false)
		time.Sleep(moment)
		f.change(func() {
			f.fail = func(f *fakeSwitch, writing bool) error {
				if !writing {
					return nil
				}
				f.change(func() { f.switchTo(true) })
				return fault(router.Unreachable)
			}
		})
		b.Want(true)
		time.Sleep(moment)
		f.change(func() { f.fail = nil })
		b.Want(false)
		time.Sleep(moment)
		if got := b.State(); got.Rule != v1alpha1.RuleOff || got.Drifts != 0 || got.Switches != 1 {
			t.Errorf("it stands at %+v", got)
		}
	})
}

func TestAWishThatIsTakenBackDuringAnOutageSwitchesNothing(t *testing.T) {
	f := &fakeSwitch{}
	keep(t, f, func(t *testing.T, b *bench) {
		b.Want(false)
		time.Sleep(moment)
		f.change(func() { f.fail = func(*fakeSwitch, bool) error { return fault(router.Unreachable) } })
		b.Want(true)
		time.Sleep(5 * time.Second)
		b.Want(false)
		time.Sleep(5 * time.Second)
		f.change(func() { f.fail = nil })
		time.Sleep(11 * time.Second)
		if got := b.State(); got.Rule != v1alpha1.RuleOff || got.Err != nil || f.written() != 0 {
			t.Errorf("it stands at %+v, with %d writes", got, f.written())
		}
	})
}

func TestACallThatHangsIsGivenUpAfterFourSeconds(t *testing.T) {
	f := &fakeSwitch{hang: true}
	keep(t, f, func(t *testing.T, b *bench) {
		time.Sleep(4*time.Second - moment)
		if b.State().Err != nil {
			t.Error("it was given up early")
		}
		time.Sleep(2 * moment)
		if b.State().Err == nil {
			t.Error("it was not given up")
		}
		f.change(func() { f.hang = false })
	})
}

func TestFlush(t *testing.T) {
	t.Run("returns once the rule is so", func(t *testing.T) {
		keep(t, &fakeSwitch{}, func(t *testing.T, b *bench) {
			b.Want(true)
			if err := b.Flush(t.Context()); err != nil || b.State().Rule != v1alpha1.RuleOn {
				t.Errorf("it returned %v at %+v", err, b.State())
			}
		})
	})
	t.Run("returns what stands in the way", func(t *testing.T) {
		f := &fakeSwitch{fail: func(*fakeSwitch, bool) error { return fault(router.Missing) }}
		keep(t, f, func(t *testing.T, b *bench) {
			b.Want(true)
			if e, ok := errors.AsType[*router.Error](b.Flush(t.Context())); !ok || e.Kind != router.Missing {
				t.Errorf("it returned %v", e)
			}
		})
	})
	t.Run("ends with its context", func(t *testing.T) {
		keep(t, &fakeSwitch{hang: true}, func(t *testing.T, b *bench) {
			b.Want(true)
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			if e, ok := errors.AsType[*router.Error](b.Flush(ctx)); !ok || e.Kind != router.Unreachable {
				t.Errorf("it returned %v", e)
			}
		})
	})
	t.Run("returns at once where nothing is wanted", func(t *testing.T) {
		keep(t, &fakeSwitch{hang: true}, func(t *testing.T, b *bench) {
			if err := b.Flush(t.Context()); err != nil {
				t.Error(err)
			}
		})
	})
}
