package rollout

import "github.com/wanctl/wanctl/api/v1alpha1"

// Finding is what a condition says.
type Finding struct {
	Holds           bool
	Reason, Message string
}

// reasons are those of the phases.
var reasons = map[v1alpha1.RolloutPhase]string{
	v1alpha1.RolloutPending:          v1alpha1.ReasonRolloutPending,
	v1alpha1.RolloutProgressing:      v1alpha1.ReasonRolloutProgressing,
	v1alpha1.RolloutSoaking:          v1alpha1.ReasonRolloutSoaking,
	v1alpha1.RolloutAwaitingApproval: v1alpha1.ReasonRolloutAwaitingApproval,
	v1alpha1.RolloutApproved:         v1alpha1.ReasonRolloutApproved,
	v1alpha1.RolloutFinalizing:       v1alpha1.ReasonRolloutFinalizing,
	v1alpha1.RolloutRolledBack:       v1alpha1.ReasonRolledBack,
	v1alpha1.RolloutPaused:           v1alpha1.ReasonRolloutPaused,
}

// Progressing says whether a change is being brought out: begun, and neither
// ended nor paused.
func (s *State) Progressing() Finding {
	f := s.finding()
	switch s.Phase {
	case v1alpha1.RolloutPending, v1alpha1.RolloutProgressing, v1alpha1.RolloutSoaking, v1alpha1.RolloutFinalizing, v1alpha1.RolloutAwaitingApproval:
		f.Holds = true
	}
	return f
}

// Stable says whether every WAN runs a profile that bore its soak, and none was
// rolled back since the spec last changed.
func (s *State) Stable() Finding {
	f := s.finding()
	f.Holds = s.Phase == v1alpha1.RolloutApproved
	return f
}

func (s *State) finding() Finding {
	f := Finding{Reason: reasons[s.Phase], Message: s.Message}
	if f.Reason == "" {
		f.Reason = v1alpha1.ReasonRolloutPending
	}
	if len(s.Trouble) > 0 {
		f.Reason, f.Message = v1alpha1.ReasonRolloutIssues, s.Trouble[0].sentence()
	}
	return f
}
