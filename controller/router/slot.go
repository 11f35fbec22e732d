package router

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// Slot is one WAN's place in a Mailbox.
type Slot struct {
	box      *Mailbox
	lanes    [2]*lane
	poll     *poll
	look     *inspection
	counters atomic.Pointer[Counters]
	reading  reading
	// start is what Align was told, since the mailbox's epoch.
	start atomic.Int64

	mu      sync.Mutex
	state   SlotState
	errs    [3]*Error
	latency *hdrhistogram.Histogram
	changed chan struct{}
}

// SlotState is what a slot has achieved. Arrays are indexed by Direction.
type SlotState struct {
	// Applied are the rates that the router confirmed, in bit/s; 0 is unknown.
	Applied [2]int64
	// Target are the rates last posted, in bit/s; 0 is none.
	Target [2]int64
	// Applies counts writes that were confirmed, Failures calls about a rate
	// that failed, Drifts how often something else had changed a queue.
	Applies, Failures, Drifts int64
	// LastError is what stands in the way at present; nil when nothing does.
	LastError *Error
	// Findings are what is wrong with the router's own configuration, as it was
	// last looked at.
	Findings []Finding
	// LatencyP95 is the 95th percentile, since Attach, of the time from
	// sampledAt to the router's confirmation; 0 before the first.
	LatencyP95 time.Duration
}

// errStopped is what a Flush after the mailbox's end returns.
var errStopped = errors.New("the router's mailbox has stopped")

func newSlot(m *Mailbox, wan string, download, upload Queue) *Slot {
	s := &Slot{box: m, latency: hdrhistogram.New(1, time.Minute.Microseconds(), 2), reading: newReading()}
	download.WAN, download.Direction = wan, Download
	upload.WAN, upload.Direction = wan, Upload
	if upload.Interface == "" && upload.Kind == "" {
		download.Interface, upload.Interface = upload.Name, upload.Name
	}
	s.lanes = [2]*lane{newLane(s, download), newLane(s, upload)}
	s.poll, s.look = newPoll(s), newInspection(s)
	return s
}

func (s *Slot) chores() [4]*chore {
	return [4]*chore{&s.lanes[Download].chore, &s.lanes[Upload].chore, &s.poll.chore, &s.look.chore}
}

// Post says what a queue's rate should be, in bit/s, and when the sample that
// led to it was received (zero: none did). Only the newest rate is kept; one
// that is not above 0 is ignored. It neither blocks nor allocates. One
// goroutine at a time posts to a slot.
func (s *Slot) Post(dir Direction, bitsPerSecond int64, sampledAt time.Time) {
	l := s.lanes[dir]
	if bitsPerSecond <= 0 || l.target.Load() == bitsPerSecond {
		return
	}
	var since time.Duration
	if !sampledAt.IsZero() {
		since = sampledAt.Sub(s.box.epoch)
	}
	l.sampled.Store(int64(since))
	l.target.Store(bitsPerSecond)
	s.box.posted.push(l)
}

// Align has counters read at a moment and at those that are whole PollEvery
// after it: whoever uses them then is awake at that time anyway. Until then it is
// the mailbox's making that is aligned to.
func (s *Slot) Align(start time.Time) { s.start.Store(int64(start.Sub(s.box.epoch))) }

// Reading is rung when the counters that are read at this moment have come in;
// nil where none are to be waited for. No wait should be longer than Patience.
// One goroutine at a time asks.
func (s *Slot) Reading(now time.Time) <-chan struct{} {
	return s.reading.awaited(now.Sub(s.box.epoch))
}

// Counters are the newest ones, and whether there are any. It does not
// allocate.
func (s *Slot) Counters() (Counters, bool) {
	c := s.counters.Load()
	if c == nil {
		return Counters{}, false
	}
	return *c, true
}

// State is how the slot stands.
func (s *Slot) State() SlotState {
	outage := s.box.outage.Load()
	s.mu.Lock()
	defer s.mu.Unlock()
	state := s.state
	for dir, l := range s.lanes {
		state.Target[dir] = l.target.Load()
	}
	state.LastError = outage
	for _, err := range s.errs {
		if state.LastError == nil {
			state.LastError = err
		}
	}
	if s.latency.TotalCount() > 0 {
		state.LatencyP95 = time.Duration(s.latency.ValueAtPercentile(95)) * time.Microsecond
	}
	return state
}

// Flush waits until both queues hold what was last posted. It gives up with
// the error that stands in the way, or when ctx ends.
func (s *Slot) Flush(ctx context.Context) error {
	for {
		done, changed, err := s.standing()
		if done || err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("wait for the router to confirm: %w", context.Cause(ctx))
		case <-s.box.stopped:
			return errStopped
		case <-changed:
		}
	}
}

// standing says whether nothing is left to apply, or what stands in the way,
// or what to wait for.
func (s *Slot) standing() (done bool, changed <-chan struct{}, err error) {
	outage := s.box.outage.Load()
	s.mu.Lock()
	defer s.mu.Unlock()
	done = true
	for dir, l := range s.lanes {
		target := l.target.Load()
		if target == 0 || s.state.Applied[dir] != 0 && !differ(target, s.state.Applied[dir]) {
			continue
		}
		done = false
		if e := s.errs[dir]; e != nil {
			return false, nil, e
		}
	}
	if !done && outage != nil {
		return false, nil, outage
	}
	if s.changed == nil {
		s.changed = make(chan struct{})
	}
	return done, s.changed, nil
}

// update changes what State shows and wakes Flush.
func (s *Slot) update(f func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f()
	if s.changed != nil {
		close(s.changed)
		s.changed = nil
	}
}
