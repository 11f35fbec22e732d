// Package estimate turns samples into what is known of a WAN: round-trip
// time, baseline, load, fast delay, loss and delivered rate.
//
// It is pure and does not allocate once made. Times are given by the caller;
// round-trip times are float64 milliseconds.
package estimate

import "math"

// advance moves an EWMA towards x by the weight of n intervals: alpha for one,
// and 1-(1-alpha)^n after n-1 deadlines were skipped, so that the estimate
// follows the wall clock and not the count of samples.
func advance(value, x, alpha float64, n int64) float64 {
	if n > 1 {
		alpha = 1 - math.Pow(1-alpha, float64(n))
	}
	return value + alpha*(x-value)
}

// Reference is the estimator of the reference law: a load EWMA, and a slower
// baseline that learns only while the load is near it.
type Reference struct {
	// LoadMS and BaselineMS are round-trip times in milliseconds.
	LoadMS     float64
	BaselineMS float64
	// Started says that both hold a value.
	Started bool
}

// Weights are the per-sample parameters of a Reference.
type Weights struct {
	AlphaLoad     float64
	AlphaBaseline float64
	// BaselineUpdateMS is the delta below which a sample teaches the baseline.
	BaselineUpdateMS float64
}

// Step takes one sample of x milliseconds after n intervals, in the normative
// order: load first, then the baseline if the new delta is small.
func (r *Reference) Step(w *Weights, x float64, n int64) {
	if !r.Started {
		r.LoadMS, r.BaselineMS, r.Started = x, x, true
	}
	r.LoadMS = advance(r.LoadMS, x, w.AlphaLoad, n)
	if r.LoadMS-r.BaselineMS < w.BaselineUpdateMS {
		r.BaselineMS = advance(r.BaselineMS, x, w.AlphaBaseline, n)
	}
}

// DeltaMS is load - baseline.
func (r *Reference) DeltaMS() float64 { return r.LoadMS - r.BaselineMS }
