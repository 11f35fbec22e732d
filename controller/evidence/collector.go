package evidence

import (
	"time"
)

// Options say what a soak is of.
type Options struct {
	// Profile and Interval are those that soak.
	Profile  string
	Interval time.Duration
	// GreenMS is the green threshold in milliseconds.
	GreenMS float64
	// Load is the time constant of the state: how far back a cause of RED may
	// lie.
	Load    time.Duration
	Windows Windows
}

// absence is how long nothing may have been heard of a loop, deadlines that it
// missed aside, for what was open to go on.
const absence = 5 * time.Second

// Collector gathers the evidence of one WAN's soak. Times are given in rising
// order. It is not safe for concurrent use, and allocates only when a figure is
// first seen.
type Collector struct {
	opts Options
	// perT turns a time in nanoseconds into millionths of T.
	perT float64

	soaked, idle, loaded time.Duration
	counts               counts
	work, latency, cpu   histogram

	last   time.Duration
	begun  bool
	window window
	load   load
	flaps  [2]flaps
	noise  noise
	drift  drift
	queues episodes
}

// counts are what is simply counted.
type counts struct {
	Cycles       int64 `json:"cycles"`
	Skipped      int64 `json:"skipped"`
	Unseen       int64 `json:"unseen"`
	Sent         int64 `json:"sent"`
	Lost         int64 `json:"lost"`
	IdleSent     int64 `json:"idleSent"`
	IdleLost     int64 `json:"idleLost"`
	LoadedSent   int64 `json:"loadedSent"`
	LoadedLost   int64 `json:"loadedLost"`
	Applies      int64 `json:"applies"`
	Failed       int64 `json:"failed"`
	LoopCrashes  int64 `json:"loopCrashes"`
	AgentCrashes int64 `json:"agentCrashes"`
}

// The units of the histograms: shares of T are told apart to a millionth,
// delays to ten microseconds, times to a tenth of a millisecond and loads to a
// tenth of a percent.
const (
	partOfT   = 1e-6
	mostWork  = 100
	mostDelay = 60_000
)

// New begins a soak.
func New(opts Options) *Collector {
	c := &Collector{
		work:    newHistogram(partOfT, mostWork),
		latency: newHistogram(partOfT, 10*mostWork),
		cpu:     newHistogram(0.1, 100),
		drift:   drift{moved: newHistogram(1e-3, 10_000)},
		queues: episodes{
			delay:     newHistogram(1e-2, mostDelay),
			detection: newHistogram(0.1, 10*mostDelay),
			recovery:  newHistogram(0.1, 10*mostDelay),
		},
	}
	c.Retune(opts)
	return c
}

// Retune goes on with other thresholds of the same profile and interval.
func (c *Collector) Retune(opts Options) {
	if opts.Windows != c.opts.Windows || c.window.ring == nil {
		c.window = newWindow(&opts.Windows)
	}
	c.opts, c.perT = opts, 1/(partOfT*float64(max(opts.Interval, 1)))
	c.queues.fillingMS = 0
}

// Options are those that it runs with.
func (c *Collector) Options() Options { return c.opts }

// Add takes in what happened since the last time: each list in its own order,
// and the two of them in the order of time.
func (c *Collector) Add(cycles []Cycle, applied []Applied) {
	for i := range cycles {
		for len(applied) > 0 && applied[0].At < cycles[i].At {
			c.Applied(&applied[0])
			applied = applied[1:]
		}
		c.Cycle(&cycles[i])
	}
	for i := range applied {
		c.Applied(&applied[i])
	}
}

// Cycle takes one cycle in.
func (c *Collector) Cycle(in *Cycle) {
	lasted := c.pass(in)
	c.queues.level(in, c.opts.GreenMS)
	c.load.cycle(in, c.queues.fills(in))
	if c.load.loaded {
		c.loaded += lasted
	} else if c.load.idle {
		c.idle += lasted
	}
	s := c.window.at(in.At)
	work := int64(float64(in.Work) * c.perT)
	c.work.recordUnits(work)
	s.took(int(min(work/10_000, bins)))
	c.counts.Cycles += 1 + in.Skipped
	c.counts.Skipped += in.Skipped
	s.cycles += 1 + in.Skipped
	s.skipped += in.Skipped
	if in.Answers|in.Lost != 0 {
		c.probed(in, s)
	}
	for d := range c.flaps {
		c.flaps[d].cycle(in.At, in.States[d])
	}
	c.noise.cycle(in, &c.load, c.opts.Load)
	c.drift.cycle(in.At, lasted, in.BaselineMS, c.load.resting(in.At))
	c.queues.cycle(in, c.load.loaded)
}

// pass is how long it is since the last cycle, if that was watched.
func (c *Collector) pass(in *Cycle) (lasted time.Duration) {
	lasted = in.At - c.last
	if !c.begun || lasted-time.Duration(1+in.Skipped)*c.opts.Interval > absence {
		c.Interrupt()
		lasted = 0
	}
	c.soaked += lasted
	c.last, c.begun = in.At, true
	return lasted
}

func (c *Collector) probed(in *Cycle, s *stride) {
	sent := in.Answers + in.Lost
	c.counts.Sent += sent
	c.counts.Lost += in.Lost
	s.sent += sent
	s.lost += in.Lost
	switch {
	case c.load.resting(in.At):
		c.counts.IdleSent += sent
		c.counts.IdleLost += in.Lost
	case c.load.busy(in.At):
		c.counts.LoadedSent += sent
		c.counts.LoadedLost += in.Lost
	}
}

// Applied takes a rate in that the router acknowledged.
func (c *Collector) Applied(a *Applied) {
	c.counts.Applies++
	c.window.at(a.At).applies++
	if a.Latency > 0 {
		c.latency.recordUnits(int64(float64(a.Latency) * c.perT))
	}
	c.queues.acknowledged(a, c.opts.Interval)
}

// Read takes a look at the router in.
func (c *Collector) Read(r *Reading) {
	s := c.window.at(r.At)
	s.failed += r.Failed
	c.counts.Failed += r.Failed
	if r.CPUKnown {
		if s.readings == 0 || r.CPUPercent < s.leastCPU {
			s.leastCPU = r.CPUPercent
		}
		s.readings++
		c.cpu.record(r.CPUPercent)
	}
}

// Unseen counts cycles that turned and were not told of.
func (c *Collector) Unseen(n int64) { c.counts.Unseen += n }

// LoopCrashed and AgentCrashed count a restart that nobody asked for.
func (c *Collector) LoopCrashed()  { c.counts.LoopCrashes++ }
func (c *Collector) AgentCrashed() { c.counts.AgentCrashes++ }

// Interrupt says that nobody watched for a while: what was counted stays, and
// what was open, such as a queue, a state or a window, begins anew.
func (c *Collector) Interrupt() {
	c.begun = false
	c.window.interrupt()
	c.load = load{}
	for d := range c.flaps {
		c.flaps[d].interrupt()
	}
	c.noise.interrupt()
	c.drift.interrupt()
	c.queues.interrupt()
}
