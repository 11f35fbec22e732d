package router

import (
	"context"
	"fmt"
	"time"
)

// ensure has the device make the queue, if it is one that wanctl keeps.
func (l *lane) ensure(ctx context.Context) error {
	builder, ok := l.box.device.(Builder)
	if !ok || l.queue.Cake == nil {
		return nil
	}
	var done []string
	err := l.box.call(ctx, "build", l.queue.Name, func(ctx context.Context) (err error) {
		done, err = builder.Ensure(ctx, l.queue)
		return err
	})
	if len(done) > 0 {
		l.inDoubt = true
		l.box.tell(Event{Transition: QueueBuilt, Queue: l.queue, Done: done})
	}
	return err
}

// removal is a slot whose queues are to be taken away.
type removal struct {
	chore
	done chan error
}

// Remove ends the slot, as Detach does, and takes away the queues that the
// device made for it: as much as can be, and the first error. It returns when
// that is done, or without knowing when ctx ends.
func (s *Slot) Remove(ctx context.Context) error {
	r := &removal{done: make(chan error, 1)}
	r.chore = chore{slot: s, index: -1, serve: r.serve}
	s.box.mu.Lock()
	s.box.detached = append(s.box.detached, s)
	s.box.errands = append(s.box.errands, &r.chore)
	s.box.mu.Unlock()
	s.box.posted.ring()
	select {
	case err := <-r.done:
		return err
	case <-ctx.Done():
		return fmt.Errorf("wait for the router to remove the queues: %w", context.Cause(ctx))
	case <-s.box.stopped:
		return errStopped
	}
}

func (r *removal) serve(ctx context.Context) (next time.Time) {
	box := r.slot.box
	builder, ok := box.device.(Builder)
	var first error
	for _, l := range r.slot.lanes {
		if !ok || l.queue.Cake == nil {
			continue
		}
		err := box.call(ctx, "remove", l.queue.Name, func(ctx context.Context) error {
			return builder.Remove(ctx, l.queue)
		})
		if first == nil {
			first = err
		}
	}
	r.done <- first
	return time.Time{}
}
