package v1alpha1

import (
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// SiteStatus is the observed state of a site.
type SiteStatus struct {
	// ObservedGeneration is the generation that the loops run.
	// +optional
	ObservedGeneration int64 `json:"observedGeneration,omitempty"`
	// UpdatedAt is when this status was taken.
	// +optional
	UpdatedAt *metav1.Time `json:"updatedAt,omitempty"`
	// Source is the manifest file that the spec came from.
	// +optional
	Source string `json:"source,omitempty"`
	// Conditions sum up the site: Accepted, Ready, Progressing, Stable,
	// Degraded, SignalUsable, StatusWritable.
	// +listType=map
	// +listMapKey=type
	// +optional
	Conditions []metav1.Condition `json:"conditions,omitempty"`
	// WANs are the running loops.
	// +listType=map
	// +listMapKey=name
	// +optional
	WANs []WANStatus `json:"wans,omitempty"`
	// Steering are the steering policies.
	// +listType=map
	// +listMapKey=name
	// +optional
	Steering []SteeringStatus `json:"steering,omitempty"`
	// Routers are the devices that shape.
	// +listType=map
	// +listMapKey=name
	// +optional
	Routers []DeviceStatus `json:"routers,omitempty"`
	// Rollout is where the change of interval stands.
	// +optional
	Rollout *RolloutStatus `json:"rollout,omitempty"`
	// Verdicts are the newest few, newest last, without their measurements.
	// +optional
	Verdicts []Verdict `json:"verdicts,omitempty"`
}

// WANStatus is one running loop.
type WANStatus struct {
	// Name is the WAN's name.
	Name string `json:"name"`
	// Profile is the interval profile that runs.
	// +optional
	Profile string `json:"profile,omitempty"`
	// Started is when this loop was last (re)started.
	// +optional
	Started *metav1.Time `json:"started,omitempty"`
	// Restarts counts the loop's restarts since the agent started.
	// +optional
	Restarts int64 `json:"restarts"`
	// Retunes counts the changes that the loop took over without a restart.
	// +optional
	Retunes int64 `json:"retunes"`
	// Derived are the parameters that the loop runs, as wanctl derive prints
	// them.
	// +optional
	Derived *Derived `json:"derived,omitempty"`
	// RTT are the measured and estimated round-trip times.
	// +optional
	RTT RTTStatus `json:"rtt"`
	// Reflectors are the hosts probed.
	// +listType=map
	// +listMapKey=address
	// +optional
	Reflectors []ReflectorStatus `json:"reflectors,omitempty"`
	// Download is the state of the direction towards the user.
	Download ShaperStatus `json:"download"`
	// Upload is the state of the direction away from the user.
	Upload ShaperStatus `json:"upload"`
	// Cycle are the loop's own figures.
	Cycle CycleStatus `json:"cycle"`
	// Router is what the router was told and said.
	Router RouterStatus `json:"router"`
}

// RTTStatus are round-trip times.
type RTTStatus struct {
	// Current is the newest median.
	// +kubebuilder:validation:Format=duration
	// +optional
	Current *metav1.Duration `json:"current,omitempty"`
	// Load is the EWMA under load.
	// +kubebuilder:validation:Format=duration
	// +optional
	Load *metav1.Duration `json:"load,omitempty"`
	// Baseline is the EWMA of the idle line.
	// +kubebuilder:validation:Format=duration
	// +optional
	Baseline *metav1.Duration `json:"baseline,omitempty"`
	// Delta is load - baseline.
	// +kubebuilder:validation:Format=duration
	// +optional
	Delta *metav1.Duration `json:"delta,omitempty"`
	// Loss is the share of recent probes that were lost, 0 to 1.
	Loss float64 `json:"loss"`
	// Sent and Lost count probes since the loop started.
	Sent int64 `json:"sent"`
	// Lost counts probes without an answer since the loop started.
	Lost int64 `json:"lost"`
}

// ReflectorStatus is one reflector's health.
type ReflectorStatus struct {
	// Address is the reflector, as named in the manifest.
	Address string `json:"address"`
	// Baseline is its own idle round-trip time.
	// +kubebuilder:validation:Format=duration
	// +optional
	Baseline *metav1.Duration `json:"baseline,omitempty"`
	// Healthy says that its answers count.
	Healthy bool `json:"healthy"`
	// Ailment is why they do not: Dead, Slow or Limited.
	// +kubebuilder:validation:Enum=Dead;Slow;Limited
	// +optional
	Ailment string `json:"ailment,omitempty"`
	// Sent counts the probes to it since the loop started.
	Sent int64 `json:"sent"`
	// Lost counts those without an answer.
	Lost int64 `json:"lost"`
}

// ShaperStatus is the state of one direction.
type ShaperStatus struct {
	// State is GREEN, YELLOW, SOFT_RED or RED.
	State State `json:"state,omitempty"`
	// Rate is what the law wants, in bit/s.
	// +optional
	Rate *resource.Quantity `json:"rate,omitempty"`
	// Delivered is what the router's counters say passed, in bit/s; left out
	// while unknown.
	// +optional
	Delivered *resource.Quantity `json:"delivered,omitempty"`
	// Reason says in a word why the rate is what it is.
	// +optional
	Reason string `json:"reason,omitempty"`
	// Decisions are the last changes of the rate, newest last.
	// +optional
	Decisions []DecisionStatus `json:"decisions,omitempty"`
}

// State is the congestion state of a direction.
type State string

// The states, from idle to worst.
const (
	Green   State = "GREEN"
	Yellow  State = "YELLOW"
	SoftRed State = "SOFT_RED"
	Red     State = "RED"
)

// DecisionStatus is one change of a rate and why.
type DecisionStatus struct {
	// Time is when.
	Time metav1.MicroTime `json:"time"`
	// From and To are rates in bit/s.
	From resource.Quantity `json:"from"`
	// To is the rate from then on, in bit/s.
	To resource.Quantity `json:"to"`
	// Reason says in a word why.
	Reason string `json:"reason"`
	// Delay is the fast delay that was seen.
	// +kubebuilder:validation:Format=duration
	// +optional
	Delay *metav1.Duration `json:"delay,omitempty"`
	// Delivered is the delivered rate that was seen, in bit/s.
	// +optional
	Delivered *resource.Quantity `json:"delivered,omitempty"`
}

// CycleStatus are the figures of a loop's own work since it started.
type CycleStatus struct {
	// Count is how many cycles ran.
	Count int64 `json:"count"`
	// P50 is the median of a cycle's work.
	// +kubebuilder:validation:Format=duration
	// +optional
	P50 *metav1.Duration `json:"p50,omitempty"`
	// P95 is the 95th percentile of a cycle's work.
	// +kubebuilder:validation:Format=duration
	// +optional
	P95 *metav1.Duration `json:"p95,omitempty"`
	// P99 is the 99th percentile of a cycle's work.
	// +kubebuilder:validation:Format=duration
	// +optional
	P99 *metav1.Duration `json:"p99,omitempty"`
	// Max is the longest work of a cycle.
	// +kubebuilder:validation:Format=duration
	// +optional
	Max *metav1.Duration `json:"max,omitempty"`
	// LatenessP99 is the 99th percentile of how late cycles began.
	// +kubebuilder:validation:Format=duration
	// +optional
	LatenessP99 *metav1.Duration `json:"latenessP99,omitempty"`
	// Overruns counts cycles whose work outlasted the interval.
	Overruns int64 `json:"overruns"`
	// Skipped counts deadlines missed.
	Skipped int64 `json:"skipped"`
}

// RouterStatus is what a WAN's router was told and said.
type RouterStatus struct {
	// Name is the router's name.
	// +optional
	Name string `json:"name,omitempty"`
	// Download is the download rate last written and confirmed, in bit/s.
	// +optional
	Download *resource.Quantity `json:"download,omitempty"`
	// Upload is the upload rate last written and confirmed, in bit/s.
	// +optional
	Upload *resource.Quantity `json:"upload,omitempty"`
	// AppliesTotal counts writes that were confirmed since the agent started.
	AppliesTotal int64 `json:"appliesTotal"`
	// FailuresTotal counts writes that failed.
	FailuresTotal int64 `json:"failuresTotal"`
	// DriftsTotal counts how often something else had changed the queue.
	DriftsTotal int64 `json:"driftsTotal"`
	// ApplyP95 is the 95th percentile from a sample's arrival to the router's
	// confirmation of the write that it led to.
	// +kubebuilder:validation:Format=duration
	// +optional
	ApplyP95 *metav1.Duration `json:"applyP95,omitempty"`
	// LastError is the present error; empty while the router answers.
	// +optional
	LastError string `json:"lastError"`
}
