// Package stage carries a rollout out: it asks rollout what is to be, stores the
// answer, and only then lets loops follow.
//
// It has no clock, no goroutine and no loops of its own: whoever drives it passes
// the time and what is seen, and may do so as fast as it likes.
package stage

import (
	"fmt"
	"time"

	"github.com/wanctl/wanctl/api/v1alpha1"
	"github.com/wanctl/wanctl/reconciler/rollout"
	"github.com/wanctl/wanctl/reconciler/status"
)

// Disk is where a stage stores what outlasts it.
type Disk interface {
	WriteRollout(site string, state *rollout.State) error
	AddVerdicts(site string, verdicts ...v1alpha1.Verdict) (status.VerdictsRecord, error)
}

// Loops are what a stage leads. Each call may be repeated, and then changes
// nothing.
type Loops interface {
	// Run brings a WAN's loop to a profile, and makes its figures those of a soak:
	// another number than before begins with none. A loop that does not run yet is
	// left alone.
	Run(wan, profile string, soak int64)
	// Hold says which WANs no figures are to be taken of; of all others they are.
	Hold(wans map[string]bool)
	// Tell passes an event on.
	Tell(rollout.Tell)
}

// Stage is the rollout of one site.
type Stage struct {
	disk  Disk
	loops Loops
	state rollout.State
	// recorded is the highest number of a verdict in the record.
	recorded int64
	// wrote is when the state was last written.
	wrote time.Time
	// input is that of the last turn.
	input rollout.Input
}

// New is a stage that goes on from a stored state, the zero one where nothing is
// stored, and from the last verdict in the record.
func New(state rollout.State, recorded int64, disk Disk, loops Loops) *Stage {
	return &Stage{disk: disk, loops: loops, state: state, recorded: recorded}
}

// writeEvery is how often a state is written in which nothing but time has
// passed.
const writeEvery = 10 * time.Second

// Turn decides by what is seen and carries it out. It is to be called about once
// a second, and at once when the spec has changed. Where a decision cannot be
// stored nothing is carried out and all stays as it is; the next turn tries
// again. The verdicts in the input's record are the stage's own to count.
func (s *Stage) Turn(in rollout.Input, now time.Time) error {
	in.Recorded = s.recorded
	s.input = in
	next, actions := rollout.Decide(s.state, in, now)
	return s.follow(next, actions, now)
}

// Obey carries out what a person asks, by what was seen in the last turn. It
// fails with a *rollout.RefusedError where that makes no sense.
func (s *Stage) Obey(c rollout.Command, now time.Time) error {
	s.input.Recorded = s.recorded
	next, actions, err := rollout.Obey(s.state, s.input, c, now)
	if err != nil {
		return err
	}
	return s.follow(next, actions, now)
}

// follow stores a decision and carries it out.
func (s *Stage) follow(next rollout.State, actions []rollout.Action, now time.Time) error {
	if err := s.adopt(next, now); err != nil {
		return err
	}
	held := map[string]bool{}
	var verdicts []v1alpha1.Verdict
	for _, action := range actions {
		switch a := action.(type) {
		case rollout.Run:
			s.loops.Run(a.WAN, a.Profile, a.Soak)
		case rollout.Hold:
			held[a.WAN] = true
		case rollout.Record:
			verdicts = append(verdicts, a.Verdict)
		case rollout.Tell:
			s.loops.Tell(a)
		}
	}
	s.loops.Hold(held)
	return s.record(verdicts)
}

// adopt makes a state the present one. One that says anything new is stored
// first, or is not adopted; a clock that has moved on can wait.
func (s *Stage) adopt(next rollout.State, now time.Time) error {
	news := !same(&s.state, &next)
	if news || now.Sub(s.wrote).Abs() >= writeEvery {
		if err := s.disk.WriteRollout(s.input.Site.Name, &next); err != nil {
			if !news {
				s.state = next
			}
			return fmt.Errorf("the rollout changes nothing until it can be stored: %w", err)
		}
		s.wrote = now
	}
	s.state = next
	return nil
}

func (s *Stage) record(verdicts []v1alpha1.Verdict) error {
	if len(verdicts) == 0 {
		return nil
	}
	record, err := s.disk.AddVerdicts(s.input.Site.Name, verdicts...)
	s.recorded = max(s.recorded, record.Last())
	return err
}

// Store writes the state as it stands, for an agent that ends.
func (s *Stage) Store() error {
	if s.input.Site == nil {
		return nil
	}
	return s.disk.WriteRollout(s.input.Site.Name, &s.state)
}

// Assigned is the profile that a WAN's loop must run; ok is false for a WAN that
// no turn has seen yet.
func (s *Stage) Assigned(wan string) (profile string, ok bool) { return s.state.Assigned(wan) }

// State is where the rollout stands. It must not be changed.
func (s *Stage) State() *rollout.State { return &s.state }

// Status is that as the status section has it; nil before the first turn.
func (s *Stage) Status() *v1alpha1.RolloutStatus {
	if s.input.Site == nil {
		return nil
	}
	return rollout.Status(s.state, s.input)
}

// Idle says that nothing is being changed, watched or waited for, and nothing is
// to be written.
func (s *Stage) Idle() bool {
	return s.state.Phase == v1alpha1.RolloutApproved && len(s.state.Unrecorded) == 0
}
