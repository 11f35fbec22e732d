package core

import (
	"time"

	"github.com/wanctl/wanctl/controller/autorate"
	"github.com/wanctl/wanctl/controller/estimate"
)

// Sample is what became of one probe.
type Sample struct {
	Reflector int
	// Sent is when the probe left, since the same start as Input.Now.
	Sent time.Duration
	RTT  time.Duration
	Lost bool
}

// Input is what one cycle starts from. Times count from an arbitrary start.
type Input struct {
	Now time.Duration
	// Intervals is how many have passed since the last cycle: 1, and one more
	// for every deadline skipped.
	Intervals int64
	// Samples are new since the last cycle, in order of arrival.
	Samples []Sample
	// Waiting is whose probe is the oldest unanswered one, and WaitingAge how
	// long it has been out; 0 is none.
	Waiting    int
	WaitingAge time.Duration
	// Bytes are the router's counters by direction, read at BytesAt; BytesOK is
	// false while there are none.
	Bytes   [2]uint64
	BytesAt time.Duration
	BytesOK bool
	// Shapers are what the queues themselves have counted, where the router
	// tells.
	Shapers [2]ShaperCounters
}

// Outcome is what a cycle brought about besides the rates.
type Outcome struct {
	// Failed and Recovered are the reflectors whose health changed, -1 is none.
	Failed, Recovered int
	// RelearnedMS is by how much the baseline was moved because the delay had
	// become the path's own; 0 is not.
	RelearnedMS float64
}

// State is everything that a WAN's loop carries from cycle to cycle.
type State struct {
	Reference estimate.Reference
	Quorum    *estimate.Quorum
	Autorate  autorate.WAN
	Decisions [2]Decisions

	// CurrentMS is the newest median; Delay the fast signal; Delivered the
	// counters' rates.
	CurrentMS float64
	Delay     estimate.Delay
	Delivered autorate.Delivered
	// AnsweredAt is when the newest answer was taken.
	AnsweredAt time.Duration
	// Answers and Losses are the probes of which the last cycle learnt what
	// became of them; those of a dead reflector are not among them while another
	// is heard.
	Answers, Losses int

	meters  [2]estimate.Meter
	demand  [2]demand
	loss    lossWindow
	flat    flatWindow
	usable  usable
	pending int64
	last    time.Duration
}

// NewState starts at the ceilings, or at InitialRTTMS where it is set.
func NewState(c *Config, reflectors int) *State {
	s := &State{Quorum: estimate.NewQuorum(max(1, reflectors), c.Standby)}
	for d := range s.Autorate.Shapers {
		s.Autorate.Shapers[d].Rate = c.Autorate.Limits[d].Ceiling
	}
	if c.InitialRTTMS > 0 {
		s.Reference = estimate.Reference{LoadMS: c.InitialRTTMS, BaselineMS: c.InitialRTTMS, Started: true}
	}
	return s
}

// Step is one cycle.
func (s *State) Step(c *Config, in *Input) Outcome {
	out := Outcome{Failed: -1, Recovered: -1}
	if in.Intervals > 1 && time.Duration(in.Intervals)*c.Interval > pause {
		s.Quorum.Forget()
	}
	intervals := s.sample(c, in, &out)
	fresh := intervals > 0
	s.measure(in)
	if c.Autorate.Fast {
		s.Delay = s.Quorum.Delay(&c.Quorum, in.Now, in.Waiting, in.WaitingAge)
		s.escape(c, in, fresh, &out)
		s.watch(c, in)
	}
	before := [2]int64{s.Autorate.Shapers[0].Rate, s.Autorate.Shapers[1].Rate}
	s.Autorate.Step(&c.Autorate, &autorate.Input{
		Now: in.Now, Elapsed: in.Now - s.last, Intervals: intervals,
		DeltaMS: s.Reference.DeltaMS(), Fresh: fresh,
		Signal: autorate.Signal{
			MedianMS: s.Delay.MedianMS, NewestMS: s.Delay.NewestMS, Slope: s.Delay.Slope,
			RTT: time.Duration(s.CurrentMS * float64(time.Millisecond)), Spacing: s.spacing(c),
			Unusable: s.usable.Verdict.Unusable(), Silent: s.Delay.Silent, OK: s.Delay.OK && s.Heard(c, in.Now),
		},
		Delivered: s.Delivered,
	})
	s.last = in.Now
	for d := range s.Decisions {
		s.Decisions[d].note(in.Now, before[d], &s.Autorate.Shapers[d], s.Delay.NewestMS, s.Delivered.BitsPerSecond[d])
	}
	return out
}

