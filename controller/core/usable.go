package core

import (
	"math"
	"time"

	"github.com/wanctl/wanctl/controller/autorate"
)

// Verdict says whether the probes' delay tells load from idle.
type Verdict uint8

// The verdicts. The first is none; the next two are that it does, and the last
// two that it does not.
const (
	NoLoadYet Verdict = iota
	// DelayUnderLoad is that delay rose while traffic passed.
	DelayUnderLoad
	// ShaperLimits is that the shaper at its ceiling held traffic up, so that
	// the line had no queue to show.
	ShaperLimits
	// PlateauWithoutDelay is that a direction kept to one rate below its
	// shaper's and delay did not rise.
	PlateauWithoutDelay
	// LossUnderLoad is that probes were lost under load, not when idle, and
	// delay did not rise.
	LossUnderLoad
)

// Unusable says that rates cannot follow the delay.
func (v Verdict) Unusable() bool { return v >= PlateauWithoutDelay }

// A second counts as loaded where a direction carries at least inUse of its
// shaper's rate: a limit of applications is mostly below that, and a ceiling
// of more than three times the line is its owner's mistake. From heldUp on the
// shaper itself may be what limits, as it is where it says so itself. Delay up to calm, a share of the green
// threshold, does not differ from idle, and from risen on it is congestion, as
// the law takes it.
const inUse, heldUp, calm, risen = 0.3, 0.9, 0.2, 0.8

// A plateau is steady within steady of the most that was carried. It counts
// after settled seconds, which a video's chunks do not last, and is believed
// after plateauFor of them in at least two plateaus, for two downloads from
// slow servers seldom run into the same limit; or after loneFor in one.
const (
	steady     = 0.05
	settled    = 5
	plateauFor = 30
	loneFor    = 120
)

// Evidence that was not renewed for evidenceFor seconds is dropped, and after
// delay has risen under load none is gathered for trusted.
const (
	evidenceFor = 600
	trusted     = time.Hour
)

// ceilingFor is for how many seconds a shaper at its ceiling must have held
// traffic up.
const ceilingFor = 10

// Losses under load are compared over lossFor seconds of it. They count where
// there are leastLost, lossShare of the probes, and lossTimes as many as idle,
// of which idleProbes must be known.
const (
	lossFor    = 30
	leastLost  = 10
	lossShare  = 0.02
	lossTimes  = 3
	idleProbes = 100
	idleMemory = 4096
)

// Usable is the verdict on the probes' delay and the figures that it rests on.
type Usable struct {
	Verdict Verdict
	// Direction carried BitsPerSecond of its shaper's ShaperBitsPerSecond, at
	// a mean delay of DelayMS.
	Direction                          autorate.Direction
	BitsPerSecond, ShaperBitsPerSecond float64
	DelayMS                            float64
	// LossLoaded and LossIdle are shares of probes.
	LossLoaded, LossIdle float64
}

// usable gathers evidence, second by second.
type usable struct {
	Usable
	// trustedAt is when delay was last seen to rise under load; 0 is never.
	trustedAt time.Duration

	// This second: when it began, how many cycles it had, what they summed up to.
	began           time.Duration
	cycles, delays  int
	delivered       [2]float64
	delayMS         float64
	lost, probes    int
	plateaus        [2]plateau
	ceiling         [2]int
	busy, resting   int
	lossSeconds     int
	loadLost, load  int
	idleLost, still int
}

// plateau is the most that one direction has carried without delay.
type plateau struct {
	top float64
	// run is how many seconds of it are in a row, total how many count, plateaus
	// how many rows they were; age is how long ago the last of them was.
	run, total, plateaus, age int
}

// watch takes one cycle into the evidence.
func (s *State) watch(c *Config, in *Input) {
	u := &s.usable
	for i := range in.Samples {
		if r := in.Samples[i].Reflector; r < len(s.Quorum.Reflectors) && s.Quorum.Reflectors[r].Healthy {
			u.probes++
			if in.Samples[i].Lost {
				u.lost++
			}
		}
	}
	if !s.Delivered.OK {
		return
	}
	green := c.Autorate.Thresholds.GreenMS
	if s.Delay.OK && !s.Delay.Silent {
		u.delays++
		u.delayMS += s.Delay.MedianMS
		if s.Delay.MedianMS > risen*green && !s.idle(c) {
			u.trust(DelayUnderLoad, in.Now)
		}
	}
	u.cycles++
	for d := range u.delivered {
		u.delivered[d] += s.Delivered.BitsPerSecond[d]
	}
	if in.Now-u.began < time.Second {
		return
	}
	if u.delays > 0 && in.Now-u.began < 2*time.Second && (u.trustedAt == 0 || in.Now-u.trustedAt > trusted) {
		u.second(c, s, in.Now)
	}
	u.began, u.cycles, u.delays, u.delivered, u.delayMS, u.lost, u.probes = in.Now, 0, 0, [2]float64{}, 0, 0, 0
}

