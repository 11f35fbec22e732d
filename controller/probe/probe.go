// Package probe defines what a prober owes its loop: a stream of samples that
// is collected and never waited for. Its subpackages send real ICMP or ask a
// simulated link.
package probe

import "time"

// Sample is what became of one probe.
type Sample struct {
	// Reflector is the index of the probed host in the WAN's list.
	Reflector int
	// Sent is when the probe left, on the monotonic clock.
	Sent time.Time
	// RTT is the round-trip time; 0 when Lost.
	RTT time.Duration
	// Lost says that no answer came within the timeout.
	Lost bool
}

// Waiting is the oldest probe that is still without an answer.
type Waiting struct {
	// Reflector is the index of the probed host.
	Reflector int
	// Age is how long the probe has been out; 0 when none is out.
	Age time.Duration
}

// Prober sends one probe every interval, to each reflector in turn, by its own
// clock, and keeps what became of them until it is collected. It starts
// working when it is made and stops on Close, which joins its goroutines.
type Prober interface {
	// Collect appends to buf what became known since the last call, in order
	// of becoming known, and returns the oldest probe still out. It does not
	// block and does not allocate while buf has room. One goroutine calls it.
	Collect(now time.Time, buf []Sample) ([]Sample, Waiting)
	// Err is why probes cannot be sent at present; nil while they can.
	Err() error
	// Close stops probing and waits until nothing runs any more.
	Close() error
}
