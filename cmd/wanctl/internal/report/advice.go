package report

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/wanctl/wanctl/api/v1alpha1"
	"github.com/wanctl/wanctl/cmd/wanctl/internal/figure"
	"github.com/wanctl/wanctl/reconciler/rollout"
)

// advice is what to run on a WAN, and why.
type advice struct {
	wan, profile string
	sentence     string
	why          []string
	// steps led to it, from the fastest on.
	steps []step
}

// step compares two profiles that hold.
type step struct {
	fast, slow *soak
	contrasts  []contrast
}

// advise looks at what was recorded of a WAN and, only where that approved
// nothing, at what was simulated.
func advise(site *v1alpha1.Site, wan string, soaks []*soak) advice {
	benefit := benefitLimits(site)
	own := func(origin v1alpha1.VerdictOrigin) []*soak {
		return slices.DeleteFunc(slices.Clone(soaks), func(s *soak) bool { return s.wan != wan || s.origin != origin })
	}
	recorded := own(v1alpha1.OriginRecorded)
	if a, ok := choose(wan, recorded, benefit); ok {
		return a
	}
	if a, ok := choose(wan, own(v1alpha1.OriginSimulated), benefit); ok {
		a.sentence = "From simulation alone, nothing recorded has been approved: " + a.sentence
		a.why = append(a.why, newestOf(recorded)...)
		return a
	}
	a := advice{wan: wan, sentence: "No profile has been approved; there is nothing to recommend yet."}
	if running := runs(site, wan); running != "" {
		a.sentence += " It runs " + running + "."
	}
	a.why = newestOf(recorded)
	return a
}

func benefitLimits(site *v1alpha1.Site) *rollout.Limits {
	limits := rollout.GateLimits(&site.Spec.Rollout)
	i := slices.IndexFunc(limits, func(l rollout.Limits) bool { return l.Gate == v1alpha1.GateBenefit })
	return &limits[i]
}

// newestOf says what became of each profile.
func newestOf(soaks []*soak) []string {
	var all []string
	for _, s := range soaks {
		all = append(all, fmt.Sprintf("%s is %s: %s", s.profile, s.standing, because(s.verdict)))
	}
	return all
}

func because(v *v1alpha1.Verdict) string {
	if v.Message == "" {
		return v.Verdict
	}
	return v.Verdict + ", " + v.Message
}

// choose begins with the fastest profile that holds and goes to the next slower
// one as long as the faster is not measurably better, nor any that was passed
// over: what is lost in two steps may be measured where neither step is.
func choose(wan string, soaks []*soak, benefit *rollout.Limits) (advice, bool) {
	held := slices.DeleteFunc(slices.Clone(soaks), func(s *soak) bool { return s.standing != stable })
	if len(held) == 0 {
		return advice{}, false
	}
	a := advice{wan: wan}
	pick, last := held[0], ""
	for i, slower := range held[1:] {
		s := step{fast: pick, slow: slower, contrasts: contrasts(pick, slower, benefit)}
		last = s.outcome()
		for _, passed := range held[:i] {
			over := step{fast: passed, slow: slower, contrasts: contrasts(passed, slower, benefit)}
			if last == notBetter && over.outcome() == string(better) {
				s, last = over, overall
				break
			}
		}
		a.steps = append(a.steps, s)
		a.why = append(a.why, s.because()...)
		if last != notBetter && last != string(worse) {
			break
		}
		pick = slower
	}
	a.profile = pick.profile
	a.sentence = a.conclusion(held[0], pick, last)
	var faster []string
	for _, s := range soaks {
		if s.standing == stable || s.interval >= held[0].interval {
			continue
		}
		became := "did not hold"
		if s.standing == undecided {
			became = "is undecided"
		}
		faster = append(faster, fmt.Sprintf("%s is faster and %s: %s", s.profile, became, because(s.verdict)))
	}
	a.why = append(faster, a.why...)
	if spoke := mixed(a.steps); spoke != "" {
		a.why = append(a.why, spoke)
	}
	return a, true
}

// What a step may come to, beside better, worse and, where nothing is known,
// nothing.
const (
	notBetter = "not better"
	// overall: the faster is not better, but one that was passed over is.
	overall = "better overall"
)

