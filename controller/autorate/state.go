// Package autorate decides what rate a WAN's shapers should have: the
// reference law with its four states, and the fast law that goes straight to
// an estimate of the line's capacity.
//
// It is pure and does not allocate: a step is a function of configuration,
// state and input. Delays are float64 milliseconds, rates int64 bit/s, times
// durations since an arbitrary start.
package autorate

import "github.com/wanctl/wanctl/api/v1alpha1"

// Direction is one of a WAN's two.
type Direction uint8

// The directions, usable as an index.
const (
	Download Direction = iota
	Upload
)

// String is the direction as the manifest names it.
func (d Direction) String() string {
	if d == Upload {
		return "upload"
	}
	return "download"
}

// State is how congested a direction is.
type State uint8

// The states, from idle to worst.
const (
	Green State = iota
	Yellow
	SoftRed
	Red
)

var stateNames = [...]v1alpha1.State{v1alpha1.Green, v1alpha1.Yellow, v1alpha1.SoftRed, v1alpha1.Red}

// API is the state as manifests and status spell it.
func (s State) API() v1alpha1.State { return stateNames[s] }

// Thresholds are delays in milliseconds, rising.
type Thresholds struct {
	GreenMS, SoftRedMS, HardRedMS float64
}

// classify is the raw state of a delay; a delay on a boundary belongs to the
// lower state. With three states there is no SOFT_RED, and RED begins where
// SOFT_RED would.
func (t *Thresholds) classify(states int, deltaMS float64) State {
	switch {
	case states == 4 && deltaMS > t.HardRedMS, states == 3 && deltaMS > t.SoftRedMS:
		return Red
	case deltaMS > t.SoftRedMS:
		return SoftRed
	case deltaMS > t.GreenMS:
		return Yellow
	default:
		return Green
	}
}
