package v1alpha1

import (
	"cmp"
	"time"
)

// EffectiveIntervalProfile is the profile that a WAN runs: its own, or the
// site's. A nil WAN has no overrides, here and below.
func (s *Site) EffectiveIntervalProfile(w *WAN) string {
	if w == nil {
		return s.Spec.IntervalProfile
	}
	return cmp.Or(w.IntervalProfile, s.Spec.IntervalProfile)
}

// Interval is the time between two cycles of a WAN; 0 for a site that Validate
// refuses.
func (s *Site) Interval(w *WAN) time.Duration {
	interval, err := ParseProfile(s.EffectiveIntervalProfile(w))
	if err != nil {
		return 0
	}
	return interval
}

// EffectiveTimeConstants are the site's time constants with a WAN's own laid
// over them, field by field. In a defaulted site every one is set.
func (s *Site) EffectiveTimeConstants(w *WAN) TimeConstants {
	if w == nil {
		return s.Spec.TimeConstants
	}
	site, wan := s.Spec.TimeConstants, w.TimeConstants
	return TimeConstants{
		Baseline:  cmp.Or(wan.Baseline, site.Baseline),
		Load:      cmp.Or(wan.Load, site.Load),
		Detection: cmp.Or(wan.Detection, site.Detection),
		SoftRed:   cmp.Or(wan.SoftRed, site.SoftRed),
		Red:       cmp.Or(wan.Red, site.Red),
		Green:     cmp.Or(wan.Green, site.Green),
		History:   cmp.Or(wan.History, site.History),
	}
}

// EffectiveAlphas are the site's overrides of weights with a WAN's own laid
// over them, field by field. A weight left nil is derived.
func (s *Site) EffectiveAlphas(w *WAN) Alphas {
	if w == nil {
		return s.Spec.Alphas
	}
	return Alphas{
		Baseline: cmp.Or(w.Alphas.Baseline, s.Spec.Alphas.Baseline),
		Load:     cmp.Or(w.Alphas.Load, s.Spec.Alphas.Load),
	}
}

// EffectiveThresholds are the site's thresholds with a WAN's own laid over
// them, field by field. In a defaulted site every one is set.
func (s *Site) EffectiveThresholds(w *WAN) Thresholds {
	if w == nil {
		return s.Spec.Thresholds
	}
	site, wan := s.Spec.Thresholds, w.Thresholds
	return Thresholds{
		Green:          cmp.Or(wan.Green, site.Green),
		SoftRed:        cmp.Or(wan.SoftRed, site.SoftRed),
		HardRed:        cmp.Or(wan.HardRed, site.HardRed),
		BaselineUpdate: cmp.Or(wan.BaselineUpdate, site.BaselineUpdate),
	}
}

// RouterFor is the router whose shaper a WAN uses; nil where the site has none
// of that name.
func (s *Site) RouterFor(w *WAN) *Router {
	for i := range s.Spec.Routers {
		if s.Spec.Routers[i].Name == w.Router {
			return &s.Spec.Routers[i]
		}
	}
	return nil
}
