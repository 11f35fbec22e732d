package report

import (
	"fmt"
	"math"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/wanctl/wanctl/api/v1alpha1"
	"github.com/wanctl/wanctl/cmd/wanctl/internal/figure"
	"github.com/wanctl/wanctl/reconciler/rollout"
)

// outcome is what a faster profile makes of a figure.
type outcome string

const (
	better   outcome = "better"
	worse    outcome = "worse"
	notSo    outcome = "not measurably different"
	unproven outcome = "not known"
)

// contrast is one figure of a faster profile beside that of a slower one.
type contrast struct {
	figure       string
	fast, slow   time.Duration
	nFast, nSlow int64
	// margin is what chance alone may make of the difference, at 95 %.
	margin  time.Duration
	outcome outcome
	// why says what it takes to know.
	why string
}

// ratio is that of the gate Benefit: below 1 the faster one is better.
func (c *contrast) ratio() float64 {
	return (milliseconds(c.fast) + rollout.Slack) / (milliseconds(c.slow) + rollout.Slack)
}

func (c *contrast) String() string {
	if c.outcome == unproven {
		return fmt.Sprintf("%s: not known, %s", c.figure, c.why)
	}
	return fmt.Sprintf("%s: %s, %s against %s, a difference of %s ± %s, %d and %d observations",
		c.figure, c.outcome, short(c.fast), short(c.slow), short(c.fast-c.slow), short(c.margin), c.nFast, c.nSlow)
}

// quantile is one that is compared.
type quantile struct {
	of func(*v1alpha1.MeasuredQuantiles) *metav1.Duration
	// spread is the standard error of the quantile of n values of a normal
	// distribution, over sigma/sqrt(n): sqrt(p(1-p)) / density at the quantile
	// (Kendall and Stuart, The Advanced Theory of Statistics, volume 1).
	spread float64
}

var (
	median = quantile{func(q *v1alpha1.MeasuredQuantiles) *metav1.Duration { return q.P50 }, math.Sqrt(math.Pi / 2)}
	p95    = quantile{func(q *v1alpha1.MeasuredQuantiles) *metav1.Duration { return q.P95 }, 2.113}
)

// The figures that are compared.
const (
	detectionFigure = "detection (median)"
	recoveryFigure  = "recovery (median)"
	delayFigure     = "delay under load (median)"
	delayTailFigure = "delay under load (95th percentile)"
)

// contrasts are what users feel of a faster profile against a slower one on the
// same WAN. A difference counts where it is both
//
//   - beyond chance: more than 1.96 standard errors of a difference of two
//     quantiles; and
//   - beyond what two soaks differ by, since their loads are never the same: the
//     ratio by which the gate Benefit judges.
func contrasts(fast, slow *soak, benefit *rollout.Limits) []contrast {
	if fast.measured == nil || slow.measured == nil {
		return nil
	}
	f, s := fast.measured, slow.measured
	of := func(name string, q quantile, a, b *v1alpha1.MeasuredQuantiles, nA, nB, least int64) contrast {
		c := contrast{figure: name, nFast: nA, nSlow: nB}
		c.judge(q, a, b, max(least, 2), benefit.Pass)
		return c
	}
	return []contrast{
		of(detectionFigure, median, f.Detection, s.Detection, counts(f.Detection), counts(s.Detection), rollout.LeastEpisodes),
		of(recoveryFigure, median, f.Recovery, s.Recovery, counts(f.Recovery), counts(s.Recovery), rollout.LeastEpisodes),
		of(delayFigure, median, f.DelayUnderLoad, s.DelayUnderLoad, apart(f), apart(s), benefit.MinEvidence),
		of(delayTailFigure, p95, f.DelayUnderLoad, s.DelayUnderLoad, apart(f), apart(s), benefit.MinEvidence),
	}
}

func counts(q *v1alpha1.MeasuredQuantiles) int64 {
	if q == nil {
		return 0
	}
	return q.Count
}

// apart is how many delays under load tell something of their own: those of one
// second of load resemble each other, since a rate is held for about that long
// before it is probed, and count as one.
func apart(m *v1alpha1.Measurement) int64 {
	return min(counts(m.DelayUnderLoad), int64(m.Loaded.Seconds()))
}

// judge compares a quantile of the faster profile with that of the slower one.
// limit is the ratio beyond which one is worse.
func (c *contrast) judge(q quantile, fast, slow *v1alpha1.MeasuredQuantiles, least int64, limit float64) {
	c.outcome = unproven
	if c.nFast < least || c.nSlow < least {
		c.why = fmt.Sprintf("%d and %d observations where it takes %d each", c.nFast, c.nSlow, least)
		return
	}
	if fast.P50 == nil || slow.P50 == nil || fast.P95 == nil || slow.P95 == nil {
		c.why = "the median or the 95th percentile was not recorded"
		return
	}
	c.fast, c.slow = q.of(fast).Duration, q.of(slow).Duration
	c.margin = time.Duration(1.96 * q.spread * math.Hypot(sigma(fast)/math.Sqrt(float64(c.nFast)), sigma(slow)/math.Sqrt(float64(c.nSlow))))
	c.outcome = notSo
	if (c.slow - c.fast).Abs() > c.margin {
		// A limit below 1 demands an improvement to pass at all.
		switch ratio := c.ratio(); {
		case ratio <= min(limit, 1/limit):
			c.outcome = better
		case ratio >= max(limit, 1/limit):
			c.outcome = worse
		}
	}
}

// sigma is a standard deviation, in nanoseconds, from how far the upper
// quantiles of a normal distribution lie apart. Times are skewed to the right,
// so that it errs on the large side, which is that of "not measurably".
func sigma(q *v1alpha1.MeasuredQuantiles) float64 {
	s := float64(q.P95.Duration-q.P50.Duration) / 1.645
	if q.P99 != nil {
		s = max(s, float64(q.P99.Duration-q.P95.Duration)/(2.326-1.645))
	}
	return max(s, 0)
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// short is a time to three digits.
func short(d time.Duration) string {
	if d < 0 {
		return "-" + short(-d)
	}
	return figure.Duration(&metav1.Duration{Duration: d})
}
