package rehearsal

import (
	"fmt"
	"time"

	"github.com/wanctl/wanctl/api/v1alpha1"
)

// before are the profiles that run before, by WAN. Where none differs from what
// is asked for there are none: the WANs never ran, and begin at their profile.
func before(site *v1alpha1.Site, from string) (map[string]string, error) {
	if from != "" {
		if _, err := v1alpha1.ParseProfile(from); err != nil {
			return nil, fmt.Errorf("the profile before: %w", err)
		}
	}
	profiles, changes := map[string]string{}, false
	for i := range site.Spec.WANs {
		wan := &site.Spec.WANs[i]
		wanted := parsed(site.EffectiveIntervalProfile(wan))
		was := parsed(from)
		if from == "" {
			was = slower(site.Spec.Rollout.Ladder, wanted)
		}
		profiles[wan.Name] = was.String()
		changes = changes || was != wanted
	}
	if !changes {
		return nil, nil
	}
	return profiles, nil
}

// slower is the next slower interval of a ladder, or the same at its end.
func slower(ladder []string, wanted time.Duration) time.Duration {
	next := time.Duration(0)
	for _, profile := range ladder {
		if d := parsed(profile); d > wanted && (next == 0 || d < next) {
			next = d
		}
	}
	if next == 0 {
		return wanted
	}
	return next
}

// parsed is a profile of a valid manifest; 0 for none.
func parsed(profile string) time.Duration {
	d, err := v1alpha1.ParseProfile(profile)
	if err != nil {
		return 0
	}
	return d
}
