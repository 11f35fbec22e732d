package plan

import (
	"github.com/wanctl/wanctl/api/v1alpha1"
)

// WithProfiles is a site in which WANs run other interval profiles than its spec
// asks for, by WAN. A WAN that runs what is asked for keeps its spelling.
func WithProfiles(site *v1alpha1.Site, profiles map[string]string) *v1alpha1.Site {
	out := site.DeepCopy()
	for i := range out.Spec.WANs {
		w := &out.Spec.WANs[i]
		if profile := profiles[w.Name]; profile != "" && !SameProfile(profile, site.EffectiveIntervalProfile(w)) {
			w.IntervalProfile = profile
		}
	}
	return out
}

// SameProfile says that two profiles are of one interval.
func SameProfile(a, b string) bool {
	if a == b {
		return true
	}
	x, errX := v1alpha1.ParseProfile(a)
	y, errY := v1alpha1.ParseProfile(b)
	return errX == nil && errY == nil && x == y
}
