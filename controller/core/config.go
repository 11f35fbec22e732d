// Package core is what one cycle of a WAN's loop decides: it takes the newest
// samples and counters through estimate and autorate into the two rates.
//
// It is pure and does not allocate once made, so that the same code runs in a
// loop on the clock, in a simulation far faster than it, and over a recording.
package core

import (
	"time"

	"github.com/wanctl/wanctl/api/v1alpha1"
	"github.com/wanctl/wanctl/controller/autorate"
	"github.com/wanctl/wanctl/controller/estimate"
)

// Config are the parameters of one WAN, per cycle.
type Config struct {
	Interval time.Duration
	Weights  estimate.Weights
	Quorum   estimate.QuorumWeights
	Autorate autorate.Config
	// InitialRTTMS is where load and baseline start; 0 is the first median.
	InitialRTTMS float64
	// History is how long a delay must have been flat before it is taken for
	// the path's own.
	History time.Duration
	// Standby is how many TCP targets stand in while no reflector answers.
	Standby int
	// MaxIntervals bounds what a gap may weigh: one load time constant.
	MaxIntervals int64
}

// deliveredWindow is the time over which the delivered rate is measured.
const deliveredWindow = 200 * time.Millisecond

// baselineFall is the time constant with which a reflector's own baseline
// follows faster answers.
const baselineFall = 2 * time.Second

// slowShare is the share of the green threshold by which a reflector may answer
// later than the others: less could not be taken for congestion.
const slowShare = 0.5

// NewConfig compiles a WAN of a defaulted site and its derived parameters.
func NewConfig(site *v1alpha1.Site, wan *v1alpha1.WAN, d *v1alpha1.Derived) *Config {
	times, thresholds := site.EffectiveTimeConstants(wan), site.EffectiveThresholds(wan)
	c := &Config{
		Interval: d.Interval.Duration,
		Weights: estimate.Weights{
			AlphaLoad:        float64(d.AlphaLoad),
			AlphaBaseline:    float64(d.AlphaBaseline),
			BaselineUpdateMS: milliseconds(thresholds.BaselineUpdate.Duration),
		},
		Autorate: autorate.Config{
			Thresholds: autorate.Thresholds{
				GreenMS:   milliseconds(thresholds.Green.Duration),
				SoftRedMS: milliseconds(thresholds.SoftRed.Duration),
				HardRedMS: milliseconds(thresholds.HardRed.Duration),
			},
			Limits: [2]autorate.Limits{limits(&wan.Download, &d.Download, d), limits(&wan.Upload, &d.Upload, d)},
			Fast:   times.Detection.Duration > 0,
		},
		History:      times.History.Duration,
		Standby:      standby(site, wan),
		MaxIntervals: max(1, int64(times.Load.Duration/d.Interval.Duration)),
	}
	c.Quorum = quorum(c, wan, d)
	if wan.Probe.InitialRTT != nil {
		c.InitialRTTMS = milliseconds(wan.Probe.InitialRTT.Duration)
	}
	return c
}

// StandbySpacing is the time between two samples of standbys while they stand
// in for the reflectors.
const StandbySpacing = 500 * time.Millisecond

// standby is how many targets the fallback hands to the loop.
func standby(site *v1alpha1.Site, wan *v1alpha1.WAN) int {
	if fallback := site.EffectiveFallback(wan); fallback.Rates == v1alpha1.FallbackFollow {
		return len(fallback.TCP)
	}
	return 0
}

// quorum spreads the baseline's weights over the reflectors, each of which is
// heard only every so many cycles.
func quorum(c *Config, wan *v1alpha1.WAN, d *v1alpha1.Derived) estimate.QuorumWeights {
	turns := float64(max(1, len(wan.Probe.Reflectors)))
	return estimate.QuorumWeights{
		Up:      min(1, turns*float64(d.AlphaBaseline)),
		Down:    min(1, turns*c.Interval.Seconds()/baselineFall.Seconds()),
		Window:  max(1, int(d.DetectionSamples)),
		Timeout: wan.Probe.Timeout.Duration,
		SlowMS:  slowShare * c.Autorate.Thresholds.GreenMS,
	}
}

func limits(s *v1alpha1.Shaper, per *v1alpha1.DerivedShaper, d *v1alpha1.Derived) autorate.Limits {
	return autorate.Limits{
		States:        int(s.States),
		Ceiling:       s.Ceiling.Value(),
		Floors:        [4]int64{s.Floors.Green.Value(), s.Floors.Yellow.Value(), s.Floors.SoftRed.Value(), s.Floors.Red.Value()},
		Factor:        per.DecreaseFactor,
		CutFactor:     *s.Decrease.Factor,
		Step:          per.IncreaseStep,
		IncreaseAfter: per.IncreaseAfterSamples,
		SoftRedAfter:  d.SoftRedSamples,
	}
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
