package metrics

import (
	"github.com/wanctl/wanctl/api/v1alpha1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

var (
	lastLook   = gauge("last_look_timestamp_seconds", "When the agent last looked at its loops.")
	generation = gauge("site_generation", "How often the meaning of a site's spec has changed.", "site")
	observed   = gauge("site_observed_generation", "The generation that the loops run.", "site")
	updated    = gauge("site_status_updated_timestamp_seconds", "When the status was taken.", "site")
	condition  = gauge("site_condition", "1 for the status that a condition has: true, false or unknown.", "site", "condition", "status")
	transition = gauge("site_condition_last_transition_timestamp_seconds", "When a condition last changed its status.", "site", "condition")
)

// conditionStatuses are what a condition may be, and how the label spells it.
var conditionStatuses = map[metav1.ConditionStatus]string{
	metav1.ConditionTrue: "true", metav1.ConditionFalse: "false", metav1.ConditionUnknown: "unknown",
}

func (e *emitter) site(s *v1alpha1.Site) {
	e.emit(generation, float64(s.Generation), s.Name)
	e.emit(observed, float64(s.Status.ObservedGeneration), s.Name)
	e.time(updated, s.Status.UpdatedAt, s.Name)
	for i := range s.Status.Conditions {
		c := &s.Status.Conditions[i]
		for status, label := range conditionStatuses {
			e.flag(condition, c.Status == status, s.Name, c.Type, label)
		}
		e.time(transition, &c.LastTransitionTime, s.Name, c.Type)
	}
	for i := range s.Spec.WANs {
		spec := &s.Spec.WANs[i]
		for j := range s.Status.WANs {
			if s.Status.WANs[j].Name == spec.Name {
				e.wan(s, spec, &s.Status.WANs[j])
			}
		}
	}
	for i := range s.Status.Steering {
		e.steering(s.Name, &s.Status.Steering[i])
	}
	for i := range s.Status.Routers {
		e.device(s, &s.Status.Routers[i])
	}
	e.rollout(s)
	e.verdicts(s.Name, s.Status.Verdicts)
}
