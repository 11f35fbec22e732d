package report

import (
	"math"
	"strings"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/wanctl/wanctl/api/v1alpha1"
	"github.com/wanctl/wanctl/reconciler/rollout"
)

// times are quantiles in milliseconds.
func times(n int64, p50, p95 float64) *v1alpha1.MeasuredQuantiles {
	ms := func(v float64) *metav1.Duration {
		return &metav1.Duration{Duration: time.Duration(v * float64(time.Millisecond))}
	}
	return &v1alpha1.MeasuredQuantiles{Count: n, P50: ms(p50), P95: ms(p95)}
}

func TestADifferenceCountsBeyondChanceAndBeyondWhatSoaksDifferBy(t *testing.T) {
	for name, c := range map[string]struct {
		fast, slow *v1alpha1.MeasuredQuantiles
		want       outcome
	}{
		"a third less, often seen, is better":                {times(100, 100, 200), times(100, 150, 300), better},
		"a third less, rarely seen, is chance":               {times(10, 100, 200), times(10, 150, 300), notSo},
		"a tenth less is no more than soaks differ by":       {times(100000, 100, 200), times(100000, 110, 220), notSo},
		"half as much again is worse":                        {times(100, 150, 300), times(100, 100, 200), worse},
		"three times of a millisecond is nobody's harm":      {times(100000, 1.5, 3), times(100000, 0.5, 1), notSo},
		"nine detections tell nothing":                       {times(9, 100, 200), times(100, 300, 600), unproven},
		"nine detections of the slower profile tell nothing": {times(100, 100, 200), times(9, 300, 600), unproven},
		"without a measurement nothing is known":             {nil, times(100, 300, 600), unproven},
		"without a 95th percentile chance cannot be weighed": {&v1alpha1.MeasuredQuantiles{Count: 100, P50: times(1, 100, 0).P50}, times(100, 300, 600), unproven},
		"a long tail of 99th percentiles widens what is chance": {
			&v1alpha1.MeasuredQuantiles{Count: 40, P50: times(1, 100, 0).P50, P95: times(1, 0, 200).P95, P99: times(1, 0, 900).P95}, times(100, 150, 300), notSo,
		},
	} {
		t.Run(name, func(t *testing.T) {
			got := contrast{nFast: counts(c.fast), nSlow: counts(c.slow)}
			got.judge(median, c.fast, c.slow, rollout.LeastEpisodes, 1.25)
			if got.outcome != c.want {
				t.Errorf("got %s", got.String())
			}
		})
	}
}

// TestTheSpreadOfAQuantileIsThatOfANormalDistribution computes the constants
// from the distribution's density.
func TestALimitBelowOneDemandsAnImprovement(t *testing.T) {
	for want, fast := range map[outcome]float64{better: 80, notSo: 100, worse: 120} {
		got := contrast{nFast: 100000, nSlow: 100000}
		got.judge(median, times(1, fast, 2*fast), times(1, 100, 200), 2, 0.9)
		if got.outcome != want {
			t.Errorf("%v ms against 100 is %s", fast, got.outcome)
		}
	}
	got := contrast{nFast: 100000, nSlow: 100000}
	got.judge(median, times(1, 104, 208), times(1, 100, 200), 2, 0.9)
	if got.outcome != notSo {
		t.Errorf("a little worse is %s", got.outcome)
	}
}

func TestTheSpreadOfAQuantileIsThatOfANormalDistribution(t *testing.T) {
	for _, c := range []struct {
		p    float64
		have quantile
	}{{0.5, median}, {0.95, p95}} {
		x := math.Sqrt2 * math.Erfinv(2*c.p-1)
		want := math.Sqrt(c.p*(1-c.p)) / (math.Exp(-x*x/2) / math.Sqrt(2*math.Pi))
		if math.Abs(c.have.spread-want) > 0.001 {
			t.Errorf("at %g: have %g, want %g", c.p, c.have.spread, want)
		}
	}
}

// judged is a verdict on WAN att with a measurement of its delays.
func judged(n int64, verdict, profile string, origin v1alpha1.VerdictOrigin, detection, delay *v1alpha1.MeasuredQuantiles) v1alpha1.Verdict {
	v := v1alpha1.Verdict{
		Number: n, Verdict: verdict, Profile: profile, WANs: []string{"att"}, Origin: origin, Message: "for a reason",
		Decided: metav1.NewTime(time.Date(2026, 1, int(n), 0, 0, 0, 0, time.UTC)),
	}
	if delay != nil {
		v.Measurements = []v1alpha1.Measurement{{
			WAN: "att", Profile: profile, Loaded: metav1.Duration{Duration: time.Hour}, Detection: detection, Recovery: detection, DelayUnderLoad: delay,
		}}
	}
	return v
}

