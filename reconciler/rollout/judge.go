package rollout

import (
	"strings"
	"time"

	"github.com/wanctl/wanctl/api/v1alpha1"
	"github.com/wanctl/wanctl/controller/evidence"
)

// judged is what a gate says of a soak.
type judged struct {
	v1alpha1.GateStatus
	// urgent says that a thin gate need not wait for the soak's end.
	urgent bool
}

// judge grades one gate: an abort as soon as it is seen, the rest once the
// evidence suffices.
func judge(l *Limits, s *soak) judged {
	r := read(l, s)
	g := judged{GateStatus: v1alpha1.GateStatus{
		Name: l.Gate, WAN: s.wan, Unit: l.Unit, Pass: l.Pass, Thin: l.Thin, Abort: l.Abort,
		Evidence: r.evidence, MinEvidence: l.MinEvidence, Message: r.note,
	}}
	if r.evidence > 0 || l.MinEvidence == 0 {
		g.Figure = &r.figure
	}
	switch {
	case l.aborts(&r):
		g.Result, g.Figure = v1alpha1.GateAbort, &r.now
		if l.Gate == v1alpha1.GateProbeLoss && len(s.limited) > 0 {
			g.Result, g.urgent = v1alpha1.GateThin, true
		}
	case r.evidence < l.MinEvidence:
		g.Result = v1alpha1.GateInconclusive
	case r.thin != "":
		g.Result, g.Message = v1alpha1.GateThin, r.thin
	case r.figure <= l.Pass:
		g.Result = v1alpha1.GatePass
	case r.chance:
		g.Result, g.Message = v1alpha1.GatePass, "so few that it may be chance"
	default:
		g.Result = v1alpha1.GateThin
	}
	if l.Gate == v1alpha1.GateProbeLoss && g.Result == v1alpha1.GateThin && len(s.limited) > 0 {
		g.Message = "reflectors ration their answers: " + strings.Join(s.limited, ", ")
	}
	return g
}

func (l *Limits) aborts(r *reading) bool {
	if l.Abort == nil || !r.ready || r.lately {
		return false
	}
	return r.now > *l.Abort || l.AtAbort && r.now == *l.Abort
}

// judge says what every gate says of a WAN whose figures are of its present
// soak; of any other they are none.
func (m *machine) judge(w *WAN) []judged {
	o := m.in.WANs[w.Name]
	s := soak{wan: w.Name, cpu: o.ReportsCPU, limited: o.Limited, before: w.known(w.From), slower: w.slowerKnown()}
	if o.Soak != w.Soak {
		o.Figures = evidence.Figures{}
	}
	s.figures = &o.Figures
	var all []judged
	for i := range m.limits {
		l := &m.limits[i]
		if l.Gate == v1alpha1.GateRouterCPU && !s.cpu && s.figures.RouterCPU.Readings == 0 {
			continue
		}
		all = append(all, judge(l, &s))
	}
	return all
}

// known are the figures of another profile; nil where there are none.
func (w *WAN) known(profile string) *Known {
	for i := range w.Known {
		if w.Known[i].Profile == profile && profile != w.Profile {
			return &w.Known[i]
		}
	}
	return nil
}

// slowerKnown are those of the nearest slower profile that was measured.
func (w *WAN) slowerKnown() *Known {
	var nearest *Known
	least := time.Duration(0)
	for i := range w.Known {
		d := interval(w.Known[i].Profile)
		if d > interval(w.Profile) && (nearest == nil || d < least) {
			nearest, least = &w.Known[i], d
		}
	}
	return nearest
}

// worst is how much a gate's result weighs against another's.
func worst(r v1alpha1.GateResult) int {
	switch r {
	case v1alpha1.GateAbort:
		return 3
	case v1alpha1.GateThin:
		return 2
	case v1alpha1.GateInconclusive:
		return 1
	}
	return 0
}
