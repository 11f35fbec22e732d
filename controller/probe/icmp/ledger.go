package icmp

import (
	"sync"
	"time"

	"github.com/wanctl/wanctl/controller/probe"
)

// ledger notes what left and what came back. All of its memory is allocated
// when it is made.
type ledger struct {
	timeout time.Duration

	mu      sync.Mutex
	flights []flight
	// done[first:first+count], modulo its length, waits for collect.
	done         []probe.Sample
	first, count int
}

// flight are the probes to one reflector. They are numbered from 0 in the
// order they leave; those from tail to head may be without an answer.
type flight struct {
	out        []out
	tail, head uint64
}

// out is a probe's place in its flight.
type out struct {
	sent    time.Time
	waiting bool
}

// backlog is how many samples wait for collect at most.
const backlog = 1024

// newLedger makes one for probes of which one leaves every interval; all may go
// to the same reflector.
func newLedger(reflectors int, interval, timeout time.Duration) *ledger {
	l := &ledger{timeout: timeout, flights: make([]flight, reflectors), done: make([]probe.Sample, backlog)}
	for i := range l.flights {
		l.flights[i].out = make([]out, timeout/interval+slack)
	}
	return l
}

// slack is how many probes more than timeout/interval may be out: a pinger that
// was held up may send a little faster for a moment.
const slack = 8

func (f *flight) at(number uint64) *out { return &f.out[number%uint64(len(f.out))] }

// next is the number of the reflector's next probe.
func (l *ledger) next(reflector int) uint64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.flights[reflector].head
}

// quiet says whether no probe to any of these reflectors is out.
func (l *ledger) quiet(reflectors []int, now time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.sweep(now)
	for _, i := range reflectors {
		if f := &l.flights[i]; f.tail != f.head {
			return false
		}
	}
	return true
}

// sent notes a reflector's next probe and returns its number.
func (l *ledger) sent(reflector int, now time.Time) uint64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.sweep(now)
	f := &l.flights[reflector]
	if f.head-f.tail == uint64(len(f.out)) {
		l.lose(reflector)
	}
	*f.at(f.head) = out{sent: now, waiting: true}
	f.head++
	return f.head - 1
}

// answered notes an answer, unless it is late or not the first.
func (l *ledger) answered(reflector int, number uint64, now time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.sweep(now)
	f := &l.flights[reflector]
	if number < f.tail || number >= f.head || !f.at(number).waiting {
		return
	}
	o := f.at(number)
	o.waiting = false
	l.put(probe.Sample{Reflector: reflector, Sent: o.sent, RTT: max(now.Sub(o.sent), 1)})
	f.skipAnswered()
}

// collect appends what is known to buf.
func (l *ledger) collect(now time.Time, buf []probe.Sample) ([]probe.Sample, probe.Waiting) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.sweep(now)
	for ; l.count > 0; l.count-- {
		buf = append(buf, l.done[l.first])
		l.first = (l.first + 1) % len(l.done)
	}
	var oldest probe.Waiting
	for i := range l.flights {
		f := &l.flights[i]
		if f.tail == f.head {
			continue
		}
		if age := now.Sub(f.at(f.tail).sent); age > oldest.Age {
			oldest = probe.Waiting{Reflector: i, Age: age}
		}
	}
	return buf, oldest
}

// sweep gives up probes that have been out for the timeout, oldest first
// across all reflectors.
func (l *ledger) sweep(now time.Time) {
	for {
		overdue, since := -1, now.Add(-l.timeout)
		for i := range l.flights {
			f := &l.flights[i]
			if f.tail != f.head && !f.at(f.tail).sent.After(since) {
				overdue, since = i, f.at(f.tail).sent
			}
		}
		if overdue < 0 {
			return
		}
		l.lose(overdue)
	}
}

// lose gives up a reflector's oldest probe.
func (l *ledger) lose(reflector int) {
	f := &l.flights[reflector]
	o := f.at(f.tail)
	o.waiting = false
	l.put(probe.Sample{Reflector: reflector, Sent: o.sent, Lost: true})
	f.skipAnswered()
}

// skipAnswered moves tail to the oldest probe without an answer.
func (f *flight) skipAnswered() {
	for f.tail != f.head && !f.at(f.tail).waiting {
		f.tail++
	}
}

// put keeps a sample for collect, in place of the oldest if there is no room.
func (l *ledger) put(s probe.Sample) {
	if l.count == len(l.done) {
		l.first = (l.first + 1) % len(l.done)
		l.count--
	}
	l.done[(l.first+l.count)%len(l.done)] = s
	l.count++
}
