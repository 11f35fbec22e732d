// Package evidence measures how a WAN's loop fares over a soak: what the gates
// of a rollout are judged by. It takes in what loops recorded and routers
// acknowledged, and knows no clock: time is that of what it is given, a
// duration since any epoch.
//
// Shares are of 1. A share of T is of the loop's interval. What is "recent" is
// of the gate's window, by default the last minute, in steps of five seconds.
package evidence

import "time"

// Figures are those of one WAN over one soak. Where a count is 0, what is
// measured over it is unknown and 0.
type Figures struct {
	// Interval is T, and Profile its name.
	Profile  string        `json:"profile"`
	Interval time.Duration `json:"intervalNanoseconds"`
	// Soaked is for how long cycles turned: an agent's absence counts for
	// nothing.
	Soaked time.Duration `json:"soakedNanoseconds"`
	// Idle and Loaded are how much of it the line was idle and loaded; the rest
	// was neither, or unknown for want of counters.
	Idle   time.Duration `json:"idleNanoseconds"`
	Loaded time.Duration `json:"loadedNanoseconds"`
	// ProbesPerSecond are those of which it is known what became of them,
	// WritesPerSecond the rates that the router acknowledged.
	ProbesPerSecond float64 `json:"probesPerSecond"`
	WritesPerSecond float64 `json:"writesPerSecond"`

	CycleTime        CycleTime        `json:"cycleTime"`
	Cadence          Cadence          `json:"cadence"`
	ControlLatency   ControlLatency   `json:"controlLatency"`
	ProbeLoss        ProbeLoss        `json:"probeLoss"`
	BaselineDrift    BaselineDrift    `json:"baselineDrift"`
	Flapping         Flapping         `json:"flapping"`
	NoiseTransitions NoiseTransitions `json:"noiseTransitions"`
	RouterCPU        RouterCPU        `json:"routerCPU"`
	RouterErrors     RouterErrors     `json:"routerErrors"`
	Restarts         Restarts         `json:"restarts"`
	Benefit          Benefit          `json:"benefit"`
}

// CycleTime is the work of a cycle as a share of T.
type CycleTime struct {
	Cycles int64   `json:"cycles"`
	P50    float64 `json:"p50OfT"`
	P95    float64 `json:"p95OfT"`
	P99    float64 `json:"p99OfT"`
	Max    float64 `json:"maxOfT"`
	// RecentLeastP95 is the least p95 of the window's steps: where it is above a
	// limit, p95 has been so for the whole window. It is 0 until the window has
	// been watched throughout.
	RecentLeastP95 float64 `json:"recentLeastP95OfT"`
}

// Cadence is how well deadlines were kept.
type Cadence struct {
	// Cycles are those that were due, the Skipped among them. Unseen are cycles
	// that turned in time but were not counted, since nobody looked in time.
	Cycles        int64 `json:"cycles"`
	Skipped       int64 `json:"skipped"`
	Unseen        int64 `json:"unseen"`
	RecentCycles  int64 `json:"recentCycles"`
	RecentSkipped int64 `json:"recentSkipped"`
}

// Share and RecentShare are skipped cycles of those that were due.
func (c *Cadence) Share() float64       { return share(c.Skipped, c.Cycles) }
func (c *Cadence) RecentShare() float64 { return share(c.RecentSkipped, c.RecentCycles) }

// ControlLatency is the time from a cycle that took a sample in to the router's
// acknowledgement of the rate that came of it, as a share of T.
type ControlLatency struct {
	Applies int64   `json:"applies"`
	P50     float64 `json:"p50OfT"`
	P95     float64 `json:"p95OfT"`
	Max     float64 `json:"maxOfT"`
}

// ProbeLoss is what became of probes: of all, and of those while the line was
// idle and while it was loaded. Reflectors that answer nothing are left out
// while another answers.
type ProbeLoss struct {
	Sent       int64 `json:"sent"`
	Lost       int64 `json:"lost"`
	IdleSent   int64 `json:"idleSent"`
	IdleLost   int64 `json:"idleLost"`
	LoadedSent int64 `json:"loadedSent"`
	LoadedLost int64 `json:"loadedLost"`
	RecentSent int64 `json:"recentSent"`
	RecentLost int64 `json:"recentLost"`
}

