package rollout

import (
	"github.com/wanctl/wanctl/api/v1alpha1"
	"github.com/wanctl/wanctl/controller/evidence"
)

// Input is what Decide decides by, besides the state and the time.
type Input struct {
	// Site is the desired state, defaulted, with its generation.
	Site *v1alpha1.Site
	// WANs are what is seen of each WAN, by name. One that is missing does not
	// run.
	WANs map[string]Observed
	// Recorded is the highest number of a verdict in the stored record.
	Recorded int64
	// Origin is where the evidence comes from.
	Origin v1alpha1.VerdictOrigin
}

// Observed is what is seen of one WAN.
type Observed struct {
	// Profile is what its loop runs, or, before it was started, what it ran when
	// the agent last did; empty where it never ran.
	Profile string
	// Running says that its loop runs and measures.
	Running bool
	// Soak is the number of the soak that Figures are of.
	Soak    int64
	Figures evidence.Figures
	// ReportsCPU says that its router tells the load of its processor.
	ReportsCPU bool
	// Trouble is what is broken: a condition's reason and message; an empty
	// reason is nothing.
	Trouble Trouble
	// Limited are the reflectors that ration their answers.
	Limited []string
}

// Action is something to carry out. Each is still asked for until the next
// input shows it done, and may be carried out more than once.
type Action interface{ action() }

// Run asks that a WAN's loop run a profile, and that its figures be those of a
// soak: a new number begins with none.
type Run struct {
	WAN, Profile string
	Soak         int64
}

// Hold asks that no figures be taken of a WAN until an answer without it.
type Hold struct{ WAN string }

// Record asks that a verdict be added to the stored record. One whose number is
// there already is not added again.
type Record struct{ Verdict v1alpha1.Verdict }

// Tell asks for an event. It is asked for once: an agent that is killed in
// between never tells it.
type Tell struct {
	// WAN is what it is about; empty for the site.
	WAN             string
	Type            v1alpha1.EventType
	Reason, Message string
}

func (Run) action()    {}
func (Hold) action()   {}
func (Record) action() {}
func (Tell) action()   {}

// Assigned is the profile that a WAN's loop must run: ok is false for a WAN
// that the state does not know, which must not be started before Decide has
// seen it.
func (s *State) Assigned(wan string) (profile string, ok bool) {
	if w := s.wan(wan); w != nil {
		return w.Profile, true
	}
	return "", false
}
