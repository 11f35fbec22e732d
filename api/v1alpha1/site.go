package v1alpha1

import metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

// Site is everything one household, office or exchange wants of its WAN
// links: which there are, how fast they are watched, and how far the shaper
// of each may move.
//
// +kubebuilder:object:root=true
// +kubebuilder:subresource:status
type Site struct {
	metav1.TypeMeta `json:",inline"`
	// Metadata names the site. generation, uid and creationTimestamp are
	// wanctl's own; a manifest leaves them out.
	metav1.ObjectMeta `json:"metadata,omitempty"`

	// Spec is the desired state: what a person writes.
	Spec SiteSpec `json:"spec"`
	// Status is the observed state: what wanctl writes, never a person.
	Status SiteStatus `json:"status,omitempty"`
}

// SiteSpec is the desired state of a site.
type SiteSpec struct {
	// IntervalProfile is how often each WAN's loop turns: a named profile (2s,
	// 500ms, 250ms, 100ms, 50ms, 20ms, 10ms) or any duration from 5ms to 5s.
	// Every count and per-cycle weight is derived from it and the time
	// constants, so that a faster loop behaves the same in wall-clock time.
	// +kubebuilder:default="500ms"
	// +kubebuilder:validation:Format=duration
	IntervalProfile string `json:"intervalProfile,omitempty"`

	// TimeConstants are the loop's times in wall-clock seconds.
	// +kubebuilder:default={baseline:"100s",load:"10s",detection:"250ms",softRed:"6s",red:"4s",green:"30s",history:"120s"}
	TimeConstants TimeConstants `json:"timeConstants,omitempty"`

	// Alphas override the weights that are derived from the time constants.
	// Status shows the time constant that an override implies.
	// +optional
	Alphas Alphas `json:"alphas,omitempty"`

	// Thresholds are the delays at which a WAN changes state.
	// +kubebuilder:default={green:"15ms",softRed:"45ms",hardRed:"80ms",baselineUpdate:"3ms"}
	Thresholds Thresholds `json:"thresholds,omitempty"`

	// Routers are the devices whose shapers wanctl sets.
	// +listType=map
	// +listMapKey=name
	// +kubebuilder:validation:MinItems=1
	Routers []Router `json:"routers"`

	// WANs are the links, each with a loop of its own.
	// +listType=map
	// +listMapKey=name
	// +kubebuilder:validation:MinItems=1
	WANs []WAN `json:"wans"`

	// Steering says which new connections leave a congested WAN for another.
	// +listType=map
	// +listMapKey=name
	// +optional
	Steering []Steering `json:"steering,omitempty"`

	// Rollout says how carefully a change of interval is brought out.
	// It is checked and carried; this version applies every change at once.
	// +kubebuilder:default={}
	Rollout Rollout `json:"rollout,omitempty"`
}

// TimeConstants are wall-clock times, independent of the interval. A block
// under a WAN overrides the site's, field by field.
type TimeConstants struct {
	// Baseline is the time constant of the idle round-trip time's EWMA.
	// +kubebuilder:validation:Format=duration
	// +optional
	Baseline *metav1.Duration `json:"baseline,omitempty"`
	// Load is the time constant of the EWMA under load, which feeds the
	// reported state, steering and verdicts.
	// +kubebuilder:validation:Format=duration
	// +optional
	Load *metav1.Duration `json:"load,omitempty"`
	// Detection is the time constant of the fast path, which may change a rate
	// at once. 0s turns the fast path off, and with it everything beyond the
	// reference law.
	// +kubebuilder:validation:Format=duration
	// +optional
	Detection *metav1.Duration `json:"detection,omitempty"`
	// SoftRed is how long a delay beyond the softRed threshold must last
	// before the state is SOFT_RED; until then it counts as YELLOW.
	// +kubebuilder:validation:Format=duration
	// +optional
	SoftRed *metav1.Duration `json:"softRed,omitempty"`
	// Red is how long RED must last before steering acts.
	// +kubebuilder:validation:Format=duration
	// +optional
	Red *metav1.Duration `json:"red,omitempty"`
	// Green is how long GREEN must last before steering is taken back.
	// +kubebuilder:validation:Format=duration
	// +optional
	Green *metav1.Duration `json:"green,omitempty"`
	// History is how far back a WAN's samples are kept.
	// +kubebuilder:validation:Format=duration
	// +optional
	History *metav1.Duration `json:"history,omitempty"`
}

// Alphas are per-sample EWMA weights, above 0 and at most 1.
type Alphas struct {
	// Baseline overrides interval / timeConstants.baseline.
	// +kubebuilder:validation:ExclusiveMinimum=true
	// +kubebuilder:validation:Minimum=0
	// +kubebuilder:validation:Maximum=1
	// +optional
	Baseline *float64 `json:"baseline,omitempty"`
	// Load overrides interval / timeConstants.load.
	// +kubebuilder:validation:ExclusiveMinimum=true
	// +kubebuilder:validation:Minimum=0
	// +kubebuilder:validation:Maximum=1
	// +optional
	Load *float64 `json:"load,omitempty"`
}

// Thresholds are delays above the baseline, in rising order. A delay on a
// boundary belongs to the lower state.
type Thresholds struct {
	// Green is the most delay that is GREEN; more is YELLOW.
	// +kubebuilder:validation:Format=duration
	// +optional
	Green *metav1.Duration `json:"green,omitempty"`
	// SoftRed is the most delay that is YELLOW; more is SOFT_RED, or RED for a
	// direction of three states.
	// +kubebuilder:validation:Format=duration
	// +optional
	SoftRed *metav1.Duration `json:"softRed,omitempty"`
	// HardRed is the most delay that is SOFT_RED; more is RED.
	// +kubebuilder:validation:Format=duration
	// +optional
	HardRed *metav1.Duration `json:"hardRed,omitempty"`
	// BaselineUpdate is the delay below which a sample counts as idle and
	// teaches the baseline.
	// +kubebuilder:validation:Format=duration
	// +optional
	BaselineUpdate *metav1.Duration `json:"baselineUpdate,omitempty"`
}

// SiteList is a list of sites.
//
// +kubebuilder:object:root=true
type SiteList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`
	// Items are the sites.
	Items []Site `json:"items"`
}