// Share, IdleShare, LoadedShare and RecentShare are lost probes of those sent.
func (p *ProbeLoss) Share() float64       { return share(p.Lost, p.Sent) }
func (p *ProbeLoss) IdleShare() float64   { return share(p.IdleLost, p.IdleSent) }
func (p *ProbeLoss) LoadedShare() float64 { return share(p.LoadedLost, p.LoadedSent) }
func (p *ProbeLoss) RecentShare() float64 { return share(p.RecentLost, p.RecentSent) }

// BaselineDrift is by how much the baseline of the idle line moved in ten
// minutes, either way: each minute's mean against that of ten minutes before.
type BaselineDrift struct {
	// Comparisons is how many minutes could be compared.
	Comparisons int64   `json:"comparisons"`
	P50MS       float64 `json:"p50Milliseconds"`
	P95MS       float64 `json:"p95Milliseconds"`
	MaxMS       float64 `json:"maxMilliseconds"`
}

// Flapping is how often a direction's state changed; states that were held for
// less than a second are left out. Of the two directions it is the worse one.
type Flapping struct {
	Transitions int64 `json:"transitions"`
	// Worst is the most within any 120 s of the soak, Recent those of the last.
	Worst  int64 `json:"worstPer120Seconds"`
	Recent int64 `json:"recentPer120Seconds"`
}

// NoiseTransitions are entries into RED, and those without a cause.
type NoiseTransitions struct {
	// Entries are those of which it is known whether the line was loaded.
	Entries int64 `json:"entries"`
	// Noise came with neither load, nor loss, nor drops of CAKE.
	Noise int64 `json:"noise"`
}

// Share is noise of all entries.
func (n *NoiseTransitions) Share() float64 { return share(n.Noise, n.Entries) }

// RouterCPU is the load of the router's processor, in percent.
type RouterCPU struct {
	Readings int64   `json:"readings"`
	P50      float64 `json:"p50Percent"`
	P95      float64 `json:"p95Percent"`
	Max      float64 `json:"maxPercent"`
	// RecentLeast is the least reading of the window: where it is above a limit,
	// the load has been so throughout. It is 0 until the window has been
	// watched throughout.
	RecentLeast float64 `json:"recentLeastPercent"`
}

// RouterErrors are writes of rates to the router: those that it acknowledged
// and those that failed.
type RouterErrors struct {
	Applies       int64 `json:"applies"`
	Failed        int64 `json:"failed"`
	RecentApplies int64 `json:"recentApplies"`
	RecentFailed  int64 `json:"recentFailed"`
}

// Share and RecentShare are failed writes of all that were tried.
func (r *RouterErrors) Share() float64 { return share(r.Failed, r.Applies+r.Failed) }

// RecentShare is Share over the window.
func (r *RouterErrors) RecentShare() float64 {
	return share(r.RecentFailed, r.RecentApplies+r.RecentFailed)
}

// Restarts are those that nobody asked for.
type Restarts struct {
	// LoopCrashes are panics of the loop, AgentCrashes runs of the agent that
	// did not end in order.
	LoopCrashes  int64 `json:"loopCrashes"`
	AgentCrashes int64 `json:"agentCrashes"`
}

// Total is all of them.
func (r *Restarts) Total() int64 { return r.LoopCrashes + r.AgentCrashes }

// Benefit is what users get of a loop. Delays are above the reflectors'
// baselines, in milliseconds.
type Benefit struct {
	// LoadedSamples are the delays that were measured under load.
	LoadedSamples    int64   `json:"loadedSamples"`
	LoadedDelayP50MS float64 `json:"loadedDelayP50Milliseconds"`
	LoadedDelayP95MS float64 `json:"loadedDelayP95Milliseconds"`
	LoadedDelayP99MS float64 `json:"loadedDelayP99Milliseconds"`

	// Episodes is how often a queue filled under load. Detections are those
	// whose cut the router acknowledged, and Recoveries those of them after
	// which the queue was gone.
	Episodes   int64 `json:"episodes"`
	Detections int64 `json:"detections"`
	Recoveries int64 `json:"recoveries"`
	// Detection is from the last sample that was calm to the first cut that the
	// router acknowledged; Recovery from there until the queue was gone.
	DetectionP50MS float64 `json:"detectionP50Milliseconds"`
	DetectionP95MS float64 `json:"detectionP95Milliseconds"`
	RecoveryP50MS  float64 `json:"recoveryP50Milliseconds"`
	RecoveryP95MS  float64 `json:"recoveryP95Milliseconds"`
}

func share(part, whole int64) float64 {
	if whole <= 0 {
		return 0
	}
	return float64(part) / float64(whole)
}
