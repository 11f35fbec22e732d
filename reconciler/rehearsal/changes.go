package rehearsal

import (
	"fmt"

	"github.com/wanctl/wanctl/api/v1alpha1"
)

// changes are the sites that are asked for one after the other, with nothing left
// for a person to approve: of each profile, or the one of the manifest.
func changes(site *v1alpha1.Site, profiles []string) ([]*v1alpha1.Site, error) {
	var all []*v1alpha1.Site
	for i, profile := range profiles {
		interval, err := v1alpha1.ParseProfile(profile)
		if err != nil {
			return nil, fmt.Errorf("the profile to rehearse: %w", err)
		}
		if i > 0 && parsed(profiles[i-1]) == interval {
			return nil, fmt.Errorf("the profiles to rehearse: %s follows itself; name it once", profile)
		}
		all = append(all, asked(site, profile))
	}
	if len(all) == 0 {
		all = append(all, asked(site, ""))
	}
	return all, nil
}

// asked is the site with one profile for all of its WANs, or as it is.
func asked(site *v1alpha1.Site, profile string) *v1alpha1.Site {
	wanted := site.DeepCopy()
	wanted.Spec.Rollout.Approval, wanted.Spec.Rollout.Approve = v1alpha1.ApprovalAuto, ""
	if profile != "" {
		wanted.Spec.IntervalProfile = profile
		for i := range wanted.Spec.WANs {
			wanted.Spec.WANs[i].IntervalProfile = ""
		}
	}
	return wanted
}
