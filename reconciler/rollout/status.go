package rollout

import (
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/wanctl/wanctl/api/v1alpha1"
)

// Status is the state as the status section has it; in is what it was decided
// by.
func Status(s State, in Input) *v1alpha1.RolloutStatus {
	m := begin(s, &in, s.At)
	out := &v1alpha1.RolloutStatus{
		Phase: s.Phase, WAN: s.Watching, Target: s.Target, Message: s.Message,
		Started: stampOf(s.Started), SoakStarted: stampOf(s.SoakStarted), Failed: s.Failed, Approval: s.Approval,
	}
	for i := range m.WANs {
		w := &m.WANs[i]
		out.WANs = append(out.WANs, v1alpha1.RolloutWAN{Name: w.Name, Profile: w.Profile, Result: w.Result})
	}
	for _, t := range s.Trouble {
		out.Issues = append(out.Issues, t.sentence())
	}
	if m.idle() {
		if len(m.WANs) > 0 {
			out.LastStable = m.WANs[0].Stable
		}
		return out
	}
	watched := m.watched()
	if len(watched) > 0 {
		w := watched[0]
		out.From, out.To, out.LastStable = w.From, w.Profile, w.Stable
	}
	if m.Phase == v1alpha1.RolloutSoaking && len(s.Trouble) == 0 {
		if left := m.length() - m.Soaked; left > 0 {
			out.SoakEnds = stampOf(m.now.Add(left))
		}
		out.Deadline = stampOf(m.now.Add(m.Until - m.Soaked))
	}
	out.Gates = m.worstGates(watched)
	return out
}

// worstGates are the gates of WANs, of each the worst.
func (m *machine) worstGates(wans []*WAN) []v1alpha1.GateStatus {
	at := map[v1alpha1.GateName]int{}
	var all []v1alpha1.GateStatus
	for _, w := range wans {
		for _, g := range m.judge(w) {
			i, known := at[g.Name]
			if !known {
				at[g.Name] = len(all)
				all = append(all, g.GateStatus)
				continue
			}
			if worse(&g.GateStatus, &all[i]) {
				all[i] = g.GateStatus
			}
		}
	}
	return all
}

func worse(a, b *v1alpha1.GateStatus) bool {
	if d := worst(a.Result) - worst(b.Result); d != 0 {
		return d > 0
	}
	return a.Figure != nil && (b.Figure == nil || *a.Figure > *b.Figure)
}

// stampOf is a time to the second; nil for none.
func stampOf(t time.Time) *metav1.Time {
	if t.IsZero() {
		return nil
	}
	return &metav1.Time{Time: t.Round(time.Second)}
}
