package v1alpha1

import (
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/wanctl/wanctl/api/v1alpha1/internal/fieldpath"
)

// positive refuses a duration of nothing or less; nil is left out and good.
func (c *checker) positive(path fieldpath.Path, d *metav1.Duration) {
	if d != nil && d.Duration <= 0 {
		c.fault(path, "%v is too short; it must be above 0s", d.Duration)
	}
}

// notNegative refuses a duration of less than nothing; nil is left out and good.
func (c *checker) notNegative(path fieldpath.Path, d *metav1.Duration) {
	if d != nil && d.Duration < 0 {
		c.fault(path, "%v is negative; it must be 0s or more", d.Duration)
	}
}

// span refuses a duration outside of its limits; nil is left out and good.
func (c *checker) span(path fieldpath.Path, d *metav1.Duration, least, most time.Duration) {
	if d != nil && (d.Duration < least || d.Duration > most) {
		c.fault(path, "%v is out of range; it must be from %v to %v", d.Duration, least, most)
	}
}

// namedDuration is a duration and the field that it stands in.
type namedDuration struct {
	name  string
	value *metav1.Duration
}

// all are the time constants but detection, which may be of any length.
func (t TimeConstants) all() []namedDuration {
	return []namedDuration{
		{"baseline", t.Baseline}, {"load", t.Load}, {"softRed", t.SoftRed},
		{"red", t.Red}, {"green", t.Green}, {"history", t.History},
	}
}

func (c *checker) timeConstants(path fieldpath.Path, t TimeConstants) {
	c.notNegative(path.Field("detection"), t.Detection)
	for _, d := range t.all() {
		c.positive(path.Field(d.name), d.value)
	}
}

// longEnough refuses time constants shorter than a WAN's interval, but for the
// default of red: it is 4s, a profile may be 5s, and a count is then one cycle.
// The fault is the WAN's where it sets either, and the site's otherwise.
func (c *checker) longEnough(path fieldpath.Path, w *WAN) {
	interval := c.site.Interval(w)
	var defaults TimeConstants
	setTimeConstants(&defaults)
	own := w.TimeConstants.all()
	for i, d := range c.site.EffectiveTimeConstants(w).all() {
		if d.value == nil || d.value.Duration <= 0 || d.value.Duration >= interval || *d.value == *defaults.all()[i].value {
			continue
		}
		name := "timeConstants." + d.name
		switch {
		case own[i].value != nil:
			c.fault(path.Field("timeConstants").Field(d.name), "%v is shorter than the WAN's interval of %v; it must be at least that", d.value.Duration, interval)
		case w.IntervalProfile != "":
			c.fault(path.Field("intervalProfile"), "%v is longer than %s, %v; it must be at most that", interval, name, d.value.Duration)
		default:
			c.between("spec.timeConstants"+fieldpath.Path("."+d.name), "spec.intervalProfile",
				"%s, %v, is shorter than intervalProfile, %v; it must be at least that", name, d.value.Duration, interval)
		}
	}
}

func (c *checker) alphas(path fieldpath.Path, a Alphas) {
	c.alpha(path.Field("baseline"), a.Baseline)
	c.alpha(path.Field("load"), a.Load)
}

func (c *checker) alpha(path fieldpath.Path, alpha *float64) {
	if alpha != nil && !(*alpha > 0 && *alpha <= 1) {
		c.fault(path, "%v is no weight; it must be above 0 and at most 1", *alpha)
	}
}

func (t Thresholds) all() []namedDuration {
	return []namedDuration{
		{"baselineUpdate", t.BaselineUpdate}, {"green", t.Green}, {"softRed", t.SoftRed}, {"hardRed", t.HardRed},
	}
}

func (c *checker) thresholds(path fieldpath.Path, t Thresholds) {
	for _, d := range t.all() {
		c.positive(path.Field(d.name), d.value)
	}
}

// risingThresholds checks the order of the thresholds, a WAN's own laid over
// the site's; those of the site alone for nil. A WAN without any of a pair
// shares the site's fault, which is told there.
func (c *checker) risingThresholds(path fieldpath.Path, w *WAN) {
	all := c.site.EffectiveThresholds(w).all()
	own := all
	if w != nil {
		own = w.Thresholds.all()
	}
	for i, upper := range all[1:] {
		lower := all[i]
		if lower.value == nil || upper.value == nil || lower.value.Duration <= 0 || upper.value.Duration <= 0 {
			continue
		}
		least, relation := lower.value.Duration, "above"
		if lower.name == "baselineUpdate" {
			least, relation = least-1, "at least"
		}
		if upper.value.Duration > least {
			continue
		}
		at, instead := path.Field(upper.name), path.Field(lower.name)
		switch {
		case own[i+1].value != nil && own[i].value != nil:
			c.between(at, instead, "%s, %v, must be %s %s, %v", upper.name, upper.value.Duration, relation, lower.name, lower.value.Duration)
		case own[i+1].value != nil:
			c.fault(at, "%v must be %s the site's %s, %v", upper.value.Duration, relation, lower.name, lower.value.Duration)
		case own[i].value != nil:
			c.fault(instead, "the site's %s, %v, must be %s it, %v", upper.name, upper.value.Duration, relation, lower.value.Duration)
		}
	}
}
