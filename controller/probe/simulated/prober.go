// Package simulated probes a simulated link. It has no goroutine: a probe
// leaves, and is answered, in the link's own time when somebody collects.
package simulated

import (
	"time"

	"github.com/wanctl/wanctl/controller/probe"
	"github.com/wanctl/wanctl/controller/router/simulated"
)

// Prober is a probe.Prober over a simulated link.
type Prober struct {
	link              *simulated.Link
	reflectors        int
	interval, timeout time.Duration
	// next is when the next probe leaves, and turn its reflector.
	next time.Time
	turn int
	// out are the probes whose fate is not yet known, the last to be known
	// first.
	out    []flight
	closed bool
}

// flight is a probe under way and when its fate is known.
type flight struct {
	sample probe.Sample
	known  time.Time
}

var _ probe.Prober = (*Prober)(nil)

// New probes a link's reflectors in turn, from start on, one every interval.
// Without reflectors there is one.
func New(link *simulated.Link, reflectors int, interval, timeout time.Duration, start time.Time) *Prober {
	interval = max(interval, time.Millisecond)
	return &Prober{
		link: link, reflectors: max(reflectors, 1), interval: interval, timeout: timeout, next: start,
		out: make([]flight, 0, 2*(timeout/interval)+4),
	}
}

// Collect sends what was due since the last call and appends what became known.
func (p *Prober) Collect(now time.Time, buf []probe.Sample) ([]probe.Sample, probe.Waiting) {
	if p.closed {
		return buf, probe.Waiting{}
	}
	p.catchUp(now)
	for ; !p.next.After(now); p.next = p.next.Add(p.interval) {
		p.send()
	}
	for n := len(p.out); n > 0 && !p.out[n-1].known.After(now); n-- {
		buf = append(buf, p.out[n-1].sample)
		p.out = p.out[:n-1]
	}
	return buf, p.waiting(now)
}

// catchUp leaves out the probes that fell due while nothing ran, as on a
// machine that was suspended.
func (p *Prober) catchUp(now time.Time) {
	if gap := now.Sub(p.next); gap > max(p.timeout, 2*p.interval) {
		p.next = p.next.Add(gap.Truncate(p.interval))
	}
}

// send sends one probe and files it by when its fate is known.
func (p *Prober) send() {
	f := flight{sample: probe.Sample{Reflector: p.turn, Sent: p.next}}
	if p.turn++; p.turn >= p.reflectors {
		p.turn = 0
	}
	rtt, ok := p.link.Probe(f.sample.Sent, f.sample.Reflector)
	if ok && rtt <= p.timeout {
		f.sample.RTT, f.known = rtt, f.sample.Sent.Add(rtt)
	} else {
		f.sample.Lost, f.known = true, f.sample.Sent.Add(p.timeout)
	}
	at := len(p.out)
	p.out = append(p.out, f)
	for ; at > 0 && !p.out[at-1].known.After(f.known); at-- {
		p.out[at] = p.out[at-1]
	}
	p.out[at] = f
}

// waiting is the oldest probe still out.
func (p *Prober) waiting(now time.Time) (oldest probe.Waiting) {
	for i := range p.out {
		if age := now.Sub(p.out[i].sample.Sent); age > oldest.Age {
			oldest = probe.Waiting{Reflector: p.out[i].sample.Reflector, Age: age}
		}
	}
	return oldest
}

// Err is nil: a simulated probe can always be sent.
func (p *Prober) Err() error { return nil }

// Close ends probing.
func (p *Prober) Close() error {
	p.closed = true
	return nil
}
