// Package scenario says what a line does in a run of the lab and of wanctl
// simulate --scenario: what it carries and when, what asks for it, and what
// breaks.
package scenario

import (
	"fmt"
	"time"
)

// Scenario is a line and its load over a time.
type Scenario struct {
	Name  string
	Title string
	// RTT is the idle round-trip time of the line.
	RTT time.Duration
	// Buffer is how deep the bottleneck's FIFO is, either way.
	Buffer Buffer
	// Line is what the bottleneck carries: the first at 0, in rising order.
	Line []Capacity
	// Length is the time of the run, whole seconds.
	Length time.Duration
	// Flows are the TCP flows that want all they can get.
	Flows Flows
	// Bounds are what a shaper may be set to.
	Bounds Bounds
	// Start is what the shaper of wanctl is set to before it starts, in kbit/s.
	Start Rates
	// Events are what breaks, and when.
	Events []Event
	// Phases are the times for which figures are made, in rising order.
	Phases []Phase
	// Kind is what is to be reached.
	Kind Kind
	// Shift is the guest's speed: 2^Shift ns an instruction. Ticks of CPU can
	// only be compared at the same.
	Shift int
}

// Rates are those of both directions, in kbit/s.
type Rates struct{ Down, Up int64 }

// Capacity is what the line carries from a time on.
type Capacity struct {
	At time.Duration
	Rates
}

// Flows counts the TCP flows of each direction.
type Flows struct{ Down, Up int }

// Bounds are the floors and ceilings of the manifest, in kbit/s.
type Bounds struct{ Floor, Ceiling Rates }

// Buffer is a FIFO's depth: that of Time at the present rate, or of Packets of
// 1514 bytes where Time is 0.
type Buffer struct {
	Packets int64
	Time    time.Duration
}

// Bytes is the depth at a rate in kbit/s, at least four packets.
func (b Buffer) Bytes(kbit int64) int64 {
	const packet = 1514
	if b.Time == 0 {
		return b.Packets * packet
	}
	return max(4*packet, kbit*b.Time.Milliseconds()/8)
}

// Phase is a part of a run.
type Phase struct {
	Name     string
	From, To time.Duration
}

// Kind is the sort of scenario, which says what is to be reached in it.
type Kind int

// The kinds of scenario.
const (
	// Steps are held against the oracle in every phase.
	Steps Kind = iota
	// Quiet is a line that gives no reason to write anything.
	Quiet
	// Radio is a line that nothing can follow closely.
	Radio
	// Broken is a line that carries nothing for a while; its first and its last
	// phase are held against the oracle.
	Broken
)

// At is what the line carries at a time.
func (s *Scenario) At(t time.Duration) Rates {
	rates := s.Line[0].Rates
	for _, c := range s.Line {
		if c.At > t {
			break
		}
		rates = c.Rates
	}
	return rates
}

// Highest and Lowest are the most and the least that each direction carries.
func (s *Scenario) Highest() Rates { return s.fold(func(a, b int64) int64 { return max(a, b) }) }

// Lowest is the least that each direction carries.
func (s *Scenario) Lowest() Rates { return s.fold(func(a, b int64) int64 { return min(a, b) }) }

func (s *Scenario) fold(pick func(a, b int64) int64) Rates {
	rates := s.Line[0].Rates
	for _, c := range s.Line[1:] {
		rates = Rates{Down: pick(rates.Down, c.Down), Up: pick(rates.Up, c.Up)}
	}
	return rates
}

// Steady says whether the line carries the same all the time.
func (s *Scenario) Steady() bool { return s.Highest() == s.Lowest() }

// Share is a part of rates, in percent.
func (r Rates) Share(percent int64) Rates {
	return Rates{Down: r.Down * percent / 100, Up: r.Up * percent / 100}
}

// String gives the rates in Mbit/s.
func (r Rates) String() string {
	return fmt.Sprintf("%g down, %g up", float64(r.Down)/1000, float64(r.Up)/1000)
}
