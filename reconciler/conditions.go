package reconciler

import (
	"fmt"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/wanctl/wanctl/api/v1alpha1"
)

// stableAfter is how long nothing may have restarted or been degraded before
// a site counts as stable.
const stableAfter = 5 * time.Minute

// verdict is a condition's reason and message; an empty reason is none.
type verdict struct{ reason, message string }

// summarise sets every condition of a site. Ready is summed up here and
// nowhere else.
func (a *Agent) summarise(s *site, now time.Time) {
	starting, trouble := s.starting(), s.trouble()
	ok := verdict{v1alpha1.ReasonHealthy, "routers take rates and reflectors answer"}

	a.set(s, now, v1alpha1.ConditionAccepted, s.fault == "", verdict{v1alpha1.ReasonManifestAccepted, "the manifest on disk is the one that runs"},
		verdict{v1alpha1.ReasonManifestInvalid, s.fault})
	a.set(s, now, v1alpha1.ConditionDegraded, trouble.reason != "", trouble, ok)
	s.summariseProgressing(a, now, starting)

	notReady := trouble
	if notReady.reason == "" {
		notReady = starting
	}
	a.set(s, now, v1alpha1.ConditionReady, notReady.reason == "",
		verdict{v1alpha1.ReasonLoopsRunning, fmt.Sprintf("%d of %d loops run", len(s.wans), len(s.live.Spec.WANs))}, notReady)

	s.summariseStable(a, now, trouble)
	a.summariseSignal(s, now)
	written := verdict{v1alpha1.ReasonWritten, "status and state reach the disk"}
	failed := verdict{v1alpha1.ReasonWriteFailed, ""}
	if a.storeErr != nil {
		failed.message = a.storeErr.Error()
	}
	a.set(s, now, v1alpha1.ConditionStatusWritable, a.storeErr == nil, written, failed)
}

// summariseProgressing sets Progressing: loops begin, or a rollout goes on.
func (s *site) summariseProgressing(a *Agent, now time.Time, starting verdict) {
	r := s.stage.State().Progressing()
	done := verdict{v1alpha1.ReasonUpToDate, "every loop runs the accepted spec"}
	if phase := s.stage.State().Phase; phase != v1alpha1.RolloutApproved && !r.Holds {
		done = verdict{r.Reason, r.Message}
	}
	going := starting
	if going.reason == "" {
		going = verdict{r.Reason, r.Message}
	}
	a.set(s, now, v1alpha1.ConditionProgressing, starting.reason != "" || r.Holds, going, done)
}

// summariseStable sets Stable: every WAN runs a profile that bore its soak, and
// there was no change of the spec and no trouble of late.
func (s *site) summariseStable(a *Agent, now time.Time, trouble verdict) {
	degraded := meta.FindStatusCondition(s.live.Status.Conditions, v1alpha1.ConditionDegraded)
	quiet := min(now.Sub(s.changed), now.Sub(degraded.LastTransitionTime.Time))
	r := s.stage.State().Stable()
	stable := trouble.reason == "" && r.Holds && quiet >= stableAfter
	settling := trouble
	switch {
	case settling.reason != "":
	case !r.Holds:
		settling = verdict{r.Reason, r.Message}
	default:
		settling = verdict{v1alpha1.ReasonSettling, fmt.Sprintf("waiting for %v without a change or trouble", stableAfter)}
	}
	a.set(s, now, v1alpha1.ConditionStable, stable, verdict{v1alpha1.ReasonSettled, fmt.Sprintf("no change and no trouble for %v", stableAfter)}, settling)
}

// set writes one condition; its transition time moves only with its status.
func (a *Agent) set(s *site, now time.Time, kind string, holds bool, yes, no verdict) {
	c := metav1.Condition{
		Type: kind, Status: metav1.ConditionTrue, Reason: yes.reason, Message: yes.message,
		ObservedGeneration: s.live.Generation, LastTransitionTime: metav1.NewTime(now),
	}
	if !holds {
		c.Status, c.Reason, c.Message = metav1.ConditionFalse, no.reason, no.message
	}
	meta.SetStatusCondition(&s.live.Status.Conditions, c)
}

// starting names the loops that have not measured anything yet.
func (s *site) starting() verdict {
	var names []string
	for i := range s.live.Spec.WANs {
		name := s.live.Spec.WANs[i].Name
		w := s.wans[name]
		if w == nil || w.cancel == nil {
			return verdict{v1alpha1.ReasonLoopsStopped, fmt.Sprintf("wan %s does not run", name)}
		}
		if !w.loop.Snapshot().Reference.Started {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return verdict{}
	}
	return verdict{v1alpha1.ReasonLoopsStarting, "no answer to a probe yet on " + strings.Join(names, ", ")}
}

// patience is how long a loop may wait for its first answer.
const patience = 5 * time.Second

// trouble is the first thing that keeps a WAN from being controlled.
func (s *site) trouble() verdict {
	for i := range s.live.Spec.WANs {
		w := s.wans[s.live.Spec.WANs[i].Name]
		if w == nil {
			continue
		}
		if v := w.trouble(); v.reason != "" {
			return v
		}
	}
	return s.ruleTrouble()
}

func (w *wan) trouble() verdict {
	name, slot := w.spec.Name, w.slot.State()
	if err := slot.LastError; err != nil {
		return verdict{reasonOf(err), fmt.Sprintf("wan %s: %v", name, err)}
	}
	if v := flawed(name, slot.Findings); v.reason != "" {
		return v
	}
	if w.err != nil {
		return verdict{v1alpha1.ReasonLoopFailed, w.err.Error()}
	}
	if w.loop == nil {
		return verdict{}
	}
	snap := w.loop.Snapshot()
	found := w.silence()
	switch {
	case snap.ProbeErr != nil:
		return verdict{v1alpha1.ReasonProbesFailing, fmt.Sprintf("wan %s: %v", name, snap.ProbeErr)}
	case found.reason != "" && snap.At.Sub(w.started) > patience:
		return verdict{found.reason, fmt.Sprintf("wan %s: %s", name, found.message)}
	case !snap.Heard && snap.At.Sub(w.started) > patience:
		return verdict{v1alpha1.ReasonProbesLost, fmt.Sprintf("wan %s: no reflector answers; rates are held", name)}
	}
	return verdict{}
}
