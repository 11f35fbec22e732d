package derive

import (
	"math"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/wanctl/wanctl/api/v1alpha1"
)

// detection computes when a step of the round-trip time is noticed.
func detection(d *v1alpha1.Derived, t v1alpha1.Thresholds) []v1alpha1.DetectionTime {
	times := make([]v1alpha1.DetectionTime, 0, len(steps))
	for _, step := range steps {
		at := v1alpha1.DetectionTime{
			Step:    metav1.Duration{Duration: step},
			Yellow:  crossing(step, t.Green.Duration, float64(d.AlphaLoad), d.Interval.Duration, 1),
			SoftRed: crossing(step, t.SoftRed.Duration, float64(d.AlphaLoad), d.Interval.Duration, d.SoftRedSamples),
			Red:     crossing(step, t.HardRed.Duration, float64(d.AlphaLoad), d.Interval.Duration, 1),
		}
		if d.DetectionSamples > 0 && step > t.Green.Duration {
			// The median moves once more than half of its samples have.
			at.Fast = &metav1.Duration{Duration: time.Duration(d.DetectionSamples/2+1) * d.Interval.Duration}
		}
		// A step beyond hardRed may be RED before SOFT_RED is confirmed.
		if at.Red != nil && at.SoftRed != nil && at.SoftRed.Duration >= at.Red.Duration {
			at.SoftRed = nil
		}
		times = append(times, at)
	}
	return times
}

// crossing is how long an EWMA of weight alpha takes to exceed a threshold
// after a step, and to stay beyond it for some samples; nil is never.
//
// After n samples the EWMA has risen by step*(1-(1-alpha)^n), hence
// n = ln(1-threshold/step) / ln(1-alpha), rounded up.
func crossing(step, threshold time.Duration, alpha float64, interval time.Duration, samples int64) *metav1.Duration {
	if step <= threshold {
		return nil
	}
	n := 1.0
	if alpha < 1 {
		n = math.Log1p(-float64(threshold)/float64(step)) / math.Log1p(-alpha)
	}
	cycles := max(int64(math.Ceil(n*(1-tolerance))), 1) + samples - 1
	return &metav1.Duration{Duration: time.Duration(cycles) * interval}
}
