package simulated

import (
	"sync"
	"time"

	"github.com/wanctl/wanctl/controller/fluid"
	"github.com/wanctl/wanctl/controller/router"
)

// Link is a simulated link in the time of a clock, shared by the router that
// shapes it and the prober that measures it. Every use first advances it to
// the time given; a time before the one it has reached sees it as it is. It is
// safe for concurrent use.
type Link struct {
	mu    sync.Mutex
	fluid *fluid.Link
	start time.Time
}

// NewLink shares a link, which it owns from then on, whose time 0 is start.
func NewLink(link *fluid.Link, start time.Time) *Link {
	return &Link{fluid: link, start: start}
}

// at locks the link and advances it to now; its caller unlocks it.
func (l *Link) at(now time.Time) *fluid.Link {
	l.mu.Lock()
	l.fluid.Advance(now.Sub(l.start))
	return l.fluid
}

// Probe is what a probe that leaves now meets; see fluid.Link.Probe.
func (l *Link) Probe(now time.Time, reflector int) (rtt time.Duration, ok bool) {
	link := l.at(now)
	defer l.mu.Unlock()
	return link.Probe(reflector)
}

// Shaper is what a direction's shaper lets pass, in bit/s; 0 is no limit.
func (l *Link) Shaper(now time.Time, d router.Direction) int64 {
	link := l.at(now)
	defer l.mu.Unlock()
	return link.Shaper(d)
}

// SetShaper sets what a direction's shaper lets pass, in bit/s.
func (l *Link) SetShaper(now time.Time, d router.Direction, bitsPerSecond int64) {
	link := l.at(now)
	defer l.mu.Unlock()
	link.SetShaper(d, bitsPerSecond)
}

// Bytes are the counters of the WAN interface.
func (l *Link) Bytes(now time.Time) (download, upload uint64) {
	link := l.at(now)
	defer l.mu.Unlock()
	return link.Bytes(router.Download), link.Bytes(router.Upload)
}

// Shapers are the counters of both shapers.
func (l *Link) Shapers(now time.Time) (counters [2]router.ShaperCounters) {
	link := l.at(now)
	defer l.mu.Unlock()
	for d := range counters {
		dir := router.Direction(d)
		counters[d] = router.ShaperCounters{
			Known: true, Bytes: link.Bytes(dir), Drops: link.Dropped(dir), BacklogBytes: link.Backlog(dir), QueuedPackets: link.Queued(dir),
		}
	}
	return counters
}

// mark sets what calls send in both directions, in bit/s.
func (l *Link) mark(now time.Time, bitsPerSecond int64) {
	link := l.at(now)
	defer l.mu.Unlock()
	link.SetMarked(router.Download, bitsPerSecond)
	link.SetMarked(router.Upload, bitsPerSecond)
}

// RTT is the round-trip time of calls; ok is false while nothing comes through.
func (l *Link) RTT(now time.Time) (rtt time.Duration, ok bool) {
	link := l.at(now)
	defer l.mu.Unlock()
	return link.RTT()
}

// Truth is what no router could say of a link.
type Truth struct {
	// Capacity is what the bottleneck carries, in bit/s.
	Capacity int64
	// QueueDelay is how long its FIFO holds what enters.
	QueueDelay time.Duration
	// Goodput counts the payload bytes that reached applications.
	Goodput uint64
}

// Truth is the truth of one direction, for tables and tests.
func (l *Link) Truth(now time.Time, d router.Direction) Truth {
	link := l.at(now)
	defer l.mu.Unlock()
	return Truth{Capacity: link.Capacity(d), QueueDelay: link.QueueDelay(d), Goodput: link.Goodput(d)}
}
