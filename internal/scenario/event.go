package scenario

import "time"

// Event is something that breaks, or is whole again, at a time.
type Event struct {
	At   time.Duration
	Kind EventKind
	// Reflector is the one that the event strikes, from 0.
	Reflector int
	// By is how much later it answers from then on.
	By time.Duration
}

// EventKind is what happens.
type EventKind int

// The events.
const (
	// Late is a reflector whose answers take longer from then on.
	Late EventKind = iota
	// Dead is a reflector that answers no more.
	Dead
	// Cut is a line that loses everything beyond the bottleneck, either way,
	// and Mended the end of that.
	Cut
	Mended
)
