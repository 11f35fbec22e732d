package v1alpha1

import metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

// Verdict is what came of a soak.
type Verdict struct {
	// Number counts the site's verdicts from 1.
	Number int64 `json:"number"`
	// Verdict is approved-PROFILE, finalize-PROFILE, rollback, or issues: and
	// what they are.
	Verdict string `json:"verdict"`
	// Profile is the profile that was judged.
	// +optional
	Profile string `json:"profile,omitempty"`
	// WANs are those that it was judged on.
	// +listType=set
	// +optional
	WANs []string `json:"wans,omitempty"`
	// Started is when the soak began.
	// +optional
	Started *metav1.Time `json:"started,omitempty"`
	// Decided is when it was judged.
	Decided metav1.Time `json:"decided"`
	// Generation is that of the spec.
	// +optional
	Generation int64 `json:"generation,omitempty"`
	// Gates are what decided; in status those that did not pass.
	// +optional
	Gates []GateStatus `json:"gates,omitempty"`
	// Message says in a sentence why.
	// +optional
	Message string `json:"message,omitempty"`
	// By is the person who decided; left out where wanctl did.
	// +optional
	By string `json:"by,omitempty"`
	// Origin says whether the evidence was recorded on a line or simulated.
	// +optional
	Origin VerdictOrigin `json:"origin,omitempty"`
	// Measurements are the evidence, by WAN; left out in status.
	// +optional
	Measurements []Measurement `json:"measurements,omitempty"`
}

// VerdictOrigin is where the evidence of a verdict came from.
// +kubebuilder:validation:Enum=Recorded;Simulated
type VerdictOrigin string

// The origins.
const (
	OriginRecorded  VerdictOrigin = "Recorded"
	OriginSimulated VerdictOrigin = "Simulated"
)

// VerdictList is a list of verdicts, oldest first.
type VerdictList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`
	// Items are the verdicts.
	Items []Verdict `json:"items"`
}

// Measurement is what was measured of one WAN over one soak. What is left out
// is unknown.
type Measurement struct {
	// WAN is the WAN's name.
	WAN string `json:"wan"`
	// Profile is the interval profile that ran.
	Profile string `json:"profile"`
	// Derived are the parameters that ran.
	// +optional
	Derived *Derived `json:"derived,omitempty"`
	// Soaked is for how long it was measured.
	// +kubebuilder:validation:Format=duration
	Soaked metav1.Duration `json:"soaked"`
	// Loaded is for how long the line was loaded.
	// +kubebuilder:validation:Format=duration
	// +optional
	Loaded metav1.Duration `json:"loaded,omitempty"`
	// ProbesPerSecond left, and what became of them is known.
	ProbesPerSecond float64 `json:"probesPerSecond"`
	// WritesPerSecond were acknowledged by the router.
	WritesPerSecond float64 `json:"writesPerSecond"`
	// Cycle is the work of a cycle.
	// +optional
	Cycle *MeasuredQuantiles `json:"cycle,omitempty"`
	// Cycles are those that were due.
	Cycles int64 `json:"cycles"`
	// Skipped are deadlines missed.
	Skipped int64 `json:"skipped"`
	// ControlLatency is from a sample to the router's acknowledgement.
	// +optional
	ControlLatency *MeasuredQuantiles `json:"controlLatency,omitempty"`
	// Probes counts probes.
	Probes int64 `json:"probes"`
	// Loss is the share of probes lost, 0 to 1.
	// +optional
	Loss *float64 `json:"loss,omitempty"`
	// BaselineDrift is the 95th percentile of how far the idle baseline moved in
	// ten minutes.
	// +optional
	BaselineDrift *MeasuredQuantiles `json:"baselineDrift,omitempty"`
	// Flapping is the most changes of state within 120 s.
	// +optional
	Flapping *int64 `json:"flapping,omitempty"`
	// RedEntries counts entries into RED, NoiseEntries those without a cause.
	RedEntries int64 `json:"redEntries"`
	// NoiseEntries are entries into RED without load, loss or drops.
	NoiseEntries int64 `json:"noiseEntries"`
	// RouterCPU is the 95th percentile of the router's CPU load, in percent.
	// +optional
	RouterCPU *float64 `json:"routerCPU,omitempty"`
	// Applies counts writes that the router acknowledged.
	Applies int64 `json:"applies"`
	// Failures counts writes that failed.
	Failures int64 `json:"failures"`
	// Crashes counts restarts that nobody asked for.
	Crashes int64 `json:"crashes"`
	// DelayUnderLoad is above the reflectors' baselines.
	// +optional
	DelayUnderLoad *MeasuredQuantiles `json:"delayUnderLoad,omitempty"`
	// Detection is from the last sample that was not late to the first acknowledged
	// cut.
	// +optional
	Detection *MeasuredQuantiles `json:"detection,omitempty"`
	// Recovery is from there until the queue was gone.
	// +optional
	Recovery *MeasuredQuantiles `json:"recovery,omitempty"`
}

// MeasuredQuantiles are quantiles of a time. What is left out is unknown.
type MeasuredQuantiles struct {
	// Count is how many values there were.
	Count int64 `json:"count"`
	// P50 is the median.
	// +kubebuilder:validation:Format=duration
	// +optional
	P50 *metav1.Duration `json:"p50,omitempty"`
	// P95 is the 95th percentile.
	// +kubebuilder:validation:Format=duration
	// +optional
	P95 *metav1.Duration `json:"p95,omitempty"`
	// P99 is the 99th percentile.
	// +kubebuilder:validation:Format=duration
	// +optional
	P99 *metav1.Duration `json:"p99,omitempty"`
	// Max is the largest.
	// +kubebuilder:validation:Format=duration
	// +optional
	Max *metav1.Duration `json:"max,omitempty"`
	// P95OfT is P95 as a share of the interval.
	// +optional
	P95OfT *float64 `json:"p95OfT,omitempty"`
}
