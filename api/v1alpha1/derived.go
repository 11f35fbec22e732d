package v1alpha1

import (
	"strconv"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Alpha is the weight of one sample in an EWMA. It is computed in full and
// written with five significant digits.
type Alpha float64

// MarshalJSON writes five significant digits.
func (a Alpha) MarshalJSON() ([]byte, error) { return []byte(a.String()), nil }

// String is the weight with five significant digits.
func (a Alpha) String() string {
	rounded, err := strconv.ParseFloat(strconv.FormatFloat(float64(a), 'g', 5, 64), 64)
	if err != nil {
		rounded = float64(a)
	}
	return strconv.FormatFloat(rounded, 'f', -1, 64)
}

// Derived are the per-cycle parameters of one WAN, computed from its interval
// and the time constants.
type Derived struct {
	// WAN is the WAN's name; empty where none was named.
	WAN string `json:"wan"`
	// Profile is the interval profile as a manifest names it.
	Profile string `json:"profile"`
	// Interval is the time between two cycles.
	// +kubebuilder:validation:Format=duration
	Interval metav1.Duration `json:"interval"`

	// AlphaBaseline is a sample's weight in the baseline.
	AlphaBaseline Alpha `json:"alphaBaseline"`
	// AlphaLoad is a sample's weight in the load RTT.
	AlphaLoad Alpha `json:"alphaLoad"`
	// DetectionSamples is how many of the newest samples the fast path takes the
	// median of; 0 when it is off.
	DetectionSamples int64 `json:"detectionSamples"`
	// TauBaseline is the time constant that AlphaBaseline implies.
	// +kubebuilder:validation:Format=duration
	TauBaseline metav1.Duration `json:"tauBaseline"`
	// TauLoad is the time constant that AlphaLoad implies.
	// +kubebuilder:validation:Format=duration
	TauLoad metav1.Duration `json:"tauLoad"`

	// RedSamples is how many cycles RED lasts before steering acts.
	RedSamples int64 `json:"redSamples"`
	// GreenSamples is how many cycles GREEN lasts before steering is taken back.
	GreenSamples int64 `json:"greenSamples"`
	// SoftRedSamples is how many cycles confirm SOFT_RED.
	SoftRedSamples int64 `json:"softRedSamples"`
	// HistorySize is how many cycles of history are kept.
	HistorySize int64 `json:"historySize"`
	// ProbesPerSecond is how many probes leave each second.
	ProbesPerSecond float64 `json:"probesPerSecond"`

	// Download are the per-cycle figures of the download shaper.
	Download DerivedShaper `json:"download"`
	// Upload are the per-cycle figures of the upload shaper.
	Upload DerivedShaper `json:"upload"`
	// Detection is when a step of delay is noticed.
	Detection []DetectionTime `json:"detection"`
}

// DerivedShaper are the per-cycle figures of one direction.
type DerivedShaper struct {
	// States is 3 or 4.
	States int32 `json:"states"`
	// DecreaseFactor is what is left of the rate after a RED cycle.
	DecreaseFactor float64 `json:"decreaseFactor"`
	// IncreaseStep is what a GREEN cycle adds, in bit/s.
	IncreaseStep int64 `json:"increaseStep"`
	// IncreaseAfterSamples is how many GREEN cycles come before the first step.
	IncreaseAfterSamples int64 `json:"increaseAfterSamples"`
}

// DetectionTime is how long after a step of the round-trip time the loop
// notices it, the baseline held. A time left out is never.
type DetectionTime struct {
	// Step is by how much the round-trip time rises.
	// +kubebuilder:validation:Format=duration
	Step metav1.Duration `json:"step"`
	// Fast is when the fast path acts: once most of its samples show the step.
	// +kubebuilder:validation:Format=duration
	// +optional
	Fast *metav1.Duration `json:"fast,omitempty"`
	// Yellow is when the state leaves GREEN.
	// +kubebuilder:validation:Format=duration
	// +optional
	Yellow *metav1.Duration `json:"yellow,omitempty"`
	// SoftRed is when the softRed threshold is crossed and confirmed.
	// +kubebuilder:validation:Format=duration
	// +optional
	SoftRed *metav1.Duration `json:"softRed,omitempty"`
	// Red is when the hardRed threshold is crossed.
	// +kubebuilder:validation:Format=duration
	// +optional
	Red *metav1.Duration `json:"red,omitempty"`
}
