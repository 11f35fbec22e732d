package rollout

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/wanctl/wanctl/api/v1alpha1"
)

// proceed takes the next step, if it is time.
func (m *machine) proceed() {
	switch m.Phase {
	case v1alpha1.RolloutProgressing, v1alpha1.RolloutFinalizing:
		m.arrive()
	case v1alpha1.RolloutSoaking:
		m.soak()
	case v1alpha1.RolloutAwaitingApproval:
		m.await()
	case v1alpha1.RolloutPaused:
		if m.Paused == "" {
			m.await()
		}
	}
	if m.idle() {
		m.choose()
	}
}

// choose begins what is next: a WAN that was thin, one that waits, or the final
// soak. Nothing begins before everything runs what it is to run.
func (m *machine) choose() {
	next := m.waiting()
	final := slices.ContainsFunc(m.WANs, func(w WAN) bool { return w.Result == v1alpha1.ResultPassed })
	if len(next) == 0 && !final {
		m.rest()
		return
	}
	if m.Phase == "" || m.Phase == v1alpha1.RolloutApproved {
		m.Phase = v1alpha1.RolloutPending
	}
	if w := m.unsettled(); w != nil {
		m.Message = fmt.Sprintf("waits until wan %s runs %s", w.Name, w.Profile)
		return
	}
	if len(next) == 0 {
		m.final()
		return
	}
	if m.spec.Strategy != v1alpha1.StrategyImmediate {
		next = next[:1]
	}
	for _, w := range next {
		if t := m.in.WANs[w.Name].Trouble; t.Reason != "" {
			t.WAN = w.Name
			m.Message = "waits until it is well: " + t.sentence()
			return
		}
	}
	m.move(next)
}

// waiting are the WANs to be changed, those that were thin first.
func (m *machine) waiting() []*WAN {
	var thin, rest []*WAN
	for i := range m.WANs {
		switch w := &m.WANs[i]; w.Result {
		case v1alpha1.ResultThin:
			thin = append(thin, w)
		case v1alpha1.ResultWaiting:
			rest = append(rest, w)
		}
	}
	return append(thin, rest...)
}

// unsettled is the first WAN that does not run what it is to run.
func (m *machine) unsettled() *WAN {
	for i := range m.WANs {
		w := &m.WANs[i]
		if o := m.in.WANs[w.Name]; !o.Running || canonical(o.Profile) != w.Profile || o.Soak != w.Soak {
			return w
		}
	}
	return nil
}

// rest is where a rollout ends.
func (m *machine) rest() {
	phase := v1alpha1.RolloutApproved
	message := "every WAN runs what the spec asks for"
	for i := range m.WANs {
		w := &m.WANs[i]
		if w.Result == v1alpha1.ResultFailed {
			phase = v1alpha1.RolloutRolledBack
		}
		if w.Profile != w.Target {
			message = fmt.Sprintf("wan %s stays at %s: %s is not tried again until the spec changes", w.Name, w.Profile, w.Target)
		}
	}
	m.Phase, m.Message, m.Watching = phase, message, ""
}

// move changes WANs to their goals: one at a time, or at once where the strategy
// is Immediate.
func (m *machine) move(wans []*WAN) {
	under := slices.ContainsFunc(m.WANs, func(w WAN) bool { return w.Result == v1alpha1.ResultPassed || w.Result == v1alpha1.ResultThin })
	if m.Started.IsZero() || !under {
		m.Started = m.now
	}
	m.again(v1alpha1.RolloutProgressing)
	if m.spec.Strategy != v1alpha1.StrategyImmediate {
		m.Watching = wans[0].Name
	}
	for _, w := range wans {
		m.remember(w)
		reason := v1alpha1.ReasonRolloutProgressing
		if w.Goal != w.Target {
			m.Phase, reason = v1alpha1.RolloutFinalizing, v1alpha1.ReasonRolloutFinalizing
		}
		if w.Goal != w.Profile {
			m.news(w.Name, reason, fmt.Sprintf("from %s to %s; rolled back to %s if need be", w.Profile, w.Goal, orSlowest(w.Stable)))
			w.From, w.Profile = w.Profile, w.Goal
		}
		w.Result = v1alpha1.ResultSoaking
		m.fresh(w)
		w.Moved = w.Soak
	}
	m.Message = "waits until the new profile runs"
}

func orSlowest(profile string) string {
	if profile == "" {
		return "the slowest of the ladder"
	}
	return profile
}

// arrive begins the soak once everything watched runs its profile.
func (m *machine) arrive() {
	watched := m.watched()
	if len(watched) == 0 {
		m.again(v1alpha1.RolloutPending)
		return
	}
	for _, w := range watched {
		if o := m.in.WANs[w.Name]; !o.Running || canonical(o.Profile) != w.Profile || o.Soak != w.Soak {
			return
		}
	}
	length := m.length()
	m.Phase, m.SoakStarted, m.Soaked, m.Until = v1alpha1.RolloutSoaking, m.now, 0, extended(length)
	m.Message = "soaks for " + plain(length)
	m.news(m.Watching, v1alpha1.ReasonRolloutSoaking, fmt.Sprintf("%s soaks for %s", profiles(watched), plain(length)))
}

// length is that of the present soak.
func (m *machine) length() time.Duration {
	if m.Watching != "" {
		return m.spec.Soak.PerWAN.Duration
	}
	return m.spec.Soak.Final.Duration
}

// extended is how long a soak may last for want of evidence: three times as
// long, and at least half an hour more.
func extended(length time.Duration) time.Duration {
	return max(3*length, length+30*time.Minute)
}

// final begins the soak of the whole site, with evidence of its own; one that
// lasts no time is judged by what was gathered of each WAN.
func (m *machine) final() {
	if m.Started.IsZero() {
		m.Started = m.now
	}
	m.again(v1alpha1.RolloutProgressing)
	if m.length() > 0 {
		for _, w := range m.watched() {
			m.fresh(w)
		}
	}
	m.Message = "waits for the final soak to begin"
}

// profiles says which WANs run what.
func profiles(wans []*WAN) string {
	var parts []string
	for _, w := range wans {
		parts = append(parts, w.Name+" at "+w.Profile)
	}
	return strings.Join(parts, ", ")
}

// plain is a time as manifests have it: 1h rather than 1h0m0s.
func plain(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}
