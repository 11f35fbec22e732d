// Package stage carries a rollout out: it asks rollout.Decide what is to be,
// stores the answer, and only then lets loops follow.
//
// It has no clock and no goroutine: whoever drives it passes the time in, and
// may do so as fast as it likes.
package stage

import (
	"errors"
	"fmt"
	"maps"
	"time"

	"github.com/wanctl/wanctl/api/v1alpha1"
	"github.com/wanctl/wanctl/controller/evidence"
	"github.com/wanctl/wanctl/reconciler/rollout"
	"github.com/wanctl/wanctl/reconciler/status"
)

// Disk is where a stage stores what outlasts it.
type Disk interface {
	WriteRollout(site string, state *rollout.State) error
	WriteEvidence(site string, soaks map[string]status.Soak) error
	AddVerdicts(site string, verdicts ...v1alpha1.Verdict) (status.VerdictsRecord, error)
}

// Options are what a stage begins with.
type Options struct {
	// Site is the site's name.
	Site string
	// State, Soaks and Recorded are what is stored: zero where nothing is.
	State    rollout.State
	Soaks    map[string]status.Soak
	Recorded int64
	// Origin is where the evidence comes from.
	Origin v1alpha1.VerdictOrigin
	Disk   Disk
	// Run brings a WAN's loop to a profile and returns once it is. It is not
	// called for a profile that the loop runs already.
	Run func(wan, profile string)
	// Tell passes an event on.
	Tell func(rollout.Tell)
}

// Stage is the rollout of one site.
type Stage struct {
	opts  Options
	state rollout.State
	soaks map[string]*soak
	// stored are the soaks of an earlier run that have not been taken up yet.
	stored   map[string]status.Soak
	recorded int64
	// wrote is when the state was last written, saved when the evidence was.
	wrote, saved time.Time
	// site is the desired state of the last turn.
	site *v1alpha1.Site
}

// New is a stage that goes on from what is stored.
func New(opts Options) *Stage {
	return &Stage{opts: opts, state: opts.State, soaks: map[string]*soak{}, stored: maps.Clone(opts.Soaks), recorded: opts.Recorded}
}

// Seen is what is seen of one WAN besides its evidence.
type Seen struct {
	// Profile is what its loop runs, or, before it was started, what it ran when
	// the agent last did; empty where it never ran.
	Profile string
	// Running says that its loop runs and measures.
	Running bool
	// ReportsCPU says that its router tells the load of its processor.
	ReportsCPU bool
	// Trouble is what is broken; an empty reason is nothing.
	Trouble rollout.Trouble
	// Limited are the reflectors that ration their answers.
	Limited []string
}

// writeEvery is how often a state is written in which nothing but time has
// passed, and saveEvery how often evidence is.
const writeEvery, saveEvery = 10 * time.Second, 30 * time.Second

// Turn decides for the desired state and what is seen, by WAN, and carries it
// out. Where the decision cannot be stored nothing is carried out and all stays
// as it is; the next turn tries again.
func (s *Stage) Turn(now time.Time, site *v1alpha1.Site, seen map[string]Seen) error {
	s.site = site
	next, actions := rollout.Decide(s.state, s.input(site, seen), now)
	s.derive(next.Unrecorded)
	if err := s.adopt(now, next); err != nil {
		return err
	}
	return errors.Join(s.carryOut(actions, seen), s.save(now))
}

func (s *Stage) input(site *v1alpha1.Site, seen map[string]Seen) *rollout.Input {
	in := &rollout.Input{Site: site, WANs: map[string]rollout.Observed{}, Recorded: s.recorded, Origin: s.opts.Origin}
	for name, w := range seen {
		o := rollout.Observed{Profile: w.Profile, Running: w.Running, ReportsCPU: w.ReportsCPU, Trouble: w.Trouble, Limited: w.Limited}
		if soak := s.soaks[name]; soak != nil {
			o.Soak, o.Figures = soak.number, soak.collector.Figures()
		}
		in.WANs[name] = o
	}
	return in
}

// adopt makes a state the present one. One that says anything new is stored
// first, or not adopted; a clock that moved on can wait.
func (s *Stage) adopt(now time.Time, next rollout.State) error {
	news := !same(s.state, next)
	if news || !next.At.IsZero() && now.Sub(s.wrote) >= writeEvery {
		err := s.opts.Disk.WriteRollout(s.opts.Site, &next)
		if err != nil && news {
			return fmt.Errorf("nothing is changed by the rollout until it can be stored: %w", err)
		}
		if err != nil {
			s.state = next
			return err
		}
		s.wrote = now
	}
	s.state = next
	return nil
}

// carryOut does what is asked for and not done yet.
func (s *Stage) carryOut(actions []rollout.Action, seen map[string]Seen) error {
	held := map[string]bool{}
	var verdicts []v1alpha1.Verdict
	for _, action := range actions {
		switch a := action.(type) {
		case rollout.Run:
			s.run(a, seen)
		case rollout.Hold:
			held[a.WAN] = true
		case rollout.Record:
			verdicts = append(verdicts, a.Verdict)
		case rollout.Tell:
			s.opts.Tell(a)
		}
	}
	for name, soak := range s.soaks {
		soak.hold(held[name])
	}
	return s.record(verdicts)
}

// run brings a loop to a profile and begins a soak, each if it is not so yet.
func (s *Stage) run(a rollout.Run, seen map[string]Seen) {
	if w, known := seen[a.WAN]; known && w.Running && !sameProfile(w.Profile, a.Profile) {
		s.opts.Run(a.WAN, a.Profile)
	}
	s.begin(a.WAN, a.Profile, a.Soak)
}

// record adds verdicts to the stored record.
func (s *Stage) record(verdicts []v1alpha1.Verdict) error {
	if len(verdicts) == 0 {
		return nil
	}
	s.derive(verdicts)
	record, err := s.opts.Disk.AddVerdicts(s.opts.Site, verdicts...)
	s.recorded = max(s.recorded, record.Last())
	return err
}

// Assigned is the profile that a WAN's loop must run. A WAN that no turn has
// seen has none.
func (s *Stage) Assigned(wan string) (profile string, ok bool) { return s.state.Assigned(wan) }
