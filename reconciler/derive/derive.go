// Package derive turns wall-clock time constants into per-cycle parameters.
//
// It is pure: the same manifest gives the same parameters, wherever and
// whenever it is computed.
package derive

import (
	"math"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/wanctl/wanctl/api/v1alpha1"
)

// tolerance is how far above a whole number of cycles a quotient may lie,
// relatively, and still count as that number: it absorbs intervals such as
// 33.333333ms that are not exact.
const tolerance = 1e-6

// steps are the rises of the round-trip time whose detection times are given.
var steps = []time.Duration{20 * time.Millisecond, 60 * time.Millisecond, 100 * time.Millisecond, 269 * time.Millisecond}

// WAN derives the parameters of one WAN of a defaulted site.
func WAN(site *v1alpha1.Site, wan *v1alpha1.WAN) v1alpha1.Derived {
	interval := site.Interval(wan)
	times := site.EffectiveTimeConstants(wan)
	alphas := site.EffectiveAlphas(wan)
	d := v1alpha1.Derived{
		WAN:             wan.Name,
		Profile:         site.EffectiveIntervalProfile(wan),
		Interval:        metav1.Duration{Duration: interval},
		AlphaBaseline:   Alpha(interval, times.Baseline.Duration),
		AlphaLoad:       Alpha(interval, times.Load.Duration),
		TauBaseline:     *times.Baseline,
		TauLoad:         *times.Load,
		RedSamples:      Count(times.Red.Duration, interval),
		GreenSamples:    Count(times.Green.Duration, interval),
		SoftRedSamples:  Count(times.SoftRed.Duration, interval),
		HistorySize:     Count(times.History.Duration, interval),
		ProbesPerSecond: 1 / interval.Seconds(),
		Download:        shaper(&wan.Download, interval),
		Upload:          shaper(&wan.Upload, interval),
	}
	if alphas.Baseline != nil {
		d.AlphaBaseline, d.TauBaseline = override(interval, *alphas.Baseline)
	}
	if alphas.Load != nil {
		d.AlphaLoad, d.TauLoad = override(interval, *alphas.Load)
	}
	d.DetectionSamples = detectionSamples(times.Detection.Duration, interval)
	d.Detection = detection(&d, site.EffectiveThresholds(wan))
	return d
}

// Alpha is the weight T/tau of one sample in a first-order EWMA of time
// constant tau, at most 1. The exact weight is 1-exp(-T/tau); T/tau is what
// configurations in the field use, and is 0.25 % more at 0.005 and 5 % more
// at 0.1.
func Alpha(interval, tau time.Duration) v1alpha1.Alpha {
	if tau <= interval {
		return 1
	}
	return v1alpha1.Alpha(interval.Seconds() / tau.Seconds())
}

// Count is how many cycles cover a time: the quotient rounded up, at least 1
// for any time above 0, and 0 for none.
func Count(d, interval time.Duration) int64 {
	quotient := d.Seconds() / interval.Seconds()
	return int64(math.Ceil(quotient * (1 - tolerance)))
}

// detectionSamples is the fast path's window: half of its time constant, an
// odd number of samples from 3, so that one late answer is outvoted, to 31.
func detectionSamples(detection, interval time.Duration) int64 {
	if detection <= 0 {
		return 0
	}
	return min(max(Count(detection/2, interval), 3)|1, 31)
}

// override is a weight given by hand, and the time constant that it implies.
func override(interval time.Duration, alpha float64) (v1alpha1.Alpha, metav1.Duration) {
	implied := time.Duration(float64(interval) / alpha).Round(time.Millisecond)
	return v1alpha1.Alpha(alpha), metav1.Duration{Duration: implied}
}

// shaper spreads a decrease and an increase over the cycles in between:
// factor^(T/every) and step*T/every.
func shaper(s *v1alpha1.Shaper, interval time.Duration) v1alpha1.DerivedShaper {
	decreases := interval.Seconds() / s.Decrease.Every.Seconds()
	increases := interval.Seconds() / s.Increase.Every.Seconds()
	step := math.Round(float64(s.Increase.Step.Value()) * increases)
	return v1alpha1.DerivedShaper{
		States:               s.States,
		DecreaseFactor:       math.Pow(*s.Decrease.Factor, decreases),
		IncreaseStep:         int64(max(step, 1)),
		IncreaseAfterSamples: Count(s.Increase.After.Duration, interval),
	}
}
