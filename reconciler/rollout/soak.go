package rollout

import (
	"fmt"
	"strings"

	"github.com/wanctl/wanctl/api/v1alpha1"
)

// soak judges the WANs that are watched, once their time is over; a gate that is
// urgently thin at once.
func (m *machine) soak() {
	watched := m.watched()
	if len(watched) == 0 {
		m.again(v1alpha1.RolloutPending)
		return
	}
	if len(m.Trouble) > 0 || !m.settled() {
		return
	}
	over := m.Soaked >= m.length()
	var thin []*WAN
	why := map[string]judged{}
	var lacking []string
	for _, w := range watched {
		for _, g := range m.judge(w) {
			switch {
			case g.Result == v1alpha1.GateThin && (over || g.urgent):
				if _, known := why[w.Name]; !known {
					thin = append(thin, w)
					why[w.Name] = g
				}
			case g.Result == v1alpha1.GateAbort:
				return // watch has its doubts
			case g.Result == v1alpha1.GateInconclusive:
				lacking = append(lacking, fmt.Sprintf("%s on %s", g.Name, w.Name))
			}
		}
	}
	switch {
	case len(thin) > 0:
		m.finalize(thin, why)
	case !over:
	case len(lacking) > 0:
		m.extend(lacking)
	default:
		m.pass("", "every gate passed")
	}
}

// extend goes on for want of evidence, until the deadline.
func (m *machine) extend(lacking []string) {
	const most = 4
	list := strings.Join(lacking[:min(most, len(lacking))], ", ")
	if more := len(lacking) - most; more > 0 {
		list += fmt.Sprintf(" and %d more", more)
	}
	message := "too little evidence for " + list
	if m.Soaked >= m.Until {
		m.halt("issues: "+message, message+"; approve, reject or resume it", m.watched()...)
		return
	}
	if m.Message != message {
		m.Message = message
		m.news(m.Watching, v1alpha1.ReasonSoakExtended, fmt.Sprintf("%s; the soak goes on for up to %s", message, plain(m.Until-m.length())))
	}
}

// halt waits for a person to decide about WANs.
func (m *machine) halt(verdict, message string, wans ...*WAN) {
	m.Phase, m.Before, m.Paused, m.Message = v1alpha1.RolloutPaused, v1alpha1.RolloutSoaking, "", message
	m.warn(m.Watching, v1alpha1.ReasonRolloutPaused, message)
	m.decided(verdict, message, "", wans...)
}

// pass is the end of a soak that was passed, or cut short by a person.
func (m *machine) pass(by, message string) {
	if m.Watching != "" {
		w := m.wan(m.Watching)
		w.Result = v1alpha1.ResultPassed
		if by != "" {
			m.forgive(w.Name, w.Profile)
			m.Approval = &v1alpha1.RolloutApproval{By: by, At: m.stamp(), Profile: w.Profile}
		}
		m.news(w.Name, v1alpha1.ReasonSoakPassed, fmt.Sprintf("%s at %s: %s", w.Name, w.Profile, message))
		m.again(v1alpha1.RolloutPending)
		return
	}
	if by == "" && m.spec.Approval == v1alpha1.ApprovalManual {
		m.Phase = v1alpha1.RolloutAwaitingApproval
		m.Message = "every gate passed; waits for spec.rollout.approve or wanctl approve"
		m.news("", v1alpha1.ReasonRolloutAwaitingApproval, profiles(m.watched())+": "+m.Message)
		m.await()
		return
	}
	m.approve(by, "", message)
}

// byManifest is who approves where the manifest does.
const byManifest = "spec.rollout.approve"

// await approves what the manifest approves, or anything where approval is no
// longer asked for.
func (m *machine) await() {
	switch profile := canonical(m.spec.Approve); {
	case m.Watching != "" && profile == m.wan(m.Watching).Profile:
		m.pass(byManifest, "approved in the manifest")
	case m.Watching == "" && profile != "":
		m.approve(byManifest, profile, "approved in the manifest")
	case m.spec.Approval == v1alpha1.ApprovalAuto && m.Phase == v1alpha1.RolloutAwaitingApproval:
		m.approve("", "", "every gate passed")
	}
}

// approve makes what is watched stable, or of it what runs one profile, and says
// whether there was any.
func (m *machine) approve(by, profile, message string) bool {
	groups := map[string][]*WAN{}
	var names []string
	for _, w := range m.watched() {
		if profile != "" && w.Profile != profile {
			continue
		}
		if groups[w.Profile] == nil {
			names = append(names, w.Profile)
		}
		groups[w.Profile] = append(groups[w.Profile], w)
	}
	for _, name := range names {
		group := groups[name]
		m.decided("approved-"+name, message, by, group...)
		for _, w := range group {
			w.Stable, w.Result = w.Profile, v1alpha1.ResultApproved
			m.forgive(w.Name, w.Profile)
		}
		if by != "" {
			m.Approval = &v1alpha1.RolloutApproval{By: by, At: m.stamp(), Profile: name}
		}
		m.news("", v1alpha1.ReasonRolloutApproved, profiles(group)+": "+message)
	}
	if len(names) > 0 && len(m.watched()) == 0 {
		m.again(v1alpha1.RolloutApproved)
	}
	return len(names) > 0
}
