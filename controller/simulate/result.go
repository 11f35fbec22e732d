package simulate

import (
	"math"
	"time"

	hdr "github.com/HdrHistogram/hdrhistogram-go"

	"github.com/wanctl/wanctl/controller/autorate"
)

// loadedShare is the share of its shaper's rate, or of the capacity where that
// is less, from which a direction counts as loaded.
const loadedShare = 0.7

// Result is what came of one simulated WAN.
type Result struct {
	WAN     string `json:"wan"`
	Profile string `json:"profile"`
	Shaper  Shaper `json:"shaper"`
	// Cycles is how many were turned.
	Cycles int64 `json:"cycles"`
	// LoadedShare is the share of the time that either direction was loaded.
	LoadedShare float64 `json:"loadedShare"`
	// RTT figures are milliseconds of the probes answered under load.
	RTTLoadedP50MS float64 `json:"rttLoadedP50Milliseconds"`
	RTTLoadedP95MS float64 `json:"rttLoadedP95Milliseconds"`
	RTTLoadedP99MS float64 `json:"rttLoadedP99Milliseconds"`
	// RTTIdleP50MS is the median of the probes answered while idle.
	RTTIdleP50MS float64         `json:"rttIdleP50Milliseconds"`
	Download     DirectionResult `json:"download"`
	Upload       DirectionResult `json:"upload"`
}

// DirectionResult is what came of one direction. Rates are bit/s.
type DirectionResult struct {
	// Goodput is the mean payload rate that applications got, Capacity the mean
	// of what the link could carry, Shaper the mean of the shaper's rate.
	Goodput  float64 `json:"goodputBitsPerSecond"`
	Capacity float64 `json:"capacityBitsPerSecond"`
	Shaper   float64 `json:"shaperBitsPerSecond"`
	// Least and Most are the extremes of the shaper's rate.
	Least int64 `json:"leastBitsPerSecond"`
	Most  int64 `json:"mostBitsPerSecond"`
	// Writes counts changes of the shaper's rate, Transitions of the state.
	Writes      int64 `json:"writes"`
	Transitions int64 `json:"transitions"`
}

// tally counts while a run turns.
type tally struct {
	loaded, idle  *hdr.Histogram
	cycles, busy  int64
	rates         [2]int64
	least, most   [2]int64
	shaped, could [2]float64
	writes        [2]int64
	turned        [2]int64
	states        [2]autorate.State
	goodput       [2]uint64
	last          time.Time
}

func newTally() tally {
	microseconds := func() *hdr.Histogram { return hdr.New(1, int64(time.Minute/time.Microsecond), 3) }
	return tally{loaded: microseconds(), idle: microseconds(), least: [2]int64{math.MaxInt64, math.MaxInt64}}
}

func (t *tally) write(dir autorate.Direction, rate int64) {
	t.rates[dir] = rate
	t.least[dir], t.most[dir] = min(t.least[dir], rate), max(t.most[dir], rate)
	t.writes[dir]++
}

func (t *tally) cycle(r *run, at time.Time) {
	t.cycles++
	t.last = at
	busy := false
	for d := range t.rates {
		truth := r.link.Truth(at, autorate.Direction(d))
		t.could[d] += float64(truth.Capacity)
		t.shaped[d] += float64(t.rates[d])
		t.goodput[d] = truth.Goodput
		able := min(float64(truth.Capacity), float64(t.rates[d]))
		busy = busy || r.state.Delivered.OK && r.state.Delivered.BitsPerSecond[d] >= loadedShare*able
		if state := r.state.Autorate.Shapers[d].State; state != t.states[d] {
			t.states[d] = state
			t.turned[d]++
		}
	}
	histogram := t.idle
	if busy {
		histogram = t.loaded
		t.busy++
	}
	for _, s := range r.samples {
		if !s.Lost {
			_ = histogram.RecordValue(min(max(int64(s.RTT/time.Microsecond), 1), histogram.HighestTrackableValue()))
		}
	}
}

func (r *run) result() Result {
	t := &r.tally
	quantile := func(h *hdr.Histogram, percent float64) float64 { return float64(h.ValueAtQuantile(percent)) / 1000 }
	return Result{
		WAN: r.wan.Name, Profile: r.config.Interval.String(), Shaper: r.shaper, Cycles: t.cycles,
		LoadedShare:    float64(t.busy) / float64(max(t.cycles, 1)),
		RTTLoadedP50MS: quantile(t.loaded, 50), RTTLoadedP95MS: quantile(t.loaded, 95), RTTLoadedP99MS: quantile(t.loaded, 99),
		RTTIdleP50MS: quantile(t.idle, 50),
		Download:     t.direction(autorate.Download), Upload: t.direction(autorate.Upload),
	}
}

func (t *tally) direction(d autorate.Direction) DirectionResult {
	cycles := float64(max(t.cycles, 1))
	seconds := t.last.Sub(start).Seconds()
	return DirectionResult{
		Goodput: float64(t.goodput[d]) * 8 / max(seconds, 1e-9), Capacity: t.could[d] / cycles, Shaper: t.shaped[d] / cycles,
		Least: t.least[d], Most: t.most[d], Writes: t.writes[d], Transitions: t.turned[d],
	}
}
