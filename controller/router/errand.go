package router

import (
	"context"
	"fmt"
	"time"
)

// Do lets the mailbox's goroutine, which owns the device, do something with it
// between two calls of its own, within the time of a call. What it is that is
// done stands in op and target, as in an Error. Do returns when it is done, or
// without knowing when ctx ends; what had not begun by then is not done.
func (m *Mailbox) Do(ctx context.Context, op, target string, f func(context.Context, Device) error) error {
	done := make(chan error, 1)
	c := &chore{index: -1, serve: func(own context.Context) time.Time {
		if ctx.Err() == nil {
			done <- m.call(own, op, target, func(ctx context.Context) error { return f(ctx, m.device) })
		}
		return time.Time{}
	}}
	m.mu.Lock()
	m.errands = append(m.errands, c)
	m.mu.Unlock()
	m.posted.ring()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		if outage := m.outage.Load(); outage != nil {
			return outage
		}
		return &Error{Kind: Unreachable, Op: op, Target: target, Err: fmt.Errorf("wait for the router: %w", context.Cause(ctx))}
	case <-m.stopped:
		return errStopped
	}
}
