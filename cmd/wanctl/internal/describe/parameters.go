package describe

import (
	"fmt"
	"strconv"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/wanctl/wanctl/api/v1alpha1"
	"github.com/wanctl/wanctl/cmd/wanctl/internal/figure"
	"github.com/wanctl/wanctl/cmd/wanctl/internal/view"
)

// parameters shows each per-cycle parameter with the arithmetic behind it.
func parameters(p *page, site *v1alpha1.Site, wan *v1alpha1.WAN, st *v1alpha1.WANStatus) {
	d := derived(site, wan, st)
	times, alphas := site.EffectiveTimeConstants(wan), site.EffectiveAlphas(wan)
	interval := figure.Span(d.Interval.Duration)
	count := func(name string, n int64, time *metav1.Duration) {
		p.line(name, fmt.Sprintf("%d = %s / %s", n, span(time), interval))
	}
	p.head("Parameters")
	p.line("interval", interval)
	p.line("alphaBaseline", weight(d.AlphaBaseline, interval, &d.TauBaseline, alphas.Baseline != nil))
	p.line("alphaLoad", weight(d.AlphaLoad, interval, &d.TauLoad, alphas.Load != nil))
	if d.DetectionSamples > 0 {
		p.line("detectionSamples", fmt.Sprintf("%d = %s / 2 / %s, odd, 3 to 31", d.DetectionSamples, span(times.Detection), interval))
	} else {
		p.line("detectionSamples", "off, detection is 0s")
	}
	count("redSamples", d.RedSamples, times.Red)
	count("greenSamples", d.GreenSamples, times.Green)
	count("softRedSamples", d.SoftRedSamples, times.SoftRed)
	count("historySize", d.HistorySize, times.History)
	p.line("probesPerSecond", fmt.Sprintf("%s = 1 / %s", strconv.FormatFloat(d.ProbesPerSecond, 'g', 4, 64), interval))
	perCycle(p, "download", &wan.Download, &d.Download, interval)
	perCycle(p, "upload", &wan.Upload, &d.Upload, interval)
	p.table("Detection of a step", view.Detection([]v1alpha1.Derived{d}))
}

func perCycle(p *page, direction string, s *v1alpha1.Shaper, d *v1alpha1.DerivedShaper, interval string) {
	p.line(direction+" decrease", fmt.Sprintf("x %s = %s ^ (%s / %s)",
		figure.Factor(d.DecreaseFactor), figure.Factor(*s.Decrease.Factor), interval, span(s.Decrease.Every)))
	p.line(direction+" increase", fmt.Sprintf("+ %s = %s x %s / %s, after %d = %s / %s",
		figure.Bits(d.IncreaseStep), figure.Rate(s.Increase.Step), interval, span(s.Increase.Every),
		d.IncreaseAfterSamples, span(s.Increase.After), interval))
}

// weight is an EWMA's weight and the time constant that it comes from or, given
// by hand, implies.
func weight(alpha v1alpha1.Alpha, interval string, tau *metav1.Duration, override bool) string {
	if override {
		return fmt.Sprintf("%s, given by hand; implies %s", alpha, span(tau))
	}
	return fmt.Sprintf("%s = %s / %s", alpha, interval, span(tau))
}