// trust drops what was held against the probes.
func (u *usable) trust(v Verdict, now time.Duration) {
	u.Usable = Usable{Verdict: v}
	u.plateaus, u.ceiling, u.lossSeconds, u.loadLost, u.load = [2]plateau{}, [2]int{}, 0, 0, 0
	if v == DelayUnderLoad {
		u.trustedAt = now
	}
}

// second judges the second that has passed.
func (u *usable) second(c *Config, s *State, now time.Duration) {
	delayMS, quiet, loaded := u.delayMS/float64(u.delays), calm*c.Autorate.Thresholds.GreenMS, false
	for d := range u.delivered {
		carried, rate := u.delivered[d]/float64(u.cycles), float64(s.Autorate.Shapers[d].Rate)
		p := &u.plateaus[d]
		if carried > (1+steady)*p.top && p.total > 0 && u.Verdict == PlateauWithoutDelay && u.Direction == autorate.Direction(d) {
			// The line carries more: the limit was not its own.
			u.Usable = Usable{}
		}
		p.second(carried, carried >= inUse*rate && carried < heldUp*rate && delayMS < quiet && !s.Delivered.Held[d])
		if p.believed() {
			u.Usable = Usable{
				Verdict: PlateauWithoutDelay, Direction: autorate.Direction(d),
				BitsPerSecond: p.top, ShaperBitsPerSecond: rate, DelayMS: delayMS,
			}
		}
		loaded = loaded || carried >= inUse*rate
		if carried >= heldUp*rate && s.Autorate.Shapers[d].Rate >= c.Autorate.Limits[d].Ceiling && delayMS < quiet {
			if u.ceiling[d]++; u.ceiling[d] >= ceilingFor {
				u.trust(ShaperLimits, now)
			}
		}
	}
	u.compareLosses(loaded && delayMS < quiet, s.idle(c))
}

// second takes what a direction carried for a second into its plateau.
func (p *plateau) second(carried float64, loaded bool) {
	if p.age++; p.age > evidenceFor {
		*p = plateau{}
	}
	switch {
	case loaded && math.Abs(carried-p.top) <= steady*p.top:
		p.age = 0
		switch p.run++; {
		case p.run == settled:
			p.total += settled
			p.plateaus++
		case p.run > settled:
			p.total++
		}
	case carried > p.top:
		*p = plateau{top: carried}
	default:
		p.run = 0
	}
}

func (p *plateau) believed() bool {
	return p.total >= loneFor || p.total >= plateauFor && p.plateaus > 1
}

// compareLosses sets the losses under load against those of the idle line. A
// probe is known to be lost only after its timeout: the first seconds of either
// are left out.
func (u *usable) compareLosses(loaded, idle bool) {
	u.busy, u.resting = row(u.busy, loaded), row(u.resting, idle)
	switch {
	case u.resting > settled:
		u.idleLost, u.still = u.idleLost+u.lost, u.still+u.probes
		if u.still > idleMemory {
			u.idleLost, u.still = u.idleLost/2, u.still/2
		}
	case u.busy > settled:
		u.lossSeconds++
		u.loadLost, u.load = u.loadLost+u.lost, u.load+u.probes
	}
	if u.lossSeconds < lossFor {
		return
	}
	if u.still >= idleProbes {
		under, at := float64(u.loadLost)/float64(max(u.load, 1)), float64(u.idleLost)/float64(u.still)
		switch {
		case u.loadLost >= leastLost && under >= lossShare && under >= lossTimes*at:
			u.Usable = Usable{Verdict: LossUnderLoad, LossLoaded: under, LossIdle: at}
		case u.Verdict == LossUnderLoad:
			u.Usable = Usable{}
		}
	}
	u.lossSeconds, u.loadLost, u.load = 0, 0, 0
}

// row is how many seconds in a row something has been so.
func row(n int, so bool) int {
	if !so {
		return 0
	}
	return n + 1
}

// Usable is whether the probes' delay tells load from idle, as far as is known.
func (s *State) Usable() Usable { return s.usable.Usable }
