package router_test

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/wanctl/wanctl/controller/router"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// fake is a router in memory that does as a test says.
type fake struct {
	mu     sync.Mutex
	rates  map[string]int64
	writes []write
	calls  []time.Time
	inCall bool
	polls  map[string]int
	closed bool
	// built are the queues that Ensure was asked for, with the rate it gave.
	built map[string]int64

	// delay is how long a call takes; a call ends early with its context.
	delay time.Duration
	// fail, if set, may fail a call about a queue.
	fail func(q router.Queue, writing bool) error
	// round, if set, is what becomes of a rate that is written.
	round func(int64) int64
	// onWrite, if set, is called while a write is in flight.
	onWrite func()
}

type write struct {
	queue string
	rate  int64
}

func newFake() *fake {
	return &fake{polls: map[string]int{}, built: map[string]int64{}, rates: map[string]int64{"a-down": 50e6, "a-up": 10e6, "b-down": 50e6, "b-up": 10e6}}
}

func (f *fake) enter(ctx context.Context, q router.Queue, writing bool) error {
	f.mu.Lock()
	if f.inCall {
		panic("two calls at once")
	}
	f.inCall = true
	f.calls = append(f.calls, time.Now())
	fail, delay, onWrite := f.fail, f.delay, f.onWrite
	f.mu.Unlock()
	defer func() {
		f.mu.Lock()
		f.inCall = false
		f.mu.Unlock()
	}()
	if writing && onWrite != nil {
		onWrite()
	}
	if delay > 0 {
		select {
		case <-time.After(delay):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	if fail != nil {
		return fail(q, writing)
	}
	return nil
}

func (f *fake) Rate(ctx context.Context, q router.Queue) (int64, error) {
	if err := f.enter(ctx, q, false); err != nil {
		return 0, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.rates[q.Name], nil
}

func (f *fake) SetRate(ctx context.Context, q router.Queue, rate int64) error {
	if err := f.enter(ctx, q, true); err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.writes = append(f.writes, write{q.Name, rate})
	if f.round != nil {
		rate = f.round(rate)
	}
	f.rates[q.Name] = rate
	return nil
}

func (f *fake) Counters(ctx context.Context, _, upload router.Queue) (router.Counters, error) {
	if err := f.enter(ctx, router.Queue{WAN: upload.WAN}, false); err != nil {
		return router.Counters{}, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.polls[upload.WAN]++
	n := uint64(f.polls[upload.WAN])
	return router.Counters{At: time.Now(), Download: 1000 * n, Upload: 100 * n}, nil
}

func (f *fake) Ensure(ctx context.Context, q router.Queue) ([]string, error) {
	if err := f.enter(ctx, q, false); err != nil {
		return nil, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.built[q.Name] != 0 {
		return nil, nil
	}
	f.rates[q.Name], f.built[q.Name] = q.Ceiling, q.Ceiling
	return []string{"made " + q.Name + " on " + q.Interface}, nil
}

func (f *fake) Remove(ctx context.Context, q router.Queue) error {
	if err := f.enter(ctx, q, false); err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.built, q.Name)
	return nil
}

func (f *fake) Close() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.closed = true
	return nil
}

// change alters the fake between calls.
func (f *fake) change(how func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	how()
}

func (f *fake) rate(queue string) int64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.rates[queue]
}

func (f *fake) held() map[string]int64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	return maps.Clone(f.rates)
}

func (f *fake) polled(wan string) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.polls[wan]
}

func (f *fake) isClosed() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.closed
}

// written are the rates written to a queue, or to any when it is empty.
func (f *fake) written(queue string) (rates []int64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, w := range f.writes {
		if queue == "" || w.queue == queue {
			rates = append(rates, w.rate)
		}
	}
	return rates
}

func (f *fake) called() []time.Time {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.calls)
}

// fault is an error of a kind.
func fault(kind router.Kind) error {
	return &router.Error{Kind: kind, Op: "use", Target: "router", Err: errors.New("as the test says")}
}

// bench is a running mailbox over a fake, inside a synctest bubble.
type bench struct {
	*router.Mailbox
	fake *fake
	stop func()

	mu     sync.Mutex
	events []router.Event
}

// never is longer than any test runs.
const never = 1000 * time.Hour

// run runs a test with a mailbox that reads no counters and verifies nothing
// unless the options say so.
func run(t *testing.T, f *fake, opts router.Options, test func(t *testing.T, b *bench)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		b := &bench{fake: f}
		opts.OnEvent = func(e router.Event) {
			b.mu.Lock()
			defer b.mu.Unlock()
			b.events = append(b.events, e)
		}
		if opts.PollEvery == 0 {
			opts.PollEvery = never
		}
		if opts.VerifyEvery == 0 {
			opts.VerifyEvery = never
		}
		b.Mailbox = router.NewMailbox(f, opts)
		ctx, cancel := context.WithCancel(t.Context())
		var running sync.WaitGroup
		running.Go(func() { b.Run(ctx) })
		b.stop = sync.OnceFunc(func() {
			cancel()
			running.Wait()
		})
		defer b.stop()
		test(t, b)
	})
}

func (b *bench) attach(wan string) *router.Slot {
	return b.Attach(wan, router.Queue{Name: wan + "-down"}, router.Queue{Name: wan + "-up"})
}

func (b *bench) told() []router.Event {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.events)
}

func (b *bench) transitions() (list []router.Transition) {
	for _, e := range b.told() {
		list = append(list, e.Transition)
	}
	return list
}

func wantRates(t *testing.T, what string, got []int64, want ...int64) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s: got %d, want %d", what, got, want)
	}
}

func wantTransitions(t *testing.T, b *bench, want ...router.Transition) {
	t.Helper()
	if got := b.transitions(); !slices.Equal(got, want) {
		t.Errorf("transitions: got %q, want %q", got, want)
	}
}
