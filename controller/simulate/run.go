package simulate

import (
	"context"
	"time"

	"github.com/wanctl/wanctl/api/v1alpha1"
	"github.com/wanctl/wanctl/controller/autorate"
	"github.com/wanctl/wanctl/controller/core"
	"github.com/wanctl/wanctl/controller/probe"
	simprobe "github.com/wanctl/wanctl/controller/probe/simulated"
	simrouter "github.com/wanctl/wanctl/controller/router/simulated"
)

// start is time 0 of every simulation.
var start = time.Unix(0, 0)

// reportEvery is how much virtual time lies between two reports of progress.
const reportEvery = 10 * time.Minute

// oracleShare is what an oracle takes of the true capacity.
const oracleShare = 0.95

// run is one WAN with one shaper in virtual time.
type run struct {
	wan    *v1alpha1.WAN
	config *core.Config
	link   *simrouter.Link
	prober probe.Prober
	state  *core.State
	shaper Shaper
	// told, where given, sets the shapers instead.
	told func(dir autorate.Direction, now time.Duration) (bitsPerSecond int64)

	input   core.Input
	samples []probe.Sample
	tally   tally
}

func newRun(wan *v1alpha1.WAN, config *core.Config, link *simrouter.Link, shaper Shaper) *run {
	return newRunAt(wan, config, link, shaper, 0)
}

// newRunAt begins at a time after start, on a link that has run until then.
func newRunAt(wan *v1alpha1.WAN, config *core.Config, link *simrouter.Link, shaper Shaper, now time.Duration) *run {
	r := prepare(wan, config, link, shaper, now)
	r.apply(start.Add(now))
	return r
}

// prepare is newRunAt with shapers that are not yet set.
func prepare(wan *v1alpha1.WAN, config *core.Config, link *simrouter.Link, shaper Shaper, now time.Duration) *run {
	reflectors := max(1, len(wan.Probe.Reflectors))
	return &run{
		wan: wan, config: config, link: link, shaper: shaper,
		prober: simprobe.New(link, reflectors, config.Interval, config.Quorum.Timeout, start.Add(now)),
		state:  core.NewState(config, reflectors),
		tally:  newTally(),
	}
}

// turn runs cycle after cycle until the virtual time is over.
func (r *run) turn(ctx context.Context, d time.Duration, progress func(time.Duration)) error {
	interval, reported := r.config.Interval, time.Duration(0)
	for now := interval; now <= d; now += interval {
		r.cycle(now)
		if now-reported >= reportEvery {
			if err := ctx.Err(); err != nil {
				return err
			}
			progress(now - reported)
			reported = now
		}
	}
	progress(d - reported)
	return nil
}

// cycle is what a loop does in one, at once and without a clock.
func (r *run) cycle(now time.Duration) {
	at := start.Add(now)
	r.step(now, 1)
	r.tally.cycle(r, at)
	r.apply(at)
}

// step measures and decides, so many intervals after the last time.
func (r *run) step(now time.Duration, intervals int64) {
	at, in := start.Add(now), &r.input
	var waiting probe.Waiting
	r.samples, waiting = r.prober.Collect(at, r.samples[:0])
	in.Samples = in.Samples[:0]
	for _, s := range r.samples {
		in.Samples = append(in.Samples, core.Sample{Reflector: s.Reflector, Sent: s.Sent.Sub(start), RTT: s.RTT, Lost: s.Lost})
	}
	in.Now, in.Intervals, in.Waiting, in.WaitingAge = now, intervals, waiting.Reflector, waiting.Age
	in.Bytes[0], in.Bytes[1] = r.link.Bytes(at)
	in.BytesAt, in.BytesOK = now, true
	r.state.Step(r.config, in)
}

// apply sets the link's shapers as their master wants them.
func (r *run) apply(at time.Time) {
	for d := range r.state.Autorate.Shapers {
		dir := autorate.Direction(d)
		rate := r.state.Autorate.Shapers[d].Rate
		switch {
		case r.told != nil:
			rate = r.told(dir, at.Sub(start))
		case r.shaper == Fixed:
			rate = r.config.Autorate.Limits[d].Ceiling
		case r.shaper == Oracle:
			rate = min(int64(oracleShare*float64(r.link.Truth(at, dir).Capacity)), r.config.Autorate.Limits[d].Ceiling)
		}
		if rate != r.tally.rates[d] {
			r.link.SetShaper(at, dir, rate)
			r.tally.write(dir, rate)
		}
	}
}
