package icmp

import (
	"context"
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
