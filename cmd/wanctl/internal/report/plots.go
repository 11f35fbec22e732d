package report

import (
	"fmt"
	"math"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/wanctl/wanctl/api/v1alpha1"
	"github.com/wanctl/wanctl/cmd/wanctl/internal/figure"
)

// cyclePlot is the distribution of a cycle's work against T, on a logarithmic
// scale.
func cyclePlot(profile string, own []*soak) *Plot {
	p := &Plot{
		ID: "cycle-" + profile, Title: "Work of a cycle against T = " + profile,
		Description: "Share of the interval, logarithmic. Wide: median to 95th percentile; middle: to the 99th; narrow: to the longest.",
	}
	interval := float64(intervalOf(profile))
	share := func(d *metav1.Duration) float64 {
		if d == nil {
			return math.NaN()
		}
		return float64(d.Duration) / interval
	}
	least, most := 0.1, 1.0
	for _, k := range own {
		if k.measured == nil || k.measured.Cycle == nil {
			continue
		}
		if v := share(k.measured.Cycle.P50); v > 0 {
			least = min(least, v)
		}
		if v := share(k.measured.Cycle.Max); v > 0 {
			most = max(most, v)
		}
	}
	from, to := math.Floor(math.Log10(least)), math.Log10(most)
	pos := func(v float64) float64 { return (math.Log10(max(v, 1e-12)) - from) / (to - from) }
	for e := from; e < 0; e++ {
		p.ticks = append(p.ticks, tick{pos(math.Pow(10, e)), figure.Share(math.Pow(10, e))})
	}
	p.ticks = append(p.ticks, tick{pos(1), "T"})
	for _, k := range own {
		if k.measured == nil {
			continue
		}
		r := plotRow{label: k.wan, value: figure.None, simulated: k.simulated()}
		if c := k.measured.Cycle; c != nil {
			at := []float64{share(c.P50), share(c.P95), share(c.P99), share(c.Max)}
			for i, class := range []string{"wide", "middle", "narrow"} {
				if !math.IsNaN(at[i]) && !math.IsNaN(at[i+1]) {
					r.bars = append(r.bars, bar{pos(at[i]), pos(at[i+1]), class})
				}
			}
			r.value = fmt.Sprintf("p95 %s, max %s", figure.Duration(c.P95), figure.Duration(c.Max))
		}
		p.rows = append(p.rows, r)
	}
	return p
}

// gatesPlot is each gate's figure in zones: up to pass, up to abort, beyond. The
// zones are of one width each, whatever the limits.
func gatesPlot(k *soak, gates []v1alpha1.GateStatus) *Plot {
	p := &Plot{
		ID: fmt.Sprintf("gates-%s-%s-%s", k.profile, k.wan, strings.ToLower(string(k.origin))), Title: fmt.Sprintf("Gates of %s at %s", k.wan, k.profile),
		Description: "Each bar is a gate's figure. The zones are as wide as each other: up to pass, thin, and beyond abort; a gate without an abort limit has two.",
		ticks:       []tick{{0, "0"}, {1.0 / 3, "pass"}, {2.0 / 3, "abort"}},
	}
	for i := range gates {
		g := &gates[i]
		r := plotRow{label: string(g.Name), value: fmt.Sprintf("%s, %s", withUnit(g.Figure, g.Unit), g.Result), simulated: k.simulated()}
		r.bars = []bar{{0, 1.0 / 3, "zone-pass"}, {1.0 / 3, 2.0 / 3, "zone-thin"}, {2.0 / 3, 1, "zone-abort"}}
		if g.Abort == nil {
			r.bars = []bar{{0, 1.0 / 3, "zone-pass"}, {1.0 / 3, 1, "zone-thin"}}
		}
		if g.Figure != nil {
			r.bars = append(r.bars, bar{0, zoned(*g.Figure, g.Pass, g.Abort), "bar"})
		}
		p.rows = append(p.rows, r)
	}
	return p
}

