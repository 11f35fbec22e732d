package evidence

import (
	"math"
	"time"
)

// Figures sum up what was seen until now. They cost some 0.1 ms.
func (c *Collector) Figures(now time.Duration) Figures {
	n, q := &c.counts, &c.queues
	f := Figures{
		Profile: c.opts.Profile, Interval: c.opts.Interval, Soaked: c.soaked, Idle: c.idle, Loaded: c.loaded,
		CycleTime:      CycleTime{Cycles: c.work.count(), P50: c.work.quantile(50), P95: c.work.quantile(95), P99: c.work.quantile(99), Max: c.work.max()},
		Cadence:        Cadence{Cycles: n.Cycles, Skipped: n.Skipped, Unseen: n.Unseen},
		ControlLatency: ControlLatency{Applies: c.latency.count(), P50: c.latency.quantile(50), P95: c.latency.quantile(95), Max: c.latency.max()},
		ProbeLoss: ProbeLoss{
			Sent: n.Sent, Lost: n.Lost, IdleSent: n.IdleSent, IdleLost: n.IdleLost, LoadedSent: n.LoadedSent, LoadedLost: n.LoadedLost,
		},
		BaselineDrift:    BaselineDrift{Comparisons: c.drift.moved.count(), P50MS: c.drift.moved.quantile(50), P95MS: c.drift.moved.quantile(95), MaxMS: c.drift.moved.max()},
		NoiseTransitions: NoiseTransitions{Entries: c.noise.entries, Noise: c.noise.without},
		RouterCPU:        RouterCPU{Readings: c.cpu.count(), P50: c.cpu.quantile(50), P95: c.cpu.quantile(95), Max: c.cpu.max()},
		RouterErrors:     RouterErrors{Applies: n.Applies, Failed: n.Failed},
		Restarts:         Restarts{LoopCrashes: n.LoopCrashes, AgentCrashes: n.AgentCrashes},
		Benefit: Benefit{
			LoadedSamples: q.delay.count(), LoadedDelayP50MS: q.delay.quantile(50), LoadedDelayP95MS: q.delay.quantile(95), LoadedDelayP99MS: q.delay.quantile(99),
			Episodes: q.begun, Detections: q.detection.count(), Recoveries: q.recovery.count(),
			DetectionP50MS: q.detection.quantile(50), DetectionP95MS: q.detection.quantile(95),
			RecoveryP50MS: q.recovery.quantile(50), RecoveryP95MS: q.recovery.quantile(95),
		},
	}
	if seconds := c.soaked.Seconds(); seconds > 0 {
		f.ProbesPerSecond, f.WritesPerSecond = float64(n.Sent)/seconds, float64(n.Applies)/seconds
	}
	for d := range c.flaps {
		c.flaps[d].sum(now, &f.Flapping)
	}
	c.recent(now, &f)
	return f
}

// sum takes a direction in where it is the worse one.
func (f *flaps) sum(now time.Duration, is *Flapping) {
	is.Transitions = max(is.Transitions, f.transitions)
	is.Worst, is.Recent = max(is.Worst, f.worst), max(is.Recent, f.recent(now))
}

// recent are the figures of the windows.
func (c *Collector) recent(now time.Duration, f *Figures) {
	if !c.window.begun {
		return
	}
	w := &c.opts.Windows
	c.window.at(now)
	c.window.recent(w.Cadence, func(s *stride, _ bool) {
		f.Cadence.RecentCycles += s.cycles
		f.Cadence.RecentSkipped += s.skipped
	})
	c.window.recent(w.ProbeLoss, func(s *stride, _ bool) {
		f.ProbeLoss.RecentSent += s.sent
		f.ProbeLoss.RecentLost += s.lost
	})
	c.window.recent(w.RouterErrors, func(s *stride, _ bool) {
		f.RouterErrors.RecentApplies += s.applies
		f.RouterErrors.RecentFailed += s.failed
	})
	f.CycleTime.RecentLeastP95 = c.window.least(w.CycleTime, func(s *stride) (float64, bool) { return s.p95(), s.worked > 0 })
	f.RouterCPU.RecentLeast = c.window.least(w.RouterCPU, func(s *stride) (float64, bool) { return s.leastCPU, s.readings > 0 })
}

// least is the least of a figure over a window's whole strides that have it; 0
// where the window was not watched throughout, or half of it has none.
func (w *window) least(of time.Duration, figure func(*stride) (float64, bool)) float64 {
	least, have := math.Inf(1), 0
	throughout := w.recent(of, func(s *stride, whole bool) {
		if value, known := figure(s); whole && known {
			least = min(least, value)
			have++
		}
	})
	if !throughout || 2*have < steps(of) {
		return 0
	}
	return least
}
