package reconciler

import (
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/wanctl/wanctl/api/v1alpha1"
	"github.com/wanctl/wanctl/controller/evidence"
	"github.com/wanctl/wanctl/controller/loop"
	"github.com/wanctl/wanctl/controller/router"
	"github.com/wanctl/wanctl/reconciler/rollout"
	"github.com/wanctl/wanctl/reconciler/status"
)

// soaksEvery is how often the evidence is stored: so much of it a kill may cost.
const soaksEvery = 10 * time.Second

// soak is the evidence that is gathered of one WAN. It outlasts the WAN's loops.
type soak struct {
	// number tells soaks apart: a new one begins with no figures.
	number    int64
	collector *evidence.Collector
	// held says that nothing is taken in.
	held bool

	// loop is the one whose records are read, and next the first of them that is
	// still to be read.
	loop    *loop.Loop
	next    uint64
	records []loop.Record
	cycles  []evidence.Cycle
	applied []evidence.Applied
	// slot is the one whose failures were read, and cpuAt when the router's load
	// was measured that was last told.
	slot     *router.Slot
	failures int64
	cpuAt    time.Time
}

// soak is that of a WAN, made or brought up to date as need be. Another interval
// begins anew.
func (a *Agent) soak(s *site, w *wan) *soak {
	name := w.spec.Name
	opts := rollout.Watched(s.live, &w.spec, w.derived.Profile, w.config.Interval, w.config.Autorate.Thresholds.GreenMS)
	k := s.soaks[name]
	switch {
	case k == nil:
		k = a.resumedSoak(s, name, opts)
		s.soaks[name] = k
	case k.collector.Options().Interval != opts.Interval:
		k.collector = evidence.New(opts)
	case k.collector.Options() != opts:
		k.collector.Retune(opts)
	}
	return k
}

// beginSoak makes a WAN's figures those of a soak: another number than before
// begins with none. A WAN that is not known yet begins with its loop.
func (s *site) beginSoak(wan string, number int64) {
	if k := s.soaks[wan]; k != nil && k.number != number {
		k.number, k.collector, k.held = number, evidence.New(k.collector.Options()), false
	}
}

// holdSoak says whether a WAN's figures are to stay as they are for now.
func (s *site) holdSoak(wan string, held bool) {
	k := s.soaks[wan]
	if k == nil || k.held == held {
		return
	}
	if k.held = held; !held {
		k.collector.Interrupt()
	}
}

// watch takes into the evidence what happened since the last look, and stores it
// now and then; ending says that the agent ends.
func (a *Agent) watch(s *site, now time.Time, ending bool) {
	for _, name := range slices.Sorted(maps.Keys(s.wans)) {
		a.gather(s, s.wans[name], now)
	}
	maps.DeleteFunc(s.soaks, func(name string, _ *soak) bool { return find(s.live, name) == nil })
	if ending || now.Sub(s.soaksWrote) >= soaksEvery {
		s.soaksWrote = now
		a.writeSoaks(s)
	}
}

// gather takes in what one WAN's loop recorded and its router acknowledged.
func (a *Agent) gather(s *site, w *wan, now time.Time) {
	if w.loop == nil {
		return
	}
	k := a.soak(s, w)
	k.applied = a.acknowledged.take(s.live.Name, w.spec.Name, k.applied[:0])
	unseen := k.read(w.loop)
	reading := k.look(w, now, a.epoch)
	if k.held {
		return
	}
	k.collector.Add(k.cycles, k.applied)
	k.collector.Unseen(unseen)
	k.collector.Read(&reading)
}

// read takes the loop's new cycles, and says how many were gone already.
func (k *soak) read(l *loop.Loop) (unseen int64) {
	if k.loop != l {
		k.loop, k.next = l, 0
	}
	from := k.next
	k.records, k.next = l.Records(from, k.records[:0])
	k.cycles = k.cycles[:0]
	for i := range k.records {
		k.cycles = append(k.cycles, cycleOf(&k.records[i]))
	}
	return int64(k.next-from) - int64(len(k.records))
}

// look is what the router tells that it did not tell before.
func (k *soak) look(w *wan, now, epoch time.Time) evidence.Reading {
	if k.slot != w.slot {
		k.slot, k.failures = w.slot, 0
	}
	failures := w.slot.State().Failures
	reading := evidence.Reading{At: now.Sub(epoch), Failed: failures - k.failures}
	k.failures = failures
	if r, known := w.device.mailbox.Resources(); known && r.At != k.cpuAt {
		k.cpuAt, reading.CPUPercent, reading.CPUKnown = r.At, r.CPUPercent, true
	}
	return reading
}

func cycleOf(r *loop.Record) evidence.Cycle {
	return evidence.Cycle{
		At: r.At, Work: r.Work, Skipped: r.Skipped, Answers: int64(r.Answers), Lost: int64(r.Losses),
		DelayMS: float64(r.DelayMS), NewestMS: float64(r.NewestMS), Measured: r.Measured,
		BaselineMS: float64(r.BaselineMS), Rates: r.Rates, Delivered: [2]float64{float64(r.Delivered[0]), float64(r.Delivered[1])},
		Counted: r.Counted, Held: r.Held, States: r.States,
	}
}

// acknowledged are rates that routers took, by site and WAN, on their way from the
// mailboxes' goroutines to the agent's.
type acknowledged struct {
	mu sync.Mutex
	of map[[2]string][]evidence.Applied
}

// mostAcknowledged bounds what waits of a WAN that nobody looks at.
const mostAcknowledged = 4096

func (a *acknowledged) add(site, wan string, rate evidence.Applied) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.of == nil {
		a.of = map[[2]string][]evidence.Applied{}
	}
	key := [2]string{site, wan}
	if len(a.of[key]) < mostAcknowledged {
		a.of[key] = append(a.of[key], rate)
	}
}

// take appends to buf what waits of a WAN.
func (a *acknowledged) take(site, wan string, buf []evidence.Applied) []evidence.Applied {
	a.mu.Lock()
	defer a.mu.Unlock()
	key := [2]string{site, wan}
	buf = append(buf, a.of[key]...)
	if a.of[key] != nil {
		a.of[key] = a.of[key][:0]
	}
	return buf
}

// resumedSoak goes on from what an earlier run stored of a WAN, or begins anew.
func (a *Agent) resumedSoak(s *site, name string, opts evidence.Options) *soak {
	k := &soak{collector: evidence.New(opts)}
	left, ok := s.leftSoaks[name]
	if !ok || left.Saved == nil {
		return k
	}
	k.number = left.Number
	if left.Saved.Interval != opts.Interval {
		return k
	}
	if err := k.collector.Resume(left.Saved); err != nil {
		a.record(s.live.Name, "wan/"+name, v1alpha1.EventWarning, v1alpha1.ReasonTornStateSetAside, err.Error())
		return k
	}
	if a.lastCrash != "" {
		k.collector.AgentCrashed()
	}
	return k
}

// writeSoaks stores the evidence of every WAN.
func (a *Agent) writeSoaks(s *site) {
	soaks := make(map[string]status.Soak, len(s.soaks))
	for name, k := range s.soaks {
		soaks[name] = status.Soak{Number: k.number, Saved: k.collector.Save()}
	}
	if err := a.store.WriteEvidence(s.live.Name, soaks); err != nil {
		a.storeFailed(err)
	}
}
