package rollout

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/wanctl/wanctl/api/v1alpha1"
)

// sync takes the spec in: WANs that are new or gone, other profiles, and
// whatever else is reason to try a failed profile again.
func (m *machine) sync() {
	site := m.in.Site
	print := m.Print
	if print == "" || m.Generation != site.Generation {
		print = fingerprint(site)
	}
	changed := m.Print != "" && m.Print != print
	m.Print, m.Generation, m.Target = print, site.Generation, canonical(site.Spec.IntervalProfile)
	wans, reset := make([]WAN, 0, len(site.Spec.WANs)), false
	for _, name := range order(site) {
		spec := wanSpec(site, name)
		target := canonical(site.EffectiveIntervalProfile(spec))
		if w := m.wan(name); w != nil {
			wans = append(wans, *w)
			reset = m.aim(&wans[len(wans)-1], target, changed) || reset
			continue
		}
		wans = append(wans, m.adopt(name, target))
		reset = reset || m.Watching == "" && wans[len(wans)-1].Result == v1alpha1.ResultPassed
	}
	m.WANs = wans
	m.Failed = slices.DeleteFunc(m.Failed, func(f v1alpha1.RolloutFailure) bool { return m.wan(f.WAN) == nil })
	if gone := m.Watching != "" && m.wan(m.Watching) == nil || len(m.watched()) == 0; !m.idle() && (reset || gone) {
		m.again(v1alpha1.RolloutPending)
	}
}

// adopt is a WAN that is seen for the first time. What it ran before is stable.
// One that never ran has nothing to go back to and no slower profile to wait at:
// it begins at its target, and is watched with the whole site.
func (m *machine) adopt(name, target string) WAN {
	w := WAN{Name: name, Target: target, Goal: target, Profile: target, Result: v1alpha1.ResultPassed}
	if ran := canonical(m.in.WANs[name].Profile); ran != "" {
		w.Profile, w.Stable, w.Result = ran, ran, v1alpha1.ResultApproved
		if ran != target {
			w.Result = v1alpha1.ResultWaiting
		}
	}
	m.fresh(&w)
	return w
}

// aim points a WAN at the spec's profile, where that or the light in which it
// failed at it has changed, and says whether what is being watched must begin
// anew for it. A WAN goes on from the profile that it runs.
func (m *machine) aim(w *WAN, target string, changed bool) (reset bool) {
	if w.Target == target && !changed {
		return false
	}
	m.forgive(w.Name, "")
	moved := w.Target != target
	w.Target, w.Goal = target, target
	switch {
	case w.Profile == target && w.Result == v1alpha1.ResultApproved:
		return false
	case w.Profile == target && w.Stable == target:
		w.Result = v1alpha1.ResultApproved
	case w.Profile != target && w.Stable == target:
		m.news(w.Name, v1alpha1.ReasonRolledBack, fmt.Sprintf("from %s back to %s, as the spec says", w.Profile, target))
		w.From, w.Profile, w.Result = w.Profile, target, v1alpha1.ResultApproved
		m.fresh(w)
	case w.Profile == target && w.Result == v1alpha1.ResultPassed:
		// Watched with the site, with evidence of the new spec alone.
		m.fresh(w)
	default:
		w.Result = v1alpha1.ResultWaiting
	}
	if m.Watching != "" {
		return m.Watching == w.Name
	}
	// One that failed has its turn again after the final soak of the others.
	return moved || w.Result != v1alpha1.ResultWaiting || m.Phase == v1alpha1.RolloutPaused
}

// order is that of the rollout; WANs that it leaves out come last.
func order(site *v1alpha1.Site) []string {
	var names []string
	for _, name := range site.Spec.Rollout.Order {
		if wanSpec(site, name) != nil && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	for i := range site.Spec.WANs {
		if name := site.Spec.WANs[i].Name; !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

func wanSpec(site *v1alpha1.Site, name string) *v1alpha1.WAN {
	for i := range site.Spec.WANs {
		if site.Spec.WANs[i].Name == name {
			return &site.Spec.WANs[i]
		}
	}
	return nil
}

// fingerprint is the same for specs that say the same, who approves what and
// steering aside: neither makes a profile more bearable.
func fingerprint(site *v1alpha1.Site) string {
	spec := *site.Spec.DeepCopy()
	spec.Rollout.Approve, spec.Rollout.Approval, spec.Steering = "", "", nil
	data, err := json.Marshal(spec)
	if err != nil {
		data = fmt.Appendf(nil, "%v", err)
	}
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:8])
}
