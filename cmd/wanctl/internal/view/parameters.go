package view

import (
	"fmt"
	"strconv"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/wanctl/wanctl/api/v1alpha1"
	"github.com/wanctl/wanctl/cmd/wanctl/internal/figure"
)

// Parameter is a per-cycle parameter and how it comes about.
type Parameter struct {
	// Name is that of the field.
	Name string
	// Value is the parameter, and How the arithmetic or, with Said, the words
	// behind it.
	Value, How string
	Said       bool
}

// String is the value and how it comes about.
func (p Parameter) String() string {
	switch {
	case p.How == "":
		return p.Value
	case p.Said:
		return p.Value + ", " + p.How
	}
	return p.Value + " = " + p.How
}

// Parameters are all that was derived for a WAN of a defaulted site, with the
// arithmetic.
func Parameters(site *v1alpha1.Site, wan *v1alpha1.WAN, d *v1alpha1.Derived) []Parameter {
	times, alphas := site.EffectiveTimeConstants(wan), site.EffectiveAlphas(wan)
	interval := figure.Span(d.Interval.Duration)
	count := func(name string, n int64, time *metav1.Duration) Parameter {
		return Parameter{Name: name, Value: strconv.FormatInt(n, 10), How: span(time) + " / " + interval}
	}
	detection := Parameter{Name: "detectionSamples", Value: "off", How: "detection is 0s", Said: true}
	if d.DetectionSamples > 0 {
		detection = Parameter{Name: "detectionSamples", Value: strconv.FormatInt(d.DetectionSamples, 10), How: fmt.Sprintf("%s / 2 / %s, odd, 3 to 31", span(times.Detection), interval)}
	}
	all := []Parameter{
		{Name: "interval", Value: interval},
		weight("alphaBaseline", d.AlphaBaseline, interval, &d.TauBaseline, alphas.Baseline != nil),
		weight("alphaLoad", d.AlphaLoad, interval, &d.TauLoad, alphas.Load != nil),
		detection,
		count("redSamples", d.RedSamples, times.Red),
		count("greenSamples", d.GreenSamples, times.Green),
		count("softRedSamples", d.SoftRedSamples, times.SoftRed),
		count("historySize", d.HistorySize, times.History),
		{Name: "probesPerSecond", Value: strconv.FormatFloat(d.ProbesPerSecond, 'g', 4, 64), How: "1 / " + interval},
	}
	all = append(all, perCycle("download", &wan.Download, &d.Download, interval)...)
	return append(all, perCycle("upload", &wan.Upload, &d.Upload, interval)...)
}

func perCycle(direction string, s *v1alpha1.Shaper, d *v1alpha1.DerivedShaper, interval string) []Parameter {
	return []Parameter{
		{
			Name: direction + " decrease", Value: "x " + figure.Factor(d.DecreaseFactor),
			How: fmt.Sprintf("%s ^ (%s / %s)", figure.Factor(*s.Decrease.Factor), interval, span(s.Decrease.Every)),
		},
		{
			Name: direction + " increase", Value: "+ " + figure.Bits(d.IncreaseStep),
			How: fmt.Sprintf("%s x %s / %s, after %d = %s / %s", figure.Rate(s.Increase.Step), interval, span(s.Increase.Every),
				d.IncreaseAfterSamples, span(s.Increase.After), interval),
		},
	}
}

// weight is an EWMA's weight and the time constant that it comes from or, given
// by hand, implies.
func weight(name string, alpha v1alpha1.Alpha, interval string, tau *metav1.Duration, override bool) Parameter {
	p := Parameter{Name: name, Value: alpha.String(), How: interval + " / " + span(tau)}
	if override {
		p.How, p.Said = "given by hand; implies "+span(tau), true
	}
	return p
}

func span(d *metav1.Duration) string {
	if d == nil {
		return figure.None
	}
	return figure.Span(d.Duration)
}
