package rollout

import (
	"fmt"
	"time"

	"github.com/wanctl/wanctl/api/v1alpha1"
)

// Verb is what a person asks of a rollout.
type Verb string

// The verbs.
const (
	// Approve ends a soak, an extension or the wait for approval in favour of the
	// profile.
	Approve Verb = "approve"
	// Reject takes every WAN back that is on trial.
	Reject Verb = "reject"
	// Pause stops the soak's clock and every further change; abort limits still
	// hold.
	Pause Verb = "pause"
	// Resume goes on after a pause, whoever paused it.
	Resume Verb = "resume"
	// Retry tries again what failed.
	Retry Verb = "retry"
)

// Command is what a person asks for.
type Command struct {
	Verb Verb
	// Profile, where given, is the one that is approved or tried again; with any
	// other the command is refused.
	Profile string
	// WAN, where given, is the only one that tries again.
	WAN string
	// By is who asks.
	By string
}

// RefusedError says why a command cannot be obeyed and what could be done.
type RefusedError struct{ Message string }

// Error is that.
func (e *RefusedError) Error() string { return e.Message }

func refuse(format string, args ...any) error {
	return &RefusedError{Message: fmt.Sprintf(format, args...)}
}

// Obey takes a command into the state, as Decide does an observation. The error
// is a *RefusedError, and the state then as it was.
func Obey(s State, in Input, c Command, now time.Time) (State, []Action, error) {
	m := begin(s, &in, now)
	m.sync()
	if c.By == "" {
		c.By = "unknown"
	}
	var err error
	switch c.Verb {
	case Approve:
		err = m.approved(&c)
	case Reject:
		err = m.rejected(&c)
	case Pause:
		err = m.pause(&c)
	case Resume:
		err = m.resume(&c)
	case Retry:
		err = m.retry(&c)
	default:
		err = refuse("%q is nothing that a rollout can be told; use approve, reject, pause, resume or retry", c.Verb)
	}
	if err != nil {
		return s, nil, err
	}
	if m.idle() {
		m.choose()
	}
	return m.State, m.actions(), nil
}

func (m *machine) approved(c *Command) error {
	profile := canonical(c.Profile)
	if c.Profile != "" && profile == "" {
		return refuse("%q is no interval profile", c.Profile)
	}
	phase := m.Phase
	if phase == v1alpha1.RolloutPaused {
		phase = m.Before
	}
	if phase != v1alpha1.RolloutSoaking && phase != v1alpha1.RolloutAwaitingApproval {
		return refuse("nothing can be approved while the rollout is %s", m.Phase)
	}
	for _, w := range m.watched() {
		if o := m.in.WANs[w.Name]; canonical(o.Profile) != w.Profile {
			return refuse("wan %s does not run %s yet; wait until it does", w.Name, w.Profile)
		}
	}
	m.Phase, m.Before, m.Paused = phase, "", ""
	if m.Watching != "" {
		if running := m.wan(m.Watching).Profile; profile != "" && profile != running {
			return refuse("wan %s runs %s, not %s; approve that or reject it", m.Watching, running, profile)
		}
		m.pass(c.By, "approved by "+c.By)
		return nil
	}
	if !m.approve(c.By, profile, "approved by "+c.By) {
		return refuse("no WAN is on trial at %s: %s; approve that or reject it", profile, profiles(m.watched()))
	}
	return nil
}

func (m *machine) rejected(c *Command) error {
	onTrial := false
	for i := range m.WANs {
		w := &m.WANs[i]
		switch w.Result {
		case v1alpha1.ResultSoaking, v1alpha1.ResultPassed, v1alpha1.ResultThin:
			onTrial = true
		case v1alpha1.ResultWaiting:
			if w.Goal == w.Profile {
				onTrial = true
			}
		}
	}
	if !onTrial {
		return refuse("nothing is on trial that could be rejected; the rollout is %s", m.Phase)
	}
	m.Phase, m.Before, m.Paused = v1alpha1.RolloutSoaking, "", ""
	// Those that have nothing to go back to come last: what they ask of a person
	// must stand in the end.
	var order, last []*WAN
	for i := range m.WANs {
		if w := &m.WANs[i]; m.back(w) != "" {
			order = append(order, w)
		} else {
			last = append(last, w)
		}
	}
	for _, w := range append(order, last...) {
		switch {
		case w.Result == v1alpha1.ResultWaiting && w.Goal != w.Profile:
			m.fail(w, w.Goal, "", "rejected by "+c.By)
			w.Goal, w.Result = w.Profile, v1alpha1.ResultFailed
		case w.Result != v1alpha1.ResultApproved && w.Result != v1alpha1.ResultFailed:
			m.news(w.Name, v1alpha1.ReasonRolloutRejected, fmt.Sprintf("%s rejected %s", c.By, w.Profile))
			m.rollback(w, judged{}, c.By)
		}
	}
	return nil
}

func (m *machine) pause(c *Command) error {
	if m.Phase == v1alpha1.RolloutPaused && m.Paused != "" {
		return refuse("%s has paused it already; resume it first", m.Paused)
	}
	if m.Phase != v1alpha1.RolloutPaused {
		m.Before = m.Phase
	}
	m.Phase, m.Paused = v1alpha1.RolloutPaused, c.By
	m.Message = "paused by " + c.By
	m.news("", v1alpha1.ReasonRolloutPaused, m.Message)
	return nil
}

func (m *machine) resume(c *Command) error {
	if m.Phase != v1alpha1.RolloutPaused {
		return refuse("the rollout is %s, not paused", m.Phase)
	}
	if m.Before == v1alpha1.RolloutSoaking && m.Soaked >= m.Until {
		m.Soaked, m.Until = 0, extended(m.length())
	}
	m.Phase, m.Before, m.Paused = m.Before, "", ""
	m.Message = "resumed by " + c.By
	m.news("", v1alpha1.ReasonRolloutResumed, m.Message)
	return nil
}

func (m *machine) retry(c *Command) error {
	var again []*WAN
	for i := range m.WANs {
		w := &m.WANs[i]
		idle := w.Result == v1alpha1.ResultApproved || w.Result == v1alpha1.ResultFailed
		meant := (c.WAN == "" || c.WAN == w.Name) && (c.Profile == "" || canonical(c.Profile) == w.Target)
		if idle && w.Profile != w.Target && meant {
			again = append(again, w)
		}
	}
	switch {
	case len(again) == 0 && c.WAN != "":
		return refuse("wan %s has not failed at what the spec asks for; there is nothing to try again", c.WAN)
	case len(again) == 0:
		return refuse("no WAN has failed at what the spec asks for; there is nothing to try again")
	}
	for _, w := range again {
		m.forgive(w.Name, "")
		w.Goal, w.Result = w.Target, v1alpha1.ResultWaiting
		m.news(w.Name, v1alpha1.ReasonRolloutRetried, fmt.Sprintf("%s tries %s again", c.By, w.Target))
	}
	if m.Phase == v1alpha1.RolloutPaused && m.Paused == "" {
		m.again(v1alpha1.RolloutPending)
	}
	return nil
}