func TestTheRecommendation(t *testing.T) {
	const recorded, simulated = v1alpha1.OriginRecorded, v1alpha1.OriginSimulated
	var (
		quick, slow = times(50, 100, 150), times(50, 200, 300)
		low, high   = times(9000, 10, 20), times(9000, 20, 40)
	)
	for name, c := range map[string]struct {
		verdicts []v1alpha1.Verdict
		profile  string
		want     string
	}{
		"nothing was judged": {nil, "", "No profile has been approved; there is nothing to recommend yet."},
		"a faster profile that is better is worth it": {
			[]v1alpha1.Verdict{judged(1, "approved-100ms", "100ms", recorded, slow, high), judged(2, "approved-50ms", "50ms", recorded, quick, low)},
			"50ms", "Run 50ms. It is the fastest that holds. It is measurably better than 100ms.",
		},
		"a faster profile that is no better is not": {
			[]v1alpha1.Verdict{judged(1, "approved-100ms", "100ms", recorded, slow, low), judged(2, "approved-50ms", "50ms", recorded, slow, low)},
			"100ms", "Run 100ms. 50ms holds too, but is not measurably better than 100ms, and costs more.",
		},
		"a faster profile that is better in one and worse in another is not": {
			[]v1alpha1.Verdict{judged(1, "approved-100ms", "100ms", recorded, slow, low), judged(2, "approved-50ms", "50ms", recorded, quick, high)},
			"100ms", "Run 100ms. 50ms holds too, but is measurably worse than 100ms, and costs more.",
		},
		"of three the one below which nothing is won": {
			[]v1alpha1.Verdict{
				judged(1, "approved-250ms", "250ms", recorded, slow, high), judged(2, "approved-100ms", "100ms", recorded, quick, low), judged(3, "approved-50ms", "50ms", recorded, quick, low),
			},
			"100ms", "Run 100ms. 50ms holds too, but is not measurably better than 100ms, and costs more. It is measurably better than 250ms.",
		},
		"of three that are alike the slowest": {
			[]v1alpha1.Verdict{
				judged(1, "approved-250ms", "250ms", recorded, quick, low), judged(2, "approved-100ms", "100ms", recorded, quick, low), judged(3, "approved-50ms", "50ms", recorded, quick, low),
			},
			"250ms", "Run 250ms. 50ms holds too, but is not measurably better than 100ms, and costs more. 100ms holds too, but is not measurably better than 250ms, and costs more.",
		},
		"two steps that are not measurable are one that is": {
			[]v1alpha1.Verdict{
				judged(1, "approved-250ms", "250ms", recorded, times(5000, 130, 180), low), judged(2, "approved-100ms", "100ms", recorded, times(5000, 112, 170), low),
				judged(3, "approved-50ms", "50ms", recorded, times(5000, 96, 150), low),
			},
			"100ms", "Run 100ms. 50ms holds too, but is not measurably better than 100ms, and costs more. 250ms would lose measurably against 50ms.",
		},
		"too little was measured to tell": {
			[]v1alpha1.Verdict{judged(1, "approved-100ms", "100ms", recorded, nil, nil), judged(2, "approved-50ms", "50ms", recorded, quick, low)},
			"50ms", "Run 50ms. It is the fastest that holds. Whether it is better than 100ms is not known: too little was measured.",
		},
		"nothing slower was approved": {
			[]v1alpha1.Verdict{judged(2, "approved-50ms", "50ms", recorded, quick, low)},
			"50ms", "Run 50ms. It is the fastest that holds. Whether it is better than a slower one is not known: none was approved to compare with.",
		},
		"one that was approved and later rolled back does not hold": {
			[]v1alpha1.Verdict{
				judged(1, "approved-100ms", "100ms", recorded, slow, high), judged(2, "approved-50ms", "50ms", recorded, quick, low), judged(3, "rollback", "50ms", recorded, quick, low),
			},
			"100ms", "Run 100ms. It is the fastest that holds. Whether it is better than a slower one is not known: none was approved to compare with.",
		},
		"issues do not undo an approval": {
			[]v1alpha1.Verdict{judged(1, "approved-50ms", "50ms", recorded, quick, low), judged(2, "issues: router unreachable", "50ms", recorded, quick, low)},
			"50ms", "Run 50ms. It is the fastest that holds. Whether it is better than a slower one is not known: none was approved to compare with.",
		},
		"what was simulated is never compared with what was recorded": {
			[]v1alpha1.Verdict{judged(1, "approved-100ms", "100ms", recorded, slow, high), judged(2, "approved-50ms", "50ms", simulated, quick, low)},
			"100ms", "Run 100ms. It is the fastest that holds. Whether it is better than a slower one is not known: none was approved to compare with.",
		},
		"a simulation stands in where nothing recorded was approved": {
			[]v1alpha1.Verdict{judged(1, "rollback", "20ms", recorded, slow, high), judged(2, "approved-50ms", "50ms", simulated, quick, low)},
			"50ms", "From simulation alone, nothing recorded has been approved: Run 50ms. It is the fastest that holds. Whether it is better than a slower one is not known: none was approved to compare with.",
		},
	} {
		t.Run(name, func(t *testing.T) {
			a := advise(&v1alpha1.Site{}, "att", soaksOf(c.verdicts))
			if a.profile != c.profile || a.sentence != c.want {
				t.Errorf("profile %q: %s\n%s", a.profile, a.sentence, strings.Join(a.why, "\n"))
			}
		})
	}
}

