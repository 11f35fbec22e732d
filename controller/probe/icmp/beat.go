package icmp

import (
	"context"
	"runtime"
	"time"
)

// beat is when a reflector's probes leave: at first, and every period from
// then on. Pingers come and go; the beat stays, so that reflectors keep taking
// turns.
type beat struct {
	first  time.Time
	period time.Duration
}

// after is the next time of the beat that is after now.
func (b beat) after(now time.Time) time.Time {
	if now.Before(b.first) {
		return b.first
	}
	return b.first.Add((now.Sub(b.first)/b.period + 1) * b.period)
}

// coarse is how late a timer may go off: Go's runtime waits for the network in
// whole milliseconds, and the kernel may be allowed some slack.
const coarse = 2 * time.Millisecond

// meet waits until t to the microsecond, the last of it with its eyes on the
// clock. It returns the context's error if that ends sooner.
func meet(ctx context.Context, t time.Time) error {
	if err := sleep(ctx, t.Add(-coarse)); err != nil {
		return err
	}
	for time.Now().Before(t) {
		runtime.Gosched()
	}
	return nil
}

// sleep waits until t; it returns the context's error if that ends sooner.
func sleep(ctx context.Context, t time.Time) error {
	timer := time.NewTimer(time.Until(t))
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
