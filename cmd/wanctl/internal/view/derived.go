package view

import (
	"strconv"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/wanctl/wanctl/api/v1alpha1"
	"github.com/wanctl/wanctl/cmd/wanctl/internal/figure"
	"github.com/wanctl/wanctl/cmd/wanctl/internal/table"
)

// Derived is a row of per-cycle parameters for each WAN and profile.
func Derived(list []v1alpha1.Derived) *table.Table {
	t := &table.Table{Columns: []string{
		"WAN", "PROFILE", "INTERVAL", "ALPHA-BASELINE", "ALPHA-LOAD", "DETECTION", "RED", "GREEN", "SOFT-RED", "HISTORY",
		"PROBES/S", "DOWN-DECREASE", "DOWN-INCREASE", "UP-DECREASE", "UP-INCREASE", "AFTER",
	}}
	for _, d := range list {
		t.Add(d.WAN+" "+d.Profile,
			orNone(d.WAN), d.Profile, figure.Span(d.Interval.Duration), d.AlphaBaseline.String(), d.AlphaLoad.String(), strconv.FormatInt(d.DetectionSamples, 10),
			strconv.FormatInt(d.RedSamples, 10), strconv.FormatInt(d.GreenSamples, 10), strconv.FormatInt(d.SoftRedSamples, 10),
			strconv.FormatInt(d.HistorySize, 10), strconv.FormatFloat(d.ProbesPerSecond, 'g', 4, 64),
			figure.Factor(d.Download.DecreaseFactor), figure.Bits(d.Download.IncreaseStep),
			figure.Factor(d.Upload.DecreaseFactor), figure.Bits(d.Upload.IncreaseStep), strconv.FormatInt(d.Download.IncreaseAfterSamples, 10))
	}
	return t
}

// Detection is a row for each WAN, profile and step of the round-trip time:
// when each part of the loop notices it.
func Detection(list []v1alpha1.Derived) *table.Table {
	t := &table.Table{Columns: []string{"WAN", "PROFILE", "STEP", "FAST", "YELLOW", "SOFT-RED", "RED"}}
	for _, d := range list {
		for _, at := range d.Detection {
			t.Add(d.WAN+" "+d.Profile+" "+at.Step.Duration.String(),
				orNone(d.WAN), d.Profile, "+"+figure.Span(at.Step.Duration), orNever(at.Fast), orNever(at.Yellow), orNever(at.SoftRed), orNever(at.Red))
		}
	}
	return t
}

func orNever(d *metav1.Duration) string {
	if d == nil {
		return "never"
	}
	return figure.Span(d.Duration)
}
