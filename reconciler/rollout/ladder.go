package rollout

import (
	"slices"
	"time"

	"github.com/wanctl/wanctl/api/v1alpha1"
)

// interval is what a profile names; 0 for one that is none.
func interval(profile string) time.Duration {
	d, err := v1alpha1.ParseProfile(profile)
	if err != nil {
		return 0
	}
	return d
}

// canonical is a profile in the one spelling that states have; empty for none.
func canonical(profile string) string {
	if d := interval(profile); d > 0 {
		return d.String()
	}
	return ""
}

// slower is the next slower profile that a WAN has not failed at: of the ladder,
// or its last stable one where that lies in between; empty at the end.
func (m *machine) slower(w *WAN) string {
	var next time.Duration
	for _, profile := range append([]string{w.Stable}, m.spec.Ladder...) {
		d := interval(profile)
		if d > interval(w.Profile) && (next == 0 || d < next) && !m.failed(w.Name, d.String()) {
			next = d
		}
	}
	if next == 0 {
		return ""
	}
	return next.String()
}

// back is what a WAN is rolled back to: its last stable profile; the slowest of
// the ladder for one that never had any, and the next slower one where it fails
// at that very profile. Empty is nothing.
func (m *machine) back(w *WAN) string {
	switch {
	case w.Stable != "" && w.Stable != w.Profile:
		return w.Stable
	case w.Stable != "":
		return m.slower(w)
	}
	for _, profile := range slices.Backward(m.spec.Ladder) {
		if d := interval(profile); d > interval(w.Profile) && !m.failed(w.Name, d.String()) {
			return d.String()
		}
	}
	return ""
}

// failed says that a WAN has not borne a profile, and the spec is the same.
func (m *machine) failed(wan, profile string) bool {
	return slices.ContainsFunc(m.Failed, func(f v1alpha1.RolloutFailure) bool { return f.WAN == wan && f.Profile == profile })
}

// forgive lets a WAN have a profile all the same; any profile where it is "".
func (m *machine) forgive(wan, profile string) {
	m.Failed = slices.DeleteFunc(m.Failed, func(f v1alpha1.RolloutFailure) bool {
		return f.WAN == wan && (profile == "" || f.Profile == profile)
	})
}

// fail notes that.
func (m *machine) fail(w *WAN, profile string, gate v1alpha1.GateName, message string) {
	if m.failed(w.Name, profile) {
		return
	}
	m.Failed = append(m.Failed, v1alpha1.RolloutFailure{Profile: profile, WAN: w.Name, Gate: gate, Message: message, Generation: m.Generation})
}