// zoned is where a figure lies: below 1/3 up to pass, below 2/3 up to abort, and
// at most 1. A figure of abort itself lies at 2/3.
func zoned(v, pass float64, abort *float64) float64 {
	third := 1.0 / 3
	part := func(x, from, to float64) float64 {
		if to <= from {
			return 1
		}
		return min((x-from)/(to-from), 1)
	}
	switch {
	case v <= pass:
		return third * part(v, 0, pass) * boolean(pass > 0)
	case abort == nil:
		return third + 2*third*part(v, pass, 3*max(pass, v/3))
	case v <= *abort:
		return third + third*part(v, pass, *abort)
	}
	return 2*third + third*part(v, *abort, 2*max(*abort, v/2))
}

func boolean(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

// comparisonPlots are one for each figure that was measured anywhere.
func comparisonPlots(soaks []*soak) []*Plot {
	var all []*Plot
	for _, f := range []struct {
		id, title string
		of        func(*v1alpha1.Measurement) *v1alpha1.MeasuredQuantiles
	}{
		{"detection", "Detection", func(m *v1alpha1.Measurement) *v1alpha1.MeasuredQuantiles { return m.Detection }},
		{"recovery", "Recovery", func(m *v1alpha1.Measurement) *v1alpha1.MeasuredQuantiles { return m.Recovery }},
		{"delay", "Delay under load", func(m *v1alpha1.Measurement) *v1alpha1.MeasuredQuantiles { return m.DelayUnderLoad }},
	} {
		p := &Plot{ID: "compare-" + f.id, Title: f.title, Description: "Milliseconds. The bar is the median, the line goes to the 95th percentile. Shorter is better."}
		p.fill(soaks, func(m *v1alpha1.Measurement) (v, upTo float64, label string) {
			q := f.of(m)
			if q == nil || q.P50 == nil || q.P95 == nil {
				return math.NaN(), 0, figure.None
			}
			return milliseconds(q.P50.Duration), milliseconds(q.P95.Duration), figure.Duration(q.P50) + " / " + figure.Duration(q.P95)
		}, "ms")
		all = append(all, p)
	}
	cpu := &Plot{ID: "compare-cpu", Title: "Router CPU", Description: "95th percentile of the router's processor load, in per cent. Shorter is better."}
	cpu.fill(soaks, func(m *v1alpha1.Measurement) (v, upTo float64, label string) {
		if m.RouterCPU == nil {
			return math.NaN(), 0, figure.None
		}
		return *m.RouterCPU, *m.RouterCPU, percent(m.RouterCPU)
	}, "%")
	var shown []*Plot
	for _, p := range append(all, cpu) {
		if p.rows != nil {
			shown = append(shown, p)
		}
	}
	return shown
}

// fill makes a row for each soak, if any has a value.
func (p *Plot) fill(soaks []*soak, value func(*v1alpha1.Measurement) (v, upTo float64, label string), unit string) {
	most, some := 0.0, false
	for _, k := range soaks {
		if k.measured == nil {
			continue
		}
		if v, upTo, _ := value(k.measured); !math.IsNaN(v) {
			most, some = max(most, v, upTo), true
		}
	}
	if !some {
		return
	}
	most = max(most, 1e-3)
	step := math.Pow(10, math.Floor(math.Log10(most)))
	for _, times := range []float64{0.2, 0.5, 1, 2} {
		if most/(step*times) <= 5 {
			step *= times
			break
		}
	}
	most = math.Ceil(most/step) * step
	for i := 0; float64(i)*step <= most*1.0001; i++ {
		p.ticks = append(p.ticks, tick{float64(i) * step / most, number(float64(i)*step) + " " + unit})
	}
	for _, k := range soaks {
		if k.measured == nil {
			continue
		}
		v, upTo, label := value(k.measured)
		r := plotRow{label: k.profile + " " + k.wan, value: label, simulated: k.simulated()}
		if !math.IsNaN(v) {
			r.bars = []bar{{0, v / most, "bar"}}
			if upTo > v {
				r.bars = append(r.bars, bar{v / most, upTo / most, "whisker"})
			}
		}
		p.rows = append(p.rows, r)
	}
}
