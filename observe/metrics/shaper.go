package metrics

import (
	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/wanctl/wanctl/api/v1alpha1"
)

var (
	shaperRate      = gauge("shaper_rate_bytes_per_second", "The rate that the law wants.", "site", "wan", "direction")
	shaperApplied   = gauge("shaper_applied_bytes_per_second", "The rate that the router last confirmed.", "site", "wan", "direction")
	shaperDelivered = gauge("shaper_delivered_bytes_per_second", "What the router's counters say passed.", "site", "wan", "direction")
	shaperCeiling   = gauge("shaper_ceiling_bytes_per_second", "The most that the shaper may be set to.", "site", "wan", "direction")
	shaperFloor     = gauge("shaper_floor_bytes_per_second", "The least that the shaper may be cut to in a state.", "site", "wan", "direction", "state")
	shaperState     = gauge("shaper_state", "1 for the state that a direction is in.", "site", "wan", "direction", "state")

	alpha           = gauge("derived_alpha", "Weight of one sample in an EWMA.", "site", "wan", "ewma")
	tau             = gauge("derived_time_constant_seconds", "Time constant that a weight implies.", "site", "wan", "ewma")
	interval        = gauge("derived_interval_seconds", "Time between two cycles.", "site", "wan")
	samples         = gauge("derived_samples", "Cycles that a time constant comes to.", "site", "wan", "parameter")
	probesPerSecond = gauge("derived_probes_per_second", "Probes that leave each second.", "site", "wan")
	decreaseFactor  = gauge("derived_decrease_ratio", "What is left of the rate after a RED cycle.", "site", "wan", "direction")
	increaseStep    = gauge("derived_increase_bytes_per_second", "What a GREEN cycle adds to the rate.", "site", "wan", "direction")
	increaseAfter   = gauge("derived_increase_after_samples", "GREEN cycles that come before the first step.", "site", "wan", "direction")
	states          = gauge("derived_states", "How many states a direction has.", "site", "wan", "direction")
	detection       = gauge("derived_detection_seconds", "How long after a step of the round-trip time a part of the loop notices it.", "site", "wan", "step", "part")
	threshold       = gauge("threshold_seconds", "Delay above the baseline at which the state changes.", "site", "wan", "threshold")
)

// shaperOf names one direction of a WAN.
type shaperOf struct{ site, wan, direction string }

func (e *emitter) shaper(of shaperOf, spec *v1alpha1.Shaper, st *v1alpha1.ShaperStatus, applied *resource.Quantity) {
	e.bytes(shaperRate, st.Rate, of.site, of.wan, of.direction)
	e.bytes(shaperApplied, applied, of.site, of.wan, of.direction)
	e.bytes(shaperDelivered, st.Delivered, of.site, of.wan, of.direction)
	e.bytes(shaperCeiling, &spec.Ceiling, of.site, of.wan, of.direction)
	for _, f := range []struct {
		state v1alpha1.State
		floor *resource.Quantity
	}{{v1alpha1.Green, spec.Floors.Green}, {v1alpha1.Yellow, spec.Floors.Yellow}, {v1alpha1.SoftRed, spec.Floors.SoftRed}, {v1alpha1.Red, spec.Floors.Red}} {
		e.bytes(shaperFloor, f.floor, of.site, of.wan, of.direction, string(f.state))
		if st.State != "" {
			e.flag(shaperState, st.State == f.state, of.site, of.wan, of.direction, string(f.state))
		}
	}
}

func (e *emitter) parameters(s *v1alpha1.Site, spec *v1alpha1.WAN, d *v1alpha1.Derived) {
	site, wan := s.Name, spec.Name
	t := s.EffectiveThresholds(spec)
	e.seconds(threshold, t.Green, site, wan, "green")
	e.seconds(threshold, t.SoftRed, site, wan, "softRed")
	e.seconds(threshold, t.HardRed, site, wan, "hardRed")
	e.seconds(threshold, t.BaselineUpdate, site, wan, "baselineUpdate")
	if d == nil {
		return
	}
	e.seconds(interval, &d.Interval, site, wan)
	e.emit(alpha, float64(d.AlphaBaseline), site, wan, "baseline")
	e.emit(alpha, float64(d.AlphaLoad), site, wan, "load")
	e.seconds(tau, &d.TauBaseline, site, wan, "baseline")
	e.seconds(tau, &d.TauLoad, site, wan, "load")
	for _, p := range []struct {
		name  string
		count int64
	}{
		{"detection", d.DetectionSamples}, {"red", d.RedSamples}, {"green", d.GreenSamples}, {"softRed", d.SoftRedSamples}, {"history", d.HistorySize},
	} {
		e.emit(samples, float64(p.count), site, wan, p.name)
	}
	e.emit(probesPerSecond, d.ProbesPerSecond, site, wan)
	e.derivedShaper(shaperOf{site, wan, "download"}, &d.Download)
	e.derivedShaper(shaperOf{site, wan, "upload"}, &d.Upload)
	for i := range d.Detection {
		at := &d.Detection[i]
		step := at.Step.Duration.String()
		e.seconds(detection, at.Fast, site, wan, step, "fast")
		e.seconds(detection, at.Yellow, site, wan, step, "yellow")
		e.seconds(detection, at.SoftRed, site, wan, step, "softRed")
		e.seconds(detection, at.Red, site, wan, step, "red")
	}
}

func (e *emitter) derivedShaper(of shaperOf, d *v1alpha1.DerivedShaper) {
	e.emit(states, float64(d.States), of.site, of.wan, of.direction)
	e.emit(decreaseFactor, d.DecreaseFactor, of.site, of.wan, of.direction)
	e.emit(increaseStep, float64(d.IncreaseStep)/8, of.site, of.wan, of.direction)
	e.emit(increaseAfter, float64(d.IncreaseAfterSamples), of.site, of.wan, of.direction)
}
