package evidence

import (
	"fmt"
	"time"
)

// SavedVersion is the version of the stored form of a soak. A soak of another
// version begins anew.
const SavedVersion = 1

// Saved is a soak as it outlasts the agent: what was counted, and nothing that
// was open. It is JSON of some 2 KiB.
type Saved struct {
	Version  int           `json:"version"`
	Profile  string        `json:"profile"`
	Interval time.Duration `json:"intervalNanoseconds"`

	Soaked time.Duration `json:"soakedNanoseconds"`
	Idle   time.Duration `json:"idleNanoseconds"`
	Loaded time.Duration `json:"loadedNanoseconds"`
	counts
	Transitions [2]int64 `json:"transitions"`
	WorstFlaps  [2]int64 `json:"worstFlaps"`
	RedEntries  int64    `json:"redEntries"`
	Noise       int64    `json:"noise"`
	Episodes    int64    `json:"episodes"`

	Work      []byte `json:"work,omitempty"`
	Latency   []byte `json:"latency,omitempty"`
	CPU       []byte `json:"cpu,omitempty"`
	Drift     []byte `json:"drift,omitempty"`
	Delay     []byte `json:"delay,omitempty"`
	Detection []byte `json:"detection,omitempty"`
	Recovery  []byte `json:"recovery,omitempty"`
}

// Save is the soak so far.
func (c *Collector) Save() *Saved {
	s := &Saved{
		Version: SavedVersion, Profile: c.opts.Profile, Interval: c.opts.Interval,
		Soaked: c.soaked, Idle: c.idle, Loaded: c.loaded, counts: c.counts,
		RedEntries: c.noise.entries, Noise: c.noise.without, Episodes: c.queues.begun,
	}
	for d := range c.flaps {
		s.Transitions[d], s.WorstFlaps[d] = c.flaps[d].transitions, c.flaps[d].worst
	}
	for _, h := range c.histograms(s) {
		*h.data = h.is.encode()
	}
	return s
}

// Resume goes on from what an earlier run saved of a soak of the same interval.
// It fails, and leaves the collector as it was, where that is damaged, of
// another version or of another interval.
func (c *Collector) Resume(s *Saved) error {
	switch {
	case s.Version != SavedVersion:
		return fmt.Errorf("resume a soak: it is of version %d, and this is version %d", s.Version, SavedVersion)
	case s.Interval != c.opts.Interval:
		return fmt.Errorf("resume a soak: it is of an interval of %v, and the loop's is %v", s.Interval, c.opts.Interval)
	case s.negative():
		return fmt.Errorf("resume a soak: it has negative figures")
	}
	fresh := New(c.opts)
	fresh.soaked, fresh.idle, fresh.loaded, fresh.counts = s.Soaked, s.Idle, s.Loaded, s.counts
	fresh.noise.entries, fresh.noise.without, fresh.queues.begun = s.RedEntries, s.Noise, s.Episodes
	for d := range fresh.flaps {
		fresh.flaps[d].transitions, fresh.flaps[d].worst = s.Transitions[d], s.WorstFlaps[d]
	}
	for _, h := range fresh.histograms(s) {
		if err := h.is.decode(*h.data); err != nil {
			return fmt.Errorf("resume a soak: the histogram of %s: %w", h.of, err)
		}
	}
	*c = *fresh
	return nil
}

func (s *Saved) negative() bool {
	n := &s.counts
	return min(int64(s.Soaked), int64(s.Idle), int64(s.Loaded), n.Cycles, n.Skipped, n.Unseen, n.Sent, n.Lost, n.IdleSent, n.IdleLost,
		n.LoadedSent, n.LoadedLost, n.Applies, n.Failed, n.LoopCrashes, n.AgentCrashes, s.Transitions[0], s.Transitions[1],
		s.WorstFlaps[0], s.WorstFlaps[1], s.RedEntries, s.Noise, s.Episodes) < 0
}

// stored is a histogram and where it is stored.
type stored struct {
	of   string
	is   *histogram
	data *[]byte
}

func (c *Collector) histograms(s *Saved) []stored {
	return []stored{
		{"work", &c.work, &s.Work}, {"latency", &c.latency, &s.Latency}, {"router load", &c.cpu, &s.CPU},
		{"drift", &c.drift.moved, &s.Drift}, {"delay", &c.queues.delay, &s.Delay},
		{"detection", &c.queues.detection, &s.Detection}, {"recovery", &c.queues.recovery, &s.Recovery},
	}
}