func TestWhatIsUndecidedIsNotSaidToHaveFailed(t *testing.T) {
	low := times(9000, 10, 20)
	for verdict, want := range map[string]string{
		"rollback":                   "50ms is faster and did not hold: rollback",
		"issues: router unreachable": "50ms is faster and is undecided: issues: router unreachable",
	} {
		a := advise(&v1alpha1.Site{}, "att", soaksOf([]v1alpha1.Verdict{
			judged(1, "approved-100ms", "100ms", v1alpha1.OriginRecorded, low, low), judged(2, verdict, "50ms", v1alpha1.OriginRecorded, low, low),
		}))
		if len(a.why) == 0 || !strings.HasPrefix(a.why[0], want) {
			t.Errorf("of %q it says %q", verdict, a.why)
		}
	}
}

func TestThingsAreCounted(t *testing.T) {
	for n, want := range []string{"0 crashes", "1 crash", "2 crashes"} {
		if got := count(n, "crash"); got != want {
			t.Errorf("%d: %q", n, got)
		}
	}
	if got := count(2, "verdict"); got != "2 verdicts" {
		t.Error(got)
	}
}

func TestOtherTimeConstantsAreToldOf(t *testing.T) {
	a := judged(1, "approved-100ms", "100ms", v1alpha1.OriginRecorded, times(50, 200, 300), times(9000, 20, 40))
	b := judged(2, "approved-50ms", "50ms", v1alpha1.OriginRecorded, times(50, 100, 150), times(9000, 10, 20))
	a.Measurements[0].Derived = &v1alpha1.Derived{TauLoad: metav1.Duration{Duration: 10 * time.Second}}
	b.Measurements[0].Derived = &v1alpha1.Derived{TauLoad: metav1.Duration{Duration: 5 * time.Second}}
	got := advise(&v1alpha1.Site{}, "att", soaksOf([]v1alpha1.Verdict{a, b}))
	if why := strings.Join(got.why, "\n"); !strings.Contains(why, "50ms and 100ms ran with different time constants") {
		t.Errorf("the reasons are\n%s", why)
	}
}

func TestAFigureLiesInItsZone(t *testing.T) {
	limit := func(v float64) *float64 { return &v }
	for name, c := range map[string]struct {
		v, pass  float64
		abort    *float64
		from, to float64
	}{
		"nothing of nothing allowed":    {0, 0, limit(1), 0, 0},
		"half of what passes":           {4, 8, limit(30), 0.16, 0.17},
		"just what passes":              {8, 8, limit(30), 0.333, 0.334},
		"between":                       {19, 8, limit(30), 0.49, 0.51},
		"just the abort limit":          {30, 8, limit(30), 0.666, 0.667},
		"far beyond":                    {900, 8, limit(30), 0.99, 1},
		"the one crash that aborts":     {1, 0, limit(1), 0.666, 0.667},
		"beyond pass without abort":     {2, 1, nil, 0.6, 0.7},
		"far beyond pass without abort": {50, 1, nil, 0.9, 1},
		"pass and abort are one":        {30.1, 30, limit(30), 0.66, 0.67},
	} {
		if got := zoned(c.v, c.pass, c.abort); got < c.from || got > c.to {
			t.Errorf("%s: %g at %g, want %g to %g", name, c.v, got, c.from, c.to)
		}
	}
}
