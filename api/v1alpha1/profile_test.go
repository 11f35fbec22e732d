package v1alpha1_test

import (
	"testing"
	"time"

	"github.com/wanctl/wanctl/api/v1alpha1"
)

func TestAProfileIsAnIntervalFrom5msTo5s(t *testing.T) {
	for profile, want := range map[string]time.Duration{
		"5ms": 5 * time.Millisecond, "5s": 5 * time.Second, "33ms": 33 * time.Millisecond, "0.05s": 50 * time.Millisecond,
		"4.999ms": 0, "5.001s": 0, "-50ms": 0, "50": 0, "": 0, "fast": 0,
	} {
		got, err := v1alpha1.ParseProfile(profile)
		if got != want || (err == nil) != (want > 0) {
			t.Errorf("%q is %v (%v), want %v", profile, got, err, want)
		}
	}
}

func TestTheNamedProfilesAreIntervalsSlowestFirst(t *testing.T) {
	last := v1alpha1.MaxInterval + 1
	for _, profile := range v1alpha1.Profiles {
		interval, err := v1alpha1.ParseProfile(profile)
		if err != nil || interval >= last {
			t.Errorf("%s after %v (%v)", profile, last, err)
		}
		last = interval
	}
}
