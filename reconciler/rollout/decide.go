package rollout

import (
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/wanctl/wanctl/api/v1alpha1"
)

// machine is one decision in the making.
type machine struct {
	State
	in     *Input
	spec   *v1alpha1.Rollout
	limits []Limits
	now    time.Time
	// dt is how much time has passed since the last decision, for soaks.
	dt    time.Duration
	tells []Action
}

// mostStep is the longest time between two decisions that counts: after a longer
// one the agent was away, or the clock was set.
const mostStep = 10 * time.Second

// Decide takes what was seen into the state, and returns the next one and what
// is to be carried out once it is stored. It is to be called every second or so,
// and at once when the spec has changed.
func Decide(s State, in Input, now time.Time) (State, []Action) {
	m := begin(s, &in, now)
	m.sync()
	m.clock()
	m.watch()
	m.proceed()
	return m.State, m.actions()
}

func begin(s State, in *Input, now time.Time) *machine {
	now = now.Round(0).UTC()
	m := &machine{State: s.clone(), in: in, spec: &in.Site.Spec.Rollout, limits: GateLimits(&in.Site.Spec.Rollout), now: now}
	if d := now.Sub(s.At); !s.At.IsZero() && d > 0 && d <= mostStep {
		m.dt = d
	}
	m.At = now
	m.Verdict = max(m.Verdict, in.Recorded)
	return m
}

// actions is what the state asks for and is not seen done.
func (m *machine) actions() []Action {
	var all []Action
	for i := range m.WANs {
		w := &m.WANs[i]
		if o := m.in.WANs[w.Name]; canonical(o.Profile) != w.Profile || o.Soak != w.Soak {
			all = append(all, Run{WAN: w.Name, Profile: w.Profile, Soak: w.Soak})
		}
	}
	for i := range m.WANs {
		if name := m.WANs[i].Name; m.in.WANs[name].Trouble.Reason != "" {
			all = append(all, Hold{WAN: name})
		}
	}
	var unrecorded []v1alpha1.Verdict
	for _, v := range m.Unrecorded {
		if v.Number > m.in.Recorded {
			unrecorded = append(unrecorded, v)
			all = append(all, Record{Verdict: v})
		}
	}
	m.Unrecorded = unrecorded
	return append(all, m.tells...)
}

func (m *machine) tell(wan string, kind v1alpha1.EventType, reason, message string) {
	m.tells = append(m.tells, Tell{WAN: wan, Type: kind, Reason: reason, Message: message})
}

// news and warn tell of something about a WAN, or the site where it is "".
func (m *machine) news(wan, reason, message string) {
	m.tell(wan, v1alpha1.EventNormal, reason, message)
}

func (m *machine) warn(wan, reason, message string) {
	m.tell(wan, v1alpha1.EventWarning, reason, message)
}

// fresh begins a WAN's evidence anew.
func (m *machine) fresh(w *WAN) {
	m.Soak++
	w.Soak, w.Suspect, w.SuspectFor, w.Unsettled = m.Soak, "", 0, 0
}

// stamp is now as an API object has it.
func (m *machine) stamp() metav1.Time { return metav1.NewTime(m.now.Truncate(time.Second)) }

// idle says that nothing is being changed or watched.
func (m *machine) idle() bool {
	switch m.Phase {
	case "", v1alpha1.RolloutPending, v1alpha1.RolloutApproved, v1alpha1.RolloutRolledBack:
		return true
	}
	return false
}

// again lets the next step choose what to do; a person's pause stands. What was
// being watched waits to be watched anew.
func (m *machine) again(phase v1alpha1.RolloutPhase) {
	for i := range m.WANs {
		if w := &m.WANs[i]; w.Result == v1alpha1.ResultSoaking {
			w.Result, w.Goal = v1alpha1.ResultWaiting, w.Profile
		}
	}
	m.Watching, m.Soaked, m.Until, m.Told = "", 0, 0, nil
	m.SoakStarted = time.Time{}
	if m.Phase == v1alpha1.RolloutPaused && m.Paused != "" {
		m.Before = phase
		return
	}
	m.Phase, m.Before = phase, ""
}

// watched are the WANs that the present soak is about.
func (m *machine) watched() []*WAN {
	var all []*WAN
	for i := range m.WANs {
		w := &m.WANs[i]
		if w.Name == m.Watching || m.Watching == "" && (w.Result == v1alpha1.ResultSoaking || w.Result == v1alpha1.ResultPassed) {
			all = append(all, w)
		}
	}
	return all
}