// Heard says that somebody has answered of late: within the timeout and a few
// turns of every reflector.
func (s *State) Heard(c *Config, now time.Duration) bool {
	grace := c.Quorum.Timeout + time.Duration(4*len(s.Quorum.Reflectors))*c.Interval
	if s.Quorum.OnStandby() {
		grace = max(grace, 4*StandbySpacing)
	}
	return s.AnsweredAt > 0 && now-s.AnsweredAt <= grace
}

// spacing is the time between two probes.
func (s *State) spacing(c *Config) time.Duration {
	if s.Quorum.OnStandby() {
		return StandbySpacing
	}
	return c.Interval
}

// maxPending is how many cycles without an answer, and without a known loss,
// the next answer stands for as well: answers come in unevenly, but one after
// an outage does not stand for the outage.
const maxPending = 3

// sample takes the new samples into quorum and reference. It returns how many
// intervals the new answer stands for; 0 is that there was none.
func (s *State) sample(c *Config, in *Input, out *Outcome) (intervals int64) {
	answered, lost := s.hear(c, in, out)
	median, ok := s.Quorum.MedianMS()
	switch {
	case answered && ok:
		intervals = min(in.Intervals+s.pending, c.MaxIntervals)
		s.pending = 0
		s.CurrentMS, s.AnsweredAt = median, in.Now
		s.Reference.Step(&c.Weights, median, intervals)
	case lost:
		s.pending = 0
	default:
		s.pending = min(s.pending+in.Intervals, maxPending)
	}
	return intervals
}

// hear takes every new sample into the quorum.
func (s *State) hear(c *Config, in *Input, out *Outcome) (answered, lost bool) {
	weights := c.Quorum
	if s.Reference.Started && s.Reference.DeltaMS() >= c.Weights.BaselineUpdateMS {
		weights.Up = 0
	}
	s.Answers, s.Losses = 0, 0
	for i := range in.Samples {
		sample := &in.Samples[i]
		if standby := sample.Reflector - len(s.Quorum.Reflectors); standby >= 0 {
			answered = s.overhear(standby, sample, weights.Up == 0) || answered
			continue
		}
		s.loss.add(sample.Lost)
		s.count(sample)
		switch {
		case sample.Lost:
			lost = true
			if s.Quorum.Lose(sample.Reflector) {
				out.Failed = sample.Reflector
			}
		default:
			answered = true
			if s.Quorum.Answer(&weights, sample.Reflector, sample.Sent, milliseconds(sample.RTT)) {
				out.Recovered = sample.Reflector
			}
		}
		switch failed, recovered := s.Quorum.Examine(&weights, sample.Reflector, !sample.Lost); {
		case failed:
			out.Failed = sample.Reflector
		case recovered:
			out.Recovered = sample.Reflector
		}
	}
	return answered, lost
}

// count counts a reflector's sample before it is judged by it.
func (s *State) count(sample *Sample) {
	switch {
	case !s.Quorum.Counts(sample.Reflector):
	case sample.Lost:
		s.Losses++
	default:
		s.Answers++
	}
}

// overhear takes a standby's sample and says whether it counts.
func (s *State) overhear(standby int, sample *Sample, loaded bool) (counts bool) {
	if sample.Lost {
		s.Quorum.Miss(standby)
		return false
	}
	return s.Quorum.Overhear(standby, sample.Sent, milliseconds(sample.RTT), loaded)
}

// measure takes the counters into the delivered rates.
func (s *State) measure(in *Input) {
	if !in.BytesOK {
		s.Delivered.OK = false
		return
	}
	s.Delivered.OK, s.Delivered.At = true, in.BytesAt
	for d := range s.meters {
		s.meters[d].Add(in.BytesAt, in.Bytes[d])
		rate, ok := s.meters[d].Rate(deliveredWindow)
		s.Delivered.BitsPerSecond[d] = rate
		s.Delivered.Recent[d], _ = s.meters[d].Rate(autorate.RecentWindow)
		s.Delivered.OK = s.Delivered.OK && ok && in.Now-in.BytesAt < staleCounters
		s.Delivered.Held[d] = s.demand[d].held(&in.Shapers[d], in.Now)
	}
}

// pause is a gap after which the samples before it say nothing of the queue.
const pause = 2 * time.Second

// staleCounters is how old a reading may be before the delivered rate counts
// as unknown.
const staleCounters = 3 * time.Second

// Newest is the fast signal, or under the reference law, which knows none, the
// newest median above the baseline.
func (s *State) Newest(c *Config) estimate.Delay {
	if c.Autorate.Fast {
		return s.Delay
	}
	ms := s.CurrentMS - s.Reference.BaselineMS
	return estimate.Delay{MedianMS: ms, NewestMS: ms, AnsweredMS: ms, OK: s.AnsweredAt > 0}
}

// Loss is the share of recent probes that were lost.
func (s *State) Loss() float64 { return s.loss.share() }
