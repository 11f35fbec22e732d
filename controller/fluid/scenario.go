package fluid

import (
	"time"

	"github.com/wanctl/wanctl/api/v1alpha1"
)

// Scenario is the link that stands in for a real one: a capacity that starts
// at the ceiling, falls to 60 % of it at 5 min, rises to 85 % at 8 min and back
// to all of it at 12 min, anew every 20 min; two downloads and one upload, on
// for 90 s and off for 30 s.
func Scenario(site *v1alpha1.Site, wan *v1alpha1.WAN) Config {
	direction := func(s *v1alpha1.Shaper, flows int) DirectionConfig {
		ceiling := s.Ceiling.Value()
		return DirectionConfig{
			Shaper: ceiling,
			Capacity: Capacity{
				First: ceiling,
				Steps: []Step{
					{At: 5 * time.Minute, Rate: ceiling * 60 / 100},
					{At: 8 * time.Minute, Rate: ceiling * 85 / 100},
					{At: 12 * time.Minute, Rate: ceiling},
				},
				Repeat: 20 * time.Minute,
			},
			Flows: flows, On: 90 * time.Second, Off: 30 * time.Second,
		}
	}
	return Config{
		BaseRTT: defaultBaseRTT, Jitter: defaultJitter, Buffer: defaultBuffer,
		Reflectors: reflectors(wan, &v1alpha1.SimulatedLink{}),
		Directions: [2]DirectionConfig{Download: direction(&wan.Download, defaultDownloads), Upload: direction(&wan.Upload, defaultUploads)},
		Seed:       seed(1, site, wan),
	}
}
