package rollout

import (
	"fmt"
	"slices"
	"time"

	"github.com/wanctl/wanctl/api/v1alpha1"
)

// settle is how long after trouble the figures of the last minute are not
// judged: they are still marked by it.
const settle = time.Minute

// lasting is how long trouble must last before it is worth a verdict.
const lasting = 10 * time.Second

// clock lets time pass: for the soak while nothing is in its way, for trouble
// while there is some.
func (m *machine) clock() {
	for i := range m.WANs {
		w := &m.WANs[i]
		if m.in.WANs[w.Name].Trouble.Reason != "" {
			w.Unsettled = settle
		} else {
			w.Unsettled = max(w.Unsettled-m.dt, 0)
		}
	}
	m.Trouble = m.troubles()
	if len(m.Trouble) > 0 {
		m.TroubleFor += m.dt
		if m.TroubleFor >= lasting {
			m.complain()
		}
		return
	}
	if m.TroubleFor >= lasting && len(m.Told) > 0 {
		m.news(m.Watching, v1alpha1.ReasonRolloutIssuesOver, "the soak goes on")
	}
	m.TroubleFor = 0
	if m.Phase == v1alpha1.RolloutSoaking && m.settled() {
		m.Soaked += m.dt
		m.forget()
	}
}

// troubles are those of WANs whose soak they keep from going on.
func (m *machine) troubles() []Trouble {
	if m.idle() || m.Phase == v1alpha1.RolloutPaused {
		return nil
	}
	var all []Trouble
	for _, w := range m.watched() {
		if t := m.in.WANs[w.Name].Trouble; t.Reason != "" {
			t.WAN = w.Name
			all = append(all, t)
		}
	}
	return all
}

// settled says that figures of the watched WANs mean something again.
func (m *machine) settled() bool {
	return !slices.ContainsFunc(m.watched(), func(w *WAN) bool { return w.Unsettled > 0 })
}

// complain reaches a verdict on trouble, once in a soak for each kind.
func (m *machine) complain() {
	for _, t := range m.Trouble {
		if slices.Contains(m.Told, t.Reason) {
			continue
		}
		m.Told = append(m.Told, t.Reason)
		message := fmt.Sprintf("%s: the soak pauses until it is well again", t.sentence())
		m.warn(t.WAN, v1alpha1.ReasonRolloutIssues, message)
		m.decided("issues: "+t.words(), message, "", m.wan(t.WAN))
	}
}

// kept is how much of a soak's evidence may be missing: what lies between two
// writes to disk, and a tenth.
const kept = 2 * time.Minute

// forget puts the soak's clock back to what its evidence covers: an agent that
// lost it has not watched that long.
func (m *machine) forget() {
	for _, w := range m.watched() {
		o := m.in.WANs[w.Name]
		covered := o.Figures.Soaked
		if o.Soak != w.Soak {
			covered = 0
		}
		if covered+kept+m.Soaked/10 < m.Soaked {
			m.Soaked = covered
		}
	}
}
