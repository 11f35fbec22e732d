package loop

import (
	"time"

	"github.com/wanctl/wanctl/controller/autorate"
	"github.com/wanctl/wanctl/controller/core"
	"github.com/wanctl/wanctl/controller/estimate"
)

// publishEvery is how often a snapshot is made when nothing changes, and
// quantilesEvery how often its quantiles are taken anew, which cost far more
// than a cycle.
const publishEvery, quantilesEvery = 500 * time.Millisecond, 5 * time.Second

// Snapshot is a loop as it stood after one cycle. It is never changed.
type Snapshot struct {
	At         time.Time
	Config     *core.Config
	CurrentMS  float64
	Reference  estimate.Reference
	Loss       float64
	Usable     core.Usable
	Reflectors []estimate.Reflector
	Shapers    [2]autorate.Shaper
	// Since is when each direction took its state, or the loop began.
	Since [2]time.Time
	// Settled are the rates to go on from, in bit/s.
	Settled   [2]int64
	Delivered autorate.Delivered
	Decisions [2][]core.Decision
	Cycles    Cycles
	// Heard says that probes are being answered.
	Heard bool
	// ProbeErr is why probes cannot be sent; nil while they can.
	ProbeErr error
}

// publish makes a snapshot when one is due, or something else than a number
// has changed.
func (l *Loop) publish(now time.Time) {
	last := l.latest.Load()
	if last != nil && now.Sub(last.At) < publishEvery && last.Config == l.config &&
		last.Shapers[0].State == l.state.Autorate.Shapers[0].State && last.Shapers[1].State == l.state.Autorate.Shapers[1].State {
		return
	}
	s := &Snapshot{
		At: now, Config: l.config, CurrentMS: l.state.CurrentMS, Reference: l.state.Reference, Loss: l.state.Loss(), Usable: l.state.Usable(),
		Reflectors: append([]estimate.Reflector(nil), l.state.Quorum.Reflectors...),
		Shapers:    l.state.Autorate.Shapers,
		Since:      l.since,
		Settled:    [2]int64{l.state.Autorate.Settled(autorate.Download), l.state.Autorate.Settled(autorate.Upload)},
		Delivered:  l.state.Delivered,
		Cycles:     l.figures.cycles(now),
		Heard:      l.state.Heard(l.config, now.Sub(l.opts.Epoch)),
		ProbeErr:   l.opts.Prober.Err(),
	}
	for d := range s.Decisions {
		s.Decisions[d] = l.state.Decisions[d].Newest(nil)
	}
	l.latest.Store(s)
}
