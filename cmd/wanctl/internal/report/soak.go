package report

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/wanctl/wanctl/api/v1alpha1"
)

// standing is what the newest verdict makes of a profile on a WAN.
type standing string

const (
	stable    standing = "stable"
	thin      standing = "thin"
	failed    standing = "rolled back"
	undecided standing = "undecided"
)

// soak is what is known of one WAN at one profile: the newest verdict that
// decided, and the measurement that it rests on.
type soak struct {
	wan, profile string
	interval     time.Duration
	origin       v1alpha1.VerdictOrigin
	standing     standing
	verdict      *v1alpha1.Verdict
	// measured is nil where the verdict came without a measurement.
	measured *v1alpha1.Measurement
}

func (s *soak) simulated() bool { return s.origin == v1alpha1.OriginSimulated }

func (s *soak) originText() string {
	if s.simulated() {
		return "SIMULATED"
	}
	return "recorded"
}

// gates are what the verdict's gates say of the WAN.
func (s *soak) gates() []v1alpha1.GateStatus {
	var own []v1alpha1.GateStatus
	for _, g := range s.verdict.Gates {
		if g.WAN == s.wan || g.WAN == "" {
			own = append(own, g)
		}
	}
	return own
}

// soaksOf is a soak for each WAN, profile and origin, the fastest first, in the
// order of the WANs' first verdicts. A verdict that decided outweighs one that
// did not (issues), else the newer one counts.
func soaksOf(verdicts []v1alpha1.Verdict) []*soak {
	var all []*soak
	var wans []string
	for i := range verdicts {
		v := &verdicts[i]
		for _, wan := range v.WANs {
			if !slices.Contains(wans, wan) {
				wans = append(wans, wan)
			}
			s := soakOf(v, wan)
			if s.interval == 0 {
				continue
			}
			j := slices.IndexFunc(all, func(o *soak) bool {
				return o.wan == s.wan && o.interval == s.interval && o.origin == s.origin
			})
			switch {
			case j < 0:
				all = append(all, s)
			case s.standing != undecided || all[j].standing == undecided:
				all[j] = s
			}
		}
	}
	slices.SortStableFunc(all, func(a, b *soak) int {
		return cmp.Or(cmp.Compare(a.interval, b.interval), cmp.Compare(slices.Index(wans, a.wan), slices.Index(wans, b.wan)), cmp.Compare(a.origin, b.origin))
	})
	return all
}

func soakOf(v *v1alpha1.Verdict, wan string) *soak {
	s := &soak{wan: wan, profile: v.Profile, verdict: v, origin: cmp.Or(v.Origin, v1alpha1.OriginRecorded), standing: standingOf(v.Verdict)}
	for i := range v.Measurements {
		if m := &v.Measurements[i]; m.WAN == wan {
			s.measured, s.profile = m, cmp.Or(m.Profile, v.Profile)
		}
	}
	s.interval = intervalOf(s.profile)
	return s
}

func standingOf(verdict string) standing {
	switch {
	case strings.HasPrefix(verdict, "approved-"):
		return stable
	case strings.HasPrefix(verdict, "finalize-"):
		return thin
	case verdict == "rollback":
		return failed
	}
	return undecided
}

// profilesOf are the profiles of soaks, the fastest first.
func profilesOf(soaks []*soak) []string {
	var all []string
	for _, s := range soaks {
		if !slices.ContainsFunc(all, func(p string) bool { return same(p, s.profile) }) {
			all = append(all, s.profile)
		}
	}
	return all
}

// at are the soaks at one profile.
func at(soaks []*soak, profile string) []*soak {
	var found []*soak
	for _, s := range soaks {
		if same(s.profile, profile) {
			found = append(found, s)
		}
	}
	return found
}

// intervalOf is 0 for what is no profile.
func intervalOf(profile string) time.Duration {
	d, err := v1alpha1.ParseProfile(profile)
	if err != nil {
		return 0
	}
	return d
}

func same(a, b string) bool { return a == b || intervalOf(a) > 0 && intervalOf(a) == intervalOf(b) }
