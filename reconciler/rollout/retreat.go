package rollout

import (
	"fmt"

	"github.com/wanctl/wanctl/api/v1alpha1"
)

// finalize brings WANs that were thin to the next slower profile, each in its
// turn; in scope Site all that were to run the same or a faster one.
func (m *machine) finalize(thin []*WAN, why map[string]judged) {
	for _, w := range thin {
		g := why[w.Name]
		message := fmt.Sprintf("%s is thin at %s on %s%s", g.Name, w.Profile, w.Name, g.says())
		m.fail(w, w.Profile, g.Name, message)
		slower := m.slower(w)
		if slower == "" {
			m.bottom(w, g, message)
			continue
		}
		m.decided("finalize-"+slower, message, "", w)
		m.warn(w.Name, v1alpha1.ReasonRolloutFinalizing, fmt.Sprintf("%s: %s is next", message, slower))
		w.Goal, w.Result = slower, v1alpha1.ResultThin
		if m.spec.Scope == v1alpha1.ScopeSite {
			m.drag(slower, g.Name, message)
		}
	}
	if m.Phase != v1alpha1.RolloutPaused {
		m.again(v1alpha1.RolloutPending)
	}
}

// drag brings every other WAN of the rollout down to a profile.
func (m *machine) drag(profile string, gate v1alpha1.GateName, message string) {
	for i := range m.WANs {
		w := &m.WANs[i]
		if w.Result == v1alpha1.ResultApproved || w.Result == v1alpha1.ResultFailed || interval(w.Goal) >= interval(profile) {
			continue
		}
		m.fail(w, w.Goal, gate, message)
		switch {
		case w.Profile != profile && w.Result != v1alpha1.ResultWaiting:
			w.Result = v1alpha1.ResultThin
		case w.Profile == profile && w.Stable == profile:
			w.Result = v1alpha1.ResultApproved
		}
		w.Goal = profile
	}
}

// bottom is the end of the ladder: back to what was stable, if that is something
// else, or else a person must decide.
func (m *machine) bottom(w *WAN, g judged, message string) {
	if w.Stable != "" && w.Stable != w.Profile {
		m.rollback(w, g, "")
		return
	}
	message += ", and the ladder has nothing slower"
	m.halt("issues: "+message, message, w)
}

// rollback takes a WAN back at once, and in scope Site every other that is on
// trial.
func (m *machine) rollback(w *WAN, g judged, by string) {
	back := m.back(w)
	if back == "" && by == "" && m.failed(w.Name, w.Profile) && m.Phase == v1alpha1.RolloutPaused {
		return // a person knows
	}
	message := fmt.Sprintf("%s aborts %s on %s%s", g.Name, w.Profile, w.Name, g.says())
	if by != "" {
		message = fmt.Sprintf("%s rejected %s on %s", by, w.Profile, w.Name)
	} else if g.Result == v1alpha1.GateThin {
		message = fmt.Sprintf("%s is thin at %s on %s%s, and the ladder has nothing slower", g.Name, w.Profile, w.Name, g.says())
	}
	m.fail(w, w.Profile, g.Name, message)
	wans := []*WAN{w}
	if m.spec.Scope == v1alpha1.ScopeSite {
		wans = append(wans, m.others(w, g.Name, message)...)
	}
	if back == "" {
		message += ", and there is nothing to go back to"
		m.halt("issues: "+message, message, w)
		return
	}
	m.decided("rollback", message, by, wans...)
	for _, w := range wans {
		target := m.back(w)
		if target == "" {
			continue
		}
		m.remember(w)
		m.warn(w.Name, v1alpha1.ReasonRolledBack, fmt.Sprintf("from %s back to %s: %s", w.Profile, target, message))
		w.From, w.Profile, w.Goal, w.Result = w.Profile, target, target, v1alpha1.ResultFailed
		m.fresh(w)
	}
	if m.Watching != "" && m.wan(m.Watching).Result == v1alpha1.ResultSoaking {
		return // another WAN is watched, and goes on to be
	}
	m.Message = message
	m.again(v1alpha1.RolloutRolledBack)
}

// others are the WANs that go back with one; those that only wait stay where
// they are.
func (m *machine) others(first *WAN, gate v1alpha1.GateName, message string) []*WAN {
	var all []*WAN
	for i := range m.WANs {
		w := &m.WANs[i]
		if w == first {
			continue
		}
		switch w.Result {
		case v1alpha1.ResultSoaking, v1alpha1.ResultPassed, v1alpha1.ResultThin:
			m.fail(w, w.Profile, gate, message)
			all = append(all, w)
		case v1alpha1.ResultWaiting:
			m.fail(w, w.Goal, gate, message)
			w.Goal, w.Result = w.Profile, v1alpha1.ResultFailed
		}
	}
	return all
}

// says is a gate's figure against its limits, in a sentence's end.
func (g *judged) says() string {
	if g.Figure == nil {
		return ""
	}
	text := fmt.Sprintf(": %.3g %s, and %.3g passes", *g.Figure, g.Unit, g.Pass)
	if g.Result == v1alpha1.GateAbort {
		text = fmt.Sprintf(": %.3g %s, and %.3g is the limit", *g.Figure, g.Unit, *g.Abort)
	}
	if g.Message != "" {
		text += " (" + g.Message + ")"
	}
	return text
}
