package rehearsal

import (
	"cmp"
	"strings"
	"time"

	"github.com/wanctl/wanctl/api/v1alpha1"
	"github.com/wanctl/wanctl/reconciler/rollout"
)

// Step is one event of the rollout.
type Step struct {
	// After is the virtual time since the change was asked for.
	After time.Duration `json:"afterNanoseconds"`
	// WAN is what it is about; empty for the site.
	WAN     string `json:"wan,omitempty"`
	Reason  string `json:"reason"`
	Message string `json:"message"`
}

// Outcome is what came of it.
type Outcome struct {
	Site string `json:"site"`
	// Verdict is the one on the last change, as a rollout's; Approved says that it
	// is for what was asked for.
	Verdict  string                `json:"verdict"`
	Approved bool                  `json:"approved"`
	Phase    v1alpha1.RolloutPhase `json:"phase"`
	Message  string                `json:"message"`
	// Lasted is the virtual time from the first change to the end.
	Lasted time.Duration `json:"lastedNanoseconds"`
	// Changes are those that were asked for, Ends where each WAN ended.
	Changes []Change `json:"changes"`
	Ends    []End    `json:"ends"`
	Steps   []Step   `json:"steps"`
	// Gates are those of Verdict.
	Gates    []v1alpha1.GateStatus `json:"gates"`
	Verdicts []v1alpha1.Verdict    `json:"verdicts"`
	// Manifest is the site, its defaults filled in, with the last profile that was
	// asked for.
	Manifest *v1alpha1.Site `json:"manifest"`
}

// Change is one change of profile.
type Change struct {
	// Profile is what was asked for of the site.
	Profile  string        `json:"profile"`
	Verdict  string        `json:"verdict"`
	Approved bool          `json:"approved"`
	Message  string        `json:"message"`
	Lasted   time.Duration `json:"lastedNanoseconds"`
}

// End is what a WAN runs at the end.
type End struct {
	WAN     string `json:"wan"`
	Profile string `json:"profile"`
	// Verdict is the last on it at that profile, or at any; empty where there was
	// none.
	Verdict string `json:"verdict,omitempty"`
}

func newOutcome(site string) Outcome {
	return Outcome{
		Site: site, Changes: []Change{}, Ends: []End{}, Steps: []Step{}, Gates: []v1alpha1.GateStatus{}, Verdicts: []v1alpha1.Verdict{},
	}
}

// changed notes what came of a change, by its verdicts.
func (o *Outcome) changed(site *v1alpha1.Site, s *rollout.State, verdicts []v1alpha1.Verdict, lasted time.Duration) {
	c := Change{Profile: site.Spec.IntervalProfile, Message: s.Message, Lasted: lasted}
	o.Gates = []v1alpha1.GateStatus{}
	if v := decisive(verdicts); v != nil {
		c.Verdict, c.Message, c.Approved, o.Gates = v.Verdict, v.Message, approval(v), v.Gates
	}
	o.Changes = append(o.Changes, c)
	o.Verdict, o.Approved, o.Phase, o.Message = c.Verdict, c.Approved, s.Phase, c.Message
}

// decisive is the verdict on a change: the first that takes a WAN down or back,
// or else the last; nil where there is none. What is approved of the slower profile
// in turn approves no change.
func decisive(verdicts []v1alpha1.Verdict) *v1alpha1.Verdict {
	for i := range verdicts {
		if v := &verdicts[i]; !approval(v) && !strings.HasPrefix(v.Verdict, "issues: ") {
			return v
		}
	}
	if len(verdicts) == 0 {
		return nil
	}
	return &verdicts[len(verdicts)-1]
}

func approval(v *v1alpha1.Verdict) bool { return strings.HasPrefix(v.Verdict, "approved-") }

// end notes where the rollout came to rest. given is the manifest, site the same
// with what was asked for last.
func (o *Outcome) end(given, site *v1alpha1.Site, s *rollout.State) {
	for i := range s.WANs {
		w := &s.WANs[i]
		e := End{WAN: w.Name, Profile: w.Profile}
		var at, any string
		for j := range o.Verdicts {
			v := &o.Verdicts[j]
			for _, name := range v.WANs {
				if name != w.Name {
					continue
				}
				if any = v.Verdict; parsed(v.Profile) == parsed(w.Profile) {
					at = v.Verdict
				}
			}
		}
		e.Verdict = cmp.Or(at, any)
		o.Ends = append(o.Ends, e)
	}
	o.Manifest = site.DeepCopy()
	o.Manifest.Spec.Rollout.Approval, o.Manifest.Spec.Rollout.Approve = given.Spec.Rollout.Approval, given.Spec.Rollout.Approve
}
