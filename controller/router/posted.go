package router

import "sync/atomic"

// posted is a stack of lanes with a new target: any goroutine pushes without
// a lock or an allocation, the mailbox's goroutine takes all.
type posted struct {
	head atomic.Pointer[lane]
	bell chan struct{}
}

// push puts a lane on the stack unless it is there, and rings.
func (p *posted) push(l *lane) {
	if !l.posted.CompareAndSwap(false, true) {
		return
	}
	for {
		head := p.head.Load()
		l.next = head
		if p.head.CompareAndSwap(head, l) {
			break
		}
	}
	p.ring()
}

func (p *posted) ring() {
	select {
	case p.bell <- struct{}{}:
	default:
	}
}

// take empties the stack and calls f for each lane, first posted first. A
// lane may be posted anew from when f is called for it.
func (p *posted) take(f func(*lane)) {
	var first *lane
	for l := p.head.Swap(nil); l != nil; {
		l.next, first, l = first, l, l.next
	}
	for l := first; l != nil; {
		next := l.next
		l.next = nil
		l.posted.Store(false)
		f(l)
		l = next
	}
}
