package rollout

import (
	"slices"
	"time"

	"github.com/wanctl/wanctl/api/v1alpha1"
	"github.com/wanctl/wanctl/controller/evidence"
)

// State is where the rollout of one site stands. It is stored before any of it
// is carried out, and whatever is to be done follows from it. The zero State is
// of a site that was never seen.
//
// Profiles are spelled as time.Duration.String spells them.
type State struct {
	Phase v1alpha1.RolloutPhase `json:"phase,omitempty"`
	// Target is the site's profile, and Generation the spec's, that it serves.
	Target     string `json:"target,omitempty"`
	Generation int64  `json:"generation,omitempty"`
	// Print tells specs apart in whose light a failed profile may be tried again.
	Print string `json:"print,omitempty"`
	// Watching is the WAN that is changed or watched; empty for the whole site.
	Watching string `json:"watching,omitempty"`

	Started     time.Time `json:"started,omitzero"`
	SoakStarted time.Time `json:"soakStarted,omitzero"`
	// At is when this was decided.
	At time.Time `json:"at,omitzero"`
	// Soaked is how much of the present soak is over, trouble and absence left
	// out, and Until by when it must have found its evidence.
	Soaked time.Duration `json:"soakedNanoseconds,omitempty"`
	Until  time.Duration `json:"untilNanoseconds,omitempty"`

	// Trouble is what is broken now on WANs that are watched, TroubleFor for how
	// long, and Told the reasons of which this soak has had a verdict.
	Trouble    []Trouble     `json:"trouble,omitempty"`
	TroubleFor time.Duration `json:"troubleForNanoseconds,omitempty"`
	Told       []string      `json:"told,omitempty"`

	// Before is the phase that a pause interrupted. Paused is who paused it;
	// empty where nobody did.
	Before  v1alpha1.RolloutPhase `json:"before,omitempty"`
	Paused  string                `json:"paused,omitempty"`
	Message string                `json:"message,omitempty"`

	// WANs are in the order of the rollout.
	WANs     []WAN                     `json:"wans,omitempty"`
	Failed   []v1alpha1.RolloutFailure `json:"failed,omitempty"`
	Approval *v1alpha1.RolloutApproval `json:"approval,omitempty"`

	// Soak and Verdict are the last numbers that were given to either.
	Soak    int64 `json:"soak,omitempty"`
	Verdict int64 `json:"verdict,omitempty"`
	// Unrecorded are verdicts that are not known to be in the record yet, and
	// Newest the last few without their measurements; oldest first.
	Unrecorded []v1alpha1.Verdict `json:"unrecorded,omitempty"`
	Newest     []v1alpha1.Verdict `json:"newest,omitempty"`
}

// WAN is where one WAN stands.
type WAN struct {
	Name string `json:"name"`
	// Profile is what it must run now.
	Profile string `json:"profile"`
	// Target is what the spec asks for, Goal what it is to be brought to next:
	// the target, or a slower profile once that was thin.
	Target string `json:"target"`
	Goal   string `json:"goal"`
	// From is what it ran before Profile.
	From string `json:"from,omitempty"`
	// Stable is what it is rolled back to: the last profile that was approved,
	// or ran when wanctl first saw it. A WAN that never ran has none.
	Stable string                 `json:"stable,omitempty"`
	Result v1alpha1.RolloutResult `json:"result"`
	// Soak numbers the evidence that counts, from 1; 0 is none.
	Soak int64 `json:"soak,omitempty"`
	// Moved says when it last changed, by the count of soaks.
	Moved int64 `json:"moved,omitempty"`
	// Unsettled is how long its figures are still marked by trouble that is over.
	Unsettled time.Duration `json:"unsettledNanoseconds,omitempty"`
	// Suspect is the gate that looks like an abort, and SuspectFor how long
	// already.
	Suspect    v1alpha1.GateName `json:"suspect,omitempty"`
	SuspectFor time.Duration     `json:"suspectForNanoseconds,omitempty"`
	// Known are figures of other profiles on this WAN, oldest first, each
	// profile once.
	Known []Known `json:"known,omitempty"`
}

// Known are the figures of a profile that later ones are compared with.
type Known struct {
	Profile   string             `json:"profile"`
	ProbeLoss evidence.ProbeLoss `json:"probeLoss"`
	Benefit   evidence.Benefit   `json:"benefit"`
}

// Trouble is something broken that is not the interval's fault.
type Trouble struct {
	// WAN is the WAN that it keeps from being judged.
	WAN string `json:"wan"`
	// Reason is a condition's, as RouterUnreachable; Message says more.
	Reason  string `json:"reason"`
	Message string `json:"message,omitempty"`
}

// clone shares nothing with the state that anybody writes to.
func (s *State) clone() State {
	c := *s
	c.Trouble, c.Told = slices.Clone(s.Trouble), slices.Clone(s.Told)
	c.Failed, c.WANs = slices.Clone(s.Failed), slices.Clone(s.WANs)
	c.Unrecorded, c.Newest = slices.Clone(s.Unrecorded), slices.Clone(s.Newest)
	for i := range c.WANs {
		c.WANs[i].Known = slices.Clone(c.WANs[i].Known)
	}
	return c
}

// wan is the WAN of that name; nil where there is none.
func (s *State) wan(name string) *WAN {
	for i := range s.WANs {
		if s.WANs[i].Name == name {
			return &s.WANs[i]
		}
	}
	return nil
}