// conclusion answers which profile to run. last is what the last step came to.
func (a *advice) conclusion(fastest, pick *soak, last string) string {
	if len(a.steps) == 0 {
		return fmt.Sprintf("Run %s. It is the fastest that holds. Whether it is better than a slower one is not known: none was approved to compare with.", pick.profile)
	}
	final := a.steps[len(a.steps)-1]
	text := fmt.Sprintf("Run %s. %s", pick.profile, a.passedOver(pick))
	if pick == fastest {
		text = fmt.Sprintf("Run %s. It is the fastest that holds.", pick.profile)
	}
	switch {
	case pick == final.slow:
		return text
	case last == string(better):
		return fmt.Sprintf("%s It is measurably better than %s.", text, final.slow.profile)
	case last == overall:
		return fmt.Sprintf("%s %s would lose measurably against %s.", text, final.slow.profile, final.fast.profile)
	}
	return fmt.Sprintf("%s Whether it is better than %s is not known: too little was measured.", text, final.slow.profile)
}

// passedOver says why faster profiles than pick, which hold too, are not worth
// it.
func (a *advice) passedOver(pick *soak) string {
	var all []string
	for _, s := range a.steps {
		if s.fast.interval >= pick.interval || s.slow.interval > pick.interval {
			continue
		}
		said := "not measurably better"
		if s.outcome() == string(worse) {
			said = "measurably worse"
		}
		all = append(all, fmt.Sprintf("%s holds too, but is %s than %s, and costs more.", s.fast.profile, said, s.slow.profile))
	}
	return strings.Join(all, " ")
}

// outcome is better, worse, not better, or empty where that is not known. What
// is worse outweighs what is better: a faster profile has no right to harm. Only
// the delay under load, which is what users feel, shows that nothing is better;
// detection and recovery may be.
func (s *step) outcome() string {
	found, felt := "", 0
	for i := range s.contrasts {
		switch c := &s.contrasts[i]; c.outcome {
		case worse:
			return string(worse)
		case better:
			found = string(better)
		case notSo:
			if c.figure == delayFigure || c.figure == delayTailFigure {
				felt++
			}
		}
	}
	if found == "" && felt == 2 {
		return notBetter
	}
	return found
}

// because is the evidence and what the faster profile costs.
func (s *step) because() []string {
	var all []string
	for i := range s.contrasts {
		all = append(all, fmt.Sprintf("%s against %s, %s", s.fast.profile, s.slow.profile, s.contrasts[i].String()))
	}
	if s.fast.measured == nil || s.slow.measured == nil {
		return append(all, fmt.Sprintf("%s against %s: a verdict came without measurements", s.fast.profile, s.slow.profile))
	}
	return append(all, fmt.Sprintf("%s costs, against %s: %s", s.fast.profile, s.slow.profile, costs(s.fast.measured, s.slow.measured)))
}

// costs are what a profile takes, beside what another does.
func costs(fast, slow *v1alpha1.Measurement) string {
	all := []string{
		fmt.Sprintf("%s probes/s instead of %s", number(fast.ProbesPerSecond), number(slow.ProbesPerSecond)),
		fmt.Sprintf("%s writes/s instead of %s", number(fast.WritesPerSecond), number(slow.WritesPerSecond)),
	}
	if a, b := work(fast), work(slow); a > 0 && b > 0 {
		all = append(all, fmt.Sprintf("cycles' work %s of a core instead of %s", figure.Share(a), figure.Share(b)))
	}
	if fast.RouterCPU != nil && slow.RouterCPU != nil {
		all = append(all, fmt.Sprintf("router CPU %s%% instead of %s%% (95th percentile)", number(*fast.RouterCPU), number(*slow.RouterCPU)))
	}
	return strings.Join(all, "; ")
}

// work is the share of one core that cycles take: the median of a cycle's work
// of the interval.
func work(m *v1alpha1.Measurement) float64 {
	interval := intervalOf(m.Profile)
	if m.Cycle == nil || m.Cycle.P50 == nil || interval == 0 {
		return 0
	}
	return m.Cycle.P50.Seconds() / interval.Seconds()
}

// mixed warns where time constants were not the same, so that not the interval
// alone made the difference.
func mixed(steps []step) string {
	for _, s := range steps {
		if s.fast.measured == nil || s.slow.measured == nil {
			continue
		}
		a, b := s.fast.measured.Derived, s.slow.measured.Derived
		if a != nil && b != nil && (a.TauBaseline != b.TauBaseline || a.TauLoad != b.TauLoad) {
			return fmt.Sprintf("%s and %s ran with different time constants: not the interval alone made the difference", s.fast.profile, s.slow.profile)
		}
	}
	return ""
}

// number is a figure to three digits.
func number(v float64) string {
	rounded, err := strconv.ParseFloat(strconv.FormatFloat(v, 'g', 3, 64), 64)
	if err != nil {
		return figure.None
	}
	return strconv.FormatFloat(rounded, 'f', -1, 64)
}
