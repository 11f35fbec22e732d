// Package fluid models one WAN link with its shapers, bottlenecks and TCP-like
// traffic, as amounts of bytes that flow rather than as packets, in virtual
// time: fast enough for days of a link in seconds, true enough that a shaper
// set too high bloats the delay and one set too low wastes the line.
//
// It is pure: no clock, no goroutine, no I/O. Times are durations since the
// link's start. The model moves in fixed steps of at most 5 ms, a whole number
// of which make the base round-trip time, so that what it does depends on
// neither how often nor how far it is advanced. The same configuration and the
// same calls give the same results.
//
// A Link is not safe for concurrent use.
package fluid

import (
	"math/rand/v2"
	"time"

	"github.com/wanctl/wanctl/controller/autorate"
)

// Direction is one of a link's two.
type Direction = autorate.Direction

// The directions, usable as an index.
const (
	Download = autorate.Download
	Upload   = autorate.Upload
)

// Link is one WAN link at one moment of its virtual time.
type Link struct {
	config     Config
	step       time.Duration
	directions [2]direction
	random     rand.PCG
	now        time.Duration
	// rations are the reflectors'.
	rations []ration
}

// New makes a link at time 0, its shapers as configured. Values outside the
// ranges that Config gives are moved into them.
func New(c Config) *Link {
	c = c.sane()
	wire := max(1, int((c.BaseRTT+maxStep-1)/maxStep))
	l := &Link{config: c, rations: rationsOf(c.Reflectors), step: max(c.BaseRTT/time.Duration(wire), minStep)}
	l.random.Seed(c.Seed, 0)
	for d := range l.directions {
		l.directions[d].init(Direction(d), &l.config, l.step, wire)
	}
	return l
}

// Advance moves the link on to a time; an earlier one than it has reached
// changes nothing.
func (l *Link) Advance(to time.Duration) {
	if to <= l.now {
		return
	}
	l.now = to
	step := int64(to / l.step)
	l.directions[Download].advance(step)
	l.directions[Upload].advance(step)
}

// Now is the time the link has reached.
func (l *Link) Now() time.Duration { return l.now }

// SetShaper sets what a direction's shaper lets pass, in bit/s; 0 or less is
// no limit, as it is to CAKE.
func (l *Link) SetShaper(d Direction, bitsPerSecond int64) {
	l.directions[d].setShaper(bitsPerSecond)
}

// Shaper is what a direction's shaper lets pass, in bit/s; 0 is no limit.
func (l *Link) Shaper(d Direction) int64 { return l.directions[d].shaperRate }

// Capacity is what a direction's bottleneck carries now, cross traffic
// included, in bit/s. That of a trace is its mean over the last 200 ms.
func (l *Link) Capacity(d Direction) int64 {
	return l.directions[d].capacity.at(l.now)
}

// QueueDelay is how long the bottleneck's FIFO holds what enters it now.
func (l *Link) QueueDelay(d Direction) time.Duration {
	return l.directions[d].queueDelay(l.now)
}

// Bytes counts what crossed the WAN interface: download as it arrived from the
// bottleneck, before the shaper; upload as it left the shaper. Cross traffic
// is not in it.
func (l *Link) Bytes(d Direction) uint64 { return uint64(l.directions[d].crossed) }

// Goodput counts the bytes of payload that reached applications.
func (l *Link) Goodput(d Direction) uint64 {
	return uint64(l.directions[d].delivered * payload)
}
