package rollout

import (
	"time"

	"github.com/wanctl/wanctl/api/v1alpha1"
	"github.com/wanctl/wanctl/controller/evidence"
)

// reading is what one gate reads off a soak.
type reading struct {
	// figure is what Pass and Thin are about, evidence what it rests on.
	figure   float64
	evidence int64
	// now is what Abort is about. It counts for nothing before ready.
	now   float64
	ready bool
	// chance says that figure, and lately that now, rests on so few events that
	// they may be chance.
	chance, lately bool
	// thin, where given, is why it does not pass whatever the figure is; note
	// says what the figure does not.
	thin, note string
}

// fewest is how many bad events it takes before a share of them means anything:
// one or two happen to any line in a day.
const fewest = 3

// read is what a gate reads.
func read(l *Limits, s *soak) reading {
	f := s.figures
	window := f.Soaked >= l.Window
	switch l.Gate {
	case v1alpha1.GateCycleTime:
		r := reading{figure: f.CycleTime.P95, evidence: f.CycleTime.Cycles, now: f.CycleTime.RecentLeastP95, ready: window}
		if l.Thin != nil && f.CycleTime.P99 > *l.Thin {
			r.thin = "the 99th percentile is beyond the thin limit"
		}
		return r
	case v1alpha1.GateCadence:
		c := &f.Cadence
		return reading{figure: c.Share(), evidence: c.Cycles, now: c.RecentShare(), ready: window, chance: c.Skipped < fewest, lately: c.RecentSkipped < fewest}
	case v1alpha1.GateControlLatency:
		return reading{figure: f.ControlLatency.P95, evidence: f.ControlLatency.Applies}
	case v1alpha1.GateProbeLoss:
		return readLoss(s, l, window)
	case v1alpha1.GateBaselineDrift:
		return reading{figure: f.BaselineDrift.P95MS, evidence: f.BaselineDrift.Comparisons}
	case v1alpha1.GateFlapping:
		return reading{figure: float64(f.Flapping.Worst), evidence: int64(f.Soaked / time.Second), now: float64(f.Flapping.Recent), ready: true}
	case v1alpha1.GateNoiseTransitions:
		n := &f.NoiseTransitions
		return reading{figure: n.Share(), evidence: n.Entries, chance: n.Noise < fewest}
	case v1alpha1.GateRouterCPU:
		return reading{figure: f.RouterCPU.P95, evidence: f.RouterCPU.Readings, now: f.RouterCPU.RecentLeast, ready: window}
	case v1alpha1.GateRouterErrors:
		e := &f.RouterErrors
		return reading{figure: e.Share(), evidence: e.Applies + e.Failed, now: e.RecentShare(), ready: window, chance: e.Failed < fewest, lately: e.RecentFailed < fewest}
	case v1alpha1.GateRestarts:
		n := float64(f.Restarts.Total())
		return reading{figure: n, evidence: int64(n), now: n, ready: true}
	case v1alpha1.GateBenefit:
		return readBenefit(l, s)
	}
	return reading{}
}

// readLoss takes off what the line lost at the profile before, for which the
// interval cannot be blamed, and looks at the idle line where it was seen long
// enough: losses of a full one are the load's.
func readLoss(s *soak, l *Limits, window bool) reading {
	p := &s.figures.ProbeLoss
	r := reading{figure: p.Share(), evidence: p.Sent, now: p.RecentShare(), ready: window, chance: p.Lost < fewest, lately: p.RecentLost < fewest}
	idle := p.IdleSent >= max(l.MinEvidence, 1)
	if idle {
		r.figure = p.IdleShare()
	}
	if s.before == nil {
		return r
	}
	b := &s.before.ProbeLoss
	if b.Sent < max(l.MinEvidence, 1) {
		return r
	}
	was := b.Share()
	r.now = max(r.now-was, 0)
	if idle && b.IdleSent >= max(l.MinEvidence, 1) {
		was = b.IdleShare()
	}
	r.figure = max(r.figure-was, 0)
	if was > 0 {
		r.note = "beyond what was lost at " + s.before.Profile
	}
	return r
}

// LeastEpisodes is from how many times a median of them is compared.
const LeastEpisodes = 10

// Slack is what two soaks may differ by, in milliseconds, before their ratio
// means anything: a millisecond more on one is nobody's harm.
const Slack = 5

// readBenefit compares what users get with what the next slower profile gave
// them: the worst of the ratios of delay under load, of detection and of
// recovery.
func readBenefit(l *Limits, s *soak) reading {
	now := &s.figures.Benefit
	r := reading{figure: 1, evidence: now.LoadedSamples}
	if s.slower == nil || s.slower.Benefit.LoadedSamples < max(l.MinEvidence, 1) {
		if l.Required {
			r.evidence, r.note = 0, "no slower profile was measured under load to compare with"
		} else {
			r.note = "nothing slower was measured under load to compare with"
		}
		return r
	}
	was := &s.slower.Benefit
	best := 1.0
	compare := func(now, was float64, counts ...int64) {
		for _, n := range counts {
			if n < LeastEpisodes {
				return
			}
		}
		ratio := (now + Slack) / (was + Slack)
		r.figure, best = max(r.figure, ratio), min(best, ratio)
	}
	if now.LoadedSamples > 0 {
		compare(now.LoadedDelayP50MS, was.LoadedDelayP50MS)
		compare(now.LoadedDelayP95MS, was.LoadedDelayP95MS)
	}
	compare(now.DetectionP50MS, was.DetectionP50MS, now.Detections, was.Detections)
	compare(now.RecoveryP50MS, was.RecoveryP50MS, now.Recoveries, was.Recoveries)
	r.note = "against " + s.slower.Profile
	if r.figure == 1 {
		r.figure = best
	}
	if l.Required && best > 1/l.Pass {
		r.thin = "no better than " + s.slower.Profile
	}
	return r
}

// soak is what a WAN is judged by.
type soak struct {
	wan     string
	figures *evidence.Figures
	// before are the figures of the profile that ran before, slower those of the
	// nearest slower one; nil where there are none.
	before, slower *Known
	// cpu says that the router tells its load.
	cpu     bool
	limited []string
}
