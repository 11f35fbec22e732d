package rollout

import (
	"slices"
	"time"

	"github.com/wanctl/wanctl/api/v1alpha1"
)

// doubt is how long an abort must be seen where an outage looks the same at
// first: until then it may turn out to be trouble.
const doubt = 10 * time.Second

// doubtful are the gates that an outage makes look like an abort.
var doubtful = []v1alpha1.GateName{v1alpha1.GateProbeLoss, v1alpha1.GateRouterErrors}

// watch takes back what passes an abort limit, whatever the phase: every WAN
// whose profile has not been approved yet.
func (m *machine) watch() {
	var hot *WAN // of those whose router is busy, the one that moved last
	var heat judged
	for i := range m.WANs {
		w := &m.WANs[i]
		if !m.judgeable(w) {
			continue
		}
		g, found := m.abort(w)
		switch {
		case !found:
		case g.Name == v1alpha1.GateRouterCPU:
			if hot == nil || w.Moved > hot.Moved {
				hot, heat = w, g
			}
		default:
			m.rollback(w, g, "")
			if m.spec.Scope == v1alpha1.ScopeSite {
				return
			}
		}
	}
	if hot != nil {
		m.rollback(hot, heat, "")
	}
}

// judgeable says that a WAN runs a profile that is on trial.
func (m *machine) judgeable(w *WAN) bool {
	o := m.in.WANs[w.Name]
	onTrial := w.Result == v1alpha1.ResultSoaking || w.Result == v1alpha1.ResultPassed || w.Result == v1alpha1.ResultThin
	return onTrial && o.Soak == w.Soak && canonical(o.Profile) == w.Profile
}

// abort is the gate that a WAN's figures abort at. In trouble only a crash
// counts.
func (m *machine) abort(w *WAN) (judged, bool) {
	troubled := w.Unsettled > 0
	suspect := v1alpha1.GateName("")
	for _, g := range m.judge(w) {
		if g.Result != v1alpha1.GateAbort || troubled && g.Name != v1alpha1.GateRestarts {
			continue
		}
		if !slices.Contains(doubtful, g.Name) {
			return g, true
		}
		suspect = g.Name
		if w.Suspect == g.Name {
			if w.SuspectFor += m.dt; w.SuspectFor >= doubt {
				return g, true
			}
		}
		break
	}
	if suspect != w.Suspect {
		w.Suspect, w.SuspectFor = suspect, 0
	}
	return judged{}, false
}
