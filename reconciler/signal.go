package reconciler

import (
	"fmt"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/wanctl/wanctl/api/v1alpha1"
	"github.com/wanctl/wanctl/controller/core"
)

// signalReasons are the verdicts as conditions spell them.
var signalReasons = [...]string{
	core.NoLoadYet: v1alpha1.ReasonNoLoadYet, core.DelayUnderLoad: v1alpha1.ReasonDelayUnderLoad,
	core.ShaperLimits: v1alpha1.ReasonShaperLimits, core.PlateauWithoutDelay: v1alpha1.ReasonPlateauWithoutDelay,
	core.LossUnderLoad: v1alpha1.ReasonLossUnderLoad,
}

// summariseSignal sets SignalUsable: False where it is so of one WAN, Unknown
// where nothing is known of one, True where it is so of all.
func (a *Agent) summariseSignal(s *site, now time.Time) {
	worst, reason := metav1.ConditionTrue, v1alpha1.ReasonDelayUnderLoad
	var messages []string
	for i := range s.live.Spec.WANs {
		w := s.wans[s.live.Spec.WANs[i].Name]
		if w == nil || w.loop == nil {
			continue
		}
		u := w.loop.Snapshot().Usable
		status, said := signal(&u)
		messages = append(messages, fmt.Sprintf("wan %s: %s", w.spec.Name, said))
		if len(messages) == 1 || worse(status, worst) {
			worst, reason = status, signalReasons[u.Verdict]
		}
	}
	if len(messages) == 0 {
		worst, reason, messages = metav1.ConditionUnknown, v1alpha1.ReasonNoLoadYet, []string{"no loop runs"}
	}
	meta.SetStatusCondition(&s.live.Status.Conditions, metav1.Condition{
		Type: v1alpha1.ConditionSignalUsable, Status: worst, Reason: reason, Message: strings.Join(messages, "; "),
		ObservedGeneration: s.live.Generation, LastTransitionTime: metav1.NewTime(now),
	})
}

// worse says whether one status is further from True than another.
func worse(a, b metav1.ConditionStatus) bool {
	rank := map[metav1.ConditionStatus]int{metav1.ConditionUnknown: 1, metav1.ConditionFalse: 2}
	return rank[a] > rank[b]
}

// signal is what a verdict means for a WAN and what to do about it.
func signal(u *core.Usable) (status metav1.ConditionStatus, message string) {
	switch u.Verdict {
	case core.DelayUnderLoad:
		return metav1.ConditionTrue, "delay has risen under load"
	case core.ShaperLimits:
		return metav1.ConditionTrue, "the shaper at its ceiling is what limits the line"
	case core.PlateauWithoutDelay:
		return metav1.ConditionFalse, fmt.Sprintf("%s keeps to %.3g of the shaper's %.3g Mbit/s and delay stays at idle (%+.1f ms): either these reflectors do not share"+
			" the bottleneck, or the far end is slow; rates are held until delay rises or more is carried; name reflectors beyond the bottleneck, or lower the ceiling to what the line carries",
			u.Direction, u.BitsPerSecond/1e6, u.ShaperBitsPerSecond/1e6, u.DelayMS)
	case core.LossUnderLoad:
		return metav1.ConditionFalse, fmt.Sprintf("%.1f %% of probes are lost under load and %.1f %% idle, and delay does not rise: the line drops"+
			" rather than queues; rates are held; lower the ceiling to what the line carries", 100*u.LossLoaded, 100*u.LossIdle)
	default:
		return metav1.ConditionUnknown, "not enough load seen yet to tell whether delay follows it"
	}
}
