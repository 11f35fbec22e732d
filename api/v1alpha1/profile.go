package v1alpha1

import (
	"fmt"
	"strings"
	"time"
)

// Profiles are the named interval profiles, slowest first.
var Profiles = []string{"2s", "500ms", "250ms", "100ms", "50ms", "20ms", "10ms"}

// The shortest and the longest interval that a profile may name.
const (
	MinInterval = 5 * time.Millisecond
	MaxInterval = 5 * time.Second
)

// ParseProfile is the interval that a profile names: one of Profiles or any
// duration from MinInterval to MaxInterval. The error says what would be right.
func ParseProfile(profile string) (time.Duration, error) {
	interval, err := time.ParseDuration(profile)
	if err != nil {
		return 0, fmt.Errorf("%q is no interval profile; use one of %s or a duration from %v to %v",
			profile, strings.Join(Profiles, ", "), MinInterval, MaxInterval)
	}
	if interval < MinInterval || interval > MaxInterval {
		return 0, fmt.Errorf("an interval of %s is out of range; it must be from %v to %v", profile, MinInterval, MaxInterval)
	}
	return interval, nil
}
