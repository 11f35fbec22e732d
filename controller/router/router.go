// Package router writes shapers. A Device is one router's driver; a Mailbox is
// the one goroutine that owns a Device and keeps, for every queue, only the
// newest rate to write.
package router

import (
	"context"
	"fmt"
	"time"

	"github.com/wanctl/wanctl/api/v1alpha1"
	"github.com/wanctl/wanctl/controller/autorate"
)

// Direction is one of a WAN's two.
type Direction = autorate.Direction

// The directions, usable as an index.
const (
	Download = autorate.Download
	Upload   = autorate.Upload
)

// Queue is what shapes one direction of one WAN.
type Queue struct {
	WAN       string
	Direction Direction
	// Name, Kind and Class are the manifest's queue, queueKind and class.
	Name  string
	Kind  v1alpha1.QueueKind
	Class string
	// Cake is what a Builder makes of a queue; nil is a queue that is somebody
	// else's to make.
	Cake *v1alpha1.CakeOptions
	// Ceiling is the rate, in bit/s, that a Builder gives to a queue that has
	// none.
	Ceiling int64
	// Interface is the WAN's; where nothing is said, and the queue is of no
	// Kind, Attach fills in the name of the upload queue.
	Interface string
}

// Counters are the bytes that crossed a WAN since some unknown past: Download
// as they arrived from the WAN, before the shaper; Upload as they left the
// shaper. A counter may wrap or start anew.
type Counters struct {
	// At is when they were read, on the monotonic clock.
	At       time.Time
	Download uint64
	Upload   uint64
	// Shapers are the queues' own, by Direction.
	Shapers [2]ShaperCounters
}

// ShaperCounters are what a queue itself counted since some unknown past. A
// counter may wrap, those of packets at 32 bits, or start anew.
type ShaperCounters struct {
	// Known says whether the router tells; all else is 0 where it does not.
	Known bool
	// Bytes have left the queue.
	Bytes uint64
	// Drops are packets that the queue dropped, less acknowledgements that it
	// found needless; Marks are those that it marked with ECN instead, 0 from a
	// queue that marks none.
	Drops, Marks uint64
	// BacklogBytes wait in the queue at that time, in so many QueuedPackets.
	BacklogBytes, QueuedPackets uint64
}

// Device is one router's driver. One goroutine at a time calls it; every call
// ends with its context. Its errors are *Error.
type Device interface {
	// Rate reads what a queue's limit is, in bit/s; math.MaxInt64 is none.
	Rate(ctx context.Context, q Queue) (int64, error)
	// SetRate sets a queue's limit, in bit/s, touching nothing else of it.
	SetRate(ctx context.Context, q Queue, bitsPerSecond int64) error
	// Counters reads a WAN's byte counters.
	Counters(ctx context.Context, download, upload Queue) (Counters, error)
	// Close gives up whatever the driver holds; queues stay as they are.
	Close() error
}

// Builder is a Device that can make queues and take away those that it made.
// It is called as a Device is, and only for queues that have Cake options.
type Builder interface {
	// Ensure makes a queue, and what leads traffic to it, be as its options
	// say. What is there already it uses; a rate that is there it keeps. It
	// says what it had to do, a phrase for each step; nothing where all was
	// right.
	Ensure(ctx context.Context, q Queue) (done []string, err error)
	// Remove takes away what Ensure made and nothing else.
	Remove(ctx context.Context, q Queue) error
}

// Kind says what may help against an error.
type Kind uint8

const (
	// Failed is an error of unknown kind: try again, with backoff.
	Failed Kind = iota
	// Unreachable: the router does not answer; try again, with backoff.
	Unreachable
	// Missing: the queue is not there, or is of another kind; try again, slowly.
	Missing
	// Denied: credentials or rights are wrong; try again, slowly.
	Denied
	// Unsupported: this can never work; do not try again until the manifest
	// changes.
	Unsupported
)

// Error is what a Device returns: what was tried, on what, and what it means
// for trying again.
type Error struct {
	Kind Kind
	// Op is what was tried, as in "set the rate of".
	Op string
	// Target is what it was tried on, as in "eth0".
	Target string
	Err    error
}

// Error is one line, lower case.
func (e *Error) Error() string { return fmt.Sprintf("%s %s: %v", e.Op, e.Target, e.Err) }

// Unwrap is the cause.
func (e *Error) Unwrap() error { return e.Err }
