package shell_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/wanctl/wanctl/controller/router"
	"github.com/wanctl/wanctl/controller/steering/shell"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const rule = "steer calls"

// fakeSwitch is a router with one rule of two halves, which a test may break.
type fakeSwitch struct {
	mu     sync.Mutex
	halves [2]bool
	// fail, if set, is what a call does instead; it may still switch.
	fail func(f *fakeSwitch, writing bool) error
	// stuck is how many halves a switch leaves as they are.
	stuck int
	// hang lets calls wait until their context ends.
	hang   bool
	calls  []time.Time
	writes []bool
}

func (f *fakeSwitch) enter(ctx context.Context, writing bool) error {
	f.mu.Lock()
	f.calls = append(f.calls, time.Now())
	hang, fail := f.hang, f.fail
	f.mu.Unlock()
	if hang {
		<-ctx.Done()
		return fault(router.Unreachable)
	}
	if fail != nil {
		return fail(f, writing)
	}
	return nil
}

// Rule implements shell.Switch.
func (f *fakeSwitch) Rule(ctx context.Context, _ string) (bool, error) {
	if err := f.enter(ctx, false); err != nil {
		return false, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.halves[0] != f.halves[1] {
		return false, &router.Error{Op: "read", Target: rule, Err: router.ErrMixed}
	}
	return f.halves[0], nil
}

// SetRule implements shell.Switch.
func (f *fakeSwitch) SetRule(ctx context.Context, _ string, on bool) error {
	if err := f.enter(ctx, true); err != nil {
		return err
	}
	f.change(func() { f.switchTo(on) })
	return nil
}

func (f *fakeSwitch) switchTo(on bool) {
	f.writes = append(f.writes, on)
	for i := range f.halves[f.stuck:] {
		f.halves[f.stuck+i] = on
	}
}

func (f *fakeSwitch) change(do func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	do()
}

// hand switches the halves behind the keeper's back.
func (f *fakeSwitch) hand(first, second bool) {
	f.change(func() { f.halves = [2]bool{first, second} })
}

func (f *fakeSwitch) state() [2]bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.halves
}

// pauses are the times between calls.
func (f *fakeSwitch) pauses() (pauses []time.Duration) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for i := range f.calls[1:] {
		pauses = append(pauses, f.calls[i+1].Sub(f.calls[i]))
	}
	return pauses
}

func (f *fakeSwitch) written() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.writes)
}

func fault(kind router.Kind) error {
	return &router.Error{Kind: kind, Op: "switch", Target: rule, Err: errors.New("a fault")}
}

// bench is a running keeper in a synctest bubble.
type bench struct {
	*shell.Keeper
	*fakeSwitch

	mu     sync.Mutex
	events []shell.KeeperEvent
}

func (b *bench) told() (reasons []string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, e := range b.events {
		reasons = append(reasons, e.Reason)
	}
	return reasons
}

// keep runs a test with a keeper of a switch.
func keep(t *testing.T, f *fakeSwitch, test func(t *testing.T, b *bench)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		b := &bench{fakeSwitch: f}
		b.Keeper = shell.NewKeeper(f, rule, func(e shell.KeeperEvent) {
			b.mu.Lock()
			defer b.mu.Unlock()
			b.events = append(b.events, e)
		})
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() { defer close(done); b.Run(ctx) }()
		test(t, b)
		cancel()
		<-done
	})
}
