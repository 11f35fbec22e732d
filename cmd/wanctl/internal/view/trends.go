package view

import (
	"time"

	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/wanctl/wanctl/api/v1alpha1"
	"github.com/wanctl/wanctl/cmd/wanctl/internal/trend"
)

// Trends are the figures of Status and Top that are drawn over time, and when
// they were taken: rates from 0 to the ceiling, and round-trip times from the
// baseline to the delta that is RED.
func Trends(sites []v1alpha1.Site) (time.Time, trend.Figures) {
	var at time.Time
	figures := trend.Figures{}
	for i := range sites {
		site := &sites[i]
		if updated := site.Status.UpdatedAt; updated != nil && updated.After(at) {
			at = updated.Time
		}
		for _, w := range wansOf(site) {
			row := site.Name + "/" + w.spec.Name
			rate := func(column string, rate *resource.Quantity, ceiling resource.Quantity) {
				if rate != nil {
					figures[trend.Key{Row: row, Column: column}] = trend.Figure{Value: rate.AsApproximateFloat64(), High: ceiling.AsApproximateFloat64()}
				}
			}
			rate("DOWNLOAD", w.status.Download.Rate, w.spec.Download.Ceiling)
			rate("UPLOAD", w.status.Upload.Rate, w.spec.Upload.Ceiling)
			red := site.EffectiveThresholds(w.spec).HardRed
			if rtt := w.status.RTT; rtt.Current != nil && rtt.Baseline != nil && red != nil {
				low := float64(rtt.Baseline.Duration)
				figures[trend.Key{Row: row, Column: "RTT"}] = trend.Figure{Value: float64(rtt.Current.Duration), Low: low, High: low + float64(red.Duration)}
			}
		}
	}
	return at, figures
}
