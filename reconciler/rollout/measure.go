package rollout

import (
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/wanctl/wanctl/api/v1alpha1"
	"github.com/wanctl/wanctl/controller/evidence"
	"github.com/wanctl/wanctl/reconciler/derive"
)

// measure is what the report tells of a soak.
func measure(site *v1alpha1.Site, w *WAN, f *evidence.Figures) v1alpha1.Measurement {
	t := interval(w.Profile)
	loss, drift := &f.ProbeLoss, &f.BaselineDrift
	out := v1alpha1.Measurement{
		WAN: w.Name, Profile: w.Profile,
		Soaked: metav1.Duration{Duration: f.Soaked}, Loaded: metav1.Duration{Duration: f.Loaded},
		ProbesPerSecond: f.ProbesPerSecond, WritesPerSecond: f.WritesPerSecond,
		Cycles: f.Cadence.Cycles, Skipped: f.Cadence.Skipped,
		Probes: loss.Sent, RedEntries: f.NoiseTransitions.Entries, NoiseEntries: f.NoiseTransitions.Noise,
		Applies: f.RouterErrors.Applies, Failures: f.RouterErrors.Failed, Crashes: f.Restarts.Total(),
	}
	if spec := wanSpec(site, w.Name); spec != nil {
		running := *spec
		running.IntervalProfile = w.Profile
		derived := derive.WAN(site, &running)
		out.Derived = &derived
	}
	if c := &f.CycleTime; c.Cycles > 0 {
		out.Cycle = &v1alpha1.MeasuredQuantiles{Count: c.Cycles, P50: of(t, c.P50), P95: of(t, c.P95), P99: of(t, c.P99), Max: of(t, c.Max), P95OfT: &c.P95}
	}
	if c := &f.ControlLatency; c.Applies > 0 {
		out.ControlLatency = &v1alpha1.MeasuredQuantiles{Count: c.Applies, P50: of(t, c.P50), P95: of(t, c.P95), Max: of(t, c.Max), P95OfT: &c.P95}
	}
	if loss.Sent > 0 {
		out.Loss = limit(loss.Share())
	}
	if drift.Comparisons > 0 {
		out.BaselineDrift = &v1alpha1.MeasuredQuantiles{Count: drift.Comparisons, P50: ms(drift.P50MS), P95: ms(drift.P95MS), Max: ms(drift.MaxMS)}
	}
	if f.Soaked > 0 {
		out.Flapping = &f.Flapping.Worst
	}
	if f.RouterCPU.Readings > 0 {
		out.RouterCPU = &f.RouterCPU.P95
	}
	b := &f.Benefit
	if b.LoadedSamples > 0 {
		out.DelayUnderLoad = &v1alpha1.MeasuredQuantiles{Count: b.LoadedSamples, P50: ms(b.LoadedDelayP50MS), P95: ms(b.LoadedDelayP95MS), P99: ms(b.LoadedDelayP99MS)}
	}
	if b.Detections > 0 {
		out.Detection = &v1alpha1.MeasuredQuantiles{Count: b.Detections, P50: ms(b.DetectionP50MS), P95: ms(b.DetectionP95MS)}
	}
	if b.Recoveries > 0 {
		out.Recovery = &v1alpha1.MeasuredQuantiles{Count: b.Recoveries, P50: ms(b.RecoveryP50MS), P95: ms(b.RecoveryP95MS)}
	}
	return out
}

// of is a share of the interval as a time, ms milliseconds.
func of(t time.Duration, share float64) *metav1.Duration {
	return &metav1.Duration{Duration: time.Duration(share * float64(t)).Round(time.Microsecond)}
}

func ms(milliseconds float64) *metav1.Duration {
	return &metav1.Duration{Duration: time.Duration(milliseconds * float64(time.Millisecond)).Round(time.Microsecond)}
}
