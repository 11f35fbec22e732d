package v1alpha1

import metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

// RolloutStatus is where the change of interval stands.
type RolloutStatus struct {
	// Phase is what is being done.
	// +optional
	Phase RolloutPhase `json:"phase,omitempty"`
	// WAN is the WAN that is changed or watched; left out while the whole site
	// is.
	// +optional
	WAN string `json:"wan,omitempty"`
	// From is the profile that WAN ran before; in the final soak that of the
	// first WAN that changed.
	// +optional
	From string `json:"from,omitempty"`
	// To is the profile that it runs or is brought to.
	// +optional
	To string `json:"to,omitempty"`
	// LastStable is the profile that it would be rolled back to.
	// +optional
	LastStable string `json:"lastStable,omitempty"`
	// Target is the profile that the spec asks for.
	// +optional
	Target string `json:"target,omitempty"`
	// Started is when this rollout began.
	// +optional
	Started *metav1.Time `json:"started,omitempty"`
	// SoakStarted is when the present soak began.
	// +optional
	SoakStarted *metav1.Time `json:"soakStarted,omitempty"`
	// SoakEnds is when it will end if nothing interrupts it.
	// +optional
	SoakEnds *metav1.Time `json:"soakEnds,omitempty"`
	// Deadline is until when it goes on for want of evidence.
	// +optional
	Deadline *metav1.Time `json:"deadline,omitempty"`
	// Message says in a sentence what is waited for.
	// +optional
	Message string `json:"message,omitempty"`
	// Issues are what is broken that is not the interval's fault. The soak's
	// clock stands still while there are any.
	// +optional
	Issues []string `json:"issues,omitempty"`
	// Gates are those of the WAN that is watched; in the final soak the worst of
	// all WANs, gate by gate.
	// +listType=map
	// +listMapKey=name
	// +optional
	Gates []GateStatus `json:"gates,omitempty"`
	// WANs are where each WAN stands, in the order of the rollout.
	// +listType=map
	// +listMapKey=name
	// +optional
	WANs []RolloutWAN `json:"wans,omitempty"`
	// Failed are profiles that are not tried again until the spec changes.
	// +optional
	Failed []RolloutFailure `json:"failed,omitempty"`
	// Approval is the last approval by a person.
	// +optional
	Approval *RolloutApproval `json:"approval,omitempty"`
}

// RolloutPhase is what a rollout is doing.
// +kubebuilder:validation:Enum=Pending;Progressing;Soaking;AwaitingApproval;Approved;Finalizing;RolledBack;Paused
type RolloutPhase string

// The phases. They are part of the API.
const (
	// RolloutPending: a change is wanted and has not begun.
	RolloutPending RolloutPhase = "Pending"
	// RolloutProgressing: a WAN is brought to a new profile.
	RolloutProgressing RolloutPhase = "Progressing"
	// RolloutSoaking: it is watched.
	RolloutSoaking RolloutPhase = "Soaking"
	// RolloutAwaitingApproval: every gate passed; a person must approve.
	RolloutAwaitingApproval RolloutPhase = "AwaitingApproval"
	// RolloutApproved: every WAN runs a profile that was approved.
	RolloutApproved RolloutPhase = "Approved"
	// RolloutFinalizing: a WAN is brought to the next slower profile.
	RolloutFinalizing RolloutPhase = "Finalizing"
	// RolloutRolledBack: a WAN is back on its last stable profile.
	RolloutRolledBack RolloutPhase = "RolledBack"
	// RolloutPaused: a person paused it, or must decide.
	RolloutPaused RolloutPhase = "Paused"
)

// RolloutWAN is where one WAN stands in a rollout.
type RolloutWAN struct {
	// Name is the WAN's name.
	Name string `json:"name"`
	// Profile is the profile that it is to run now.
	// +optional
	Profile string `json:"profile,omitempty"`
	// Result is how far it has come.
	Result RolloutResult `json:"result"`
}

// RolloutResult is how far a WAN has come in a rollout.
// +kubebuilder:validation:Enum=Waiting;Soaking;Passed;Thin;Approved;Failed
type RolloutResult string

// The results. They are part of the API.
const (
	// ResultWaiting: its turn has not come.
	ResultWaiting RolloutResult = "Waiting"
	// ResultSoaking: it changes or is watched.
	ResultSoaking RolloutResult = "Soaking"
	// ResultPassed: its own soak passed, the final one has not ended.
	ResultPassed RolloutResult = "Passed"
	// ResultThin: a gate was thin, and a slower profile is next.
	ResultThin RolloutResult = "Thin"
	// ResultApproved: its profile is approved.
	ResultApproved RolloutResult = "Approved"
	// ResultFailed: it was rolled back.
	ResultFailed RolloutResult = "Failed"
)

// RolloutFailure is a profile that a WAN did not bear.
type RolloutFailure struct {
	// Profile is the profile.
	Profile string `json:"profile"`
	// WAN is the WAN.
	WAN string `json:"wan"`
	// Gate is the gate that was thin or aborted; left out where a person
	// rejected it.
	// +optional
	Gate GateName `json:"gate,omitempty"`
	// Message says why.
	// +optional
	Message string `json:"message,omitempty"`
	// Generation is that of the spec.
	Generation int64 `json:"generation"`
}

// RolloutApproval is who approved what.
type RolloutApproval struct {
	// By is who; spec.rollout.approve where the manifest says so.
	By string `json:"by"`
	// At is when.
	At metav1.Time `json:"at"`
	// Profile is what was approved.
	Profile string `json:"profile"`
}

// GateStatus is what one gate says.
type GateStatus struct {
	// Name is the gate.
	Name GateName `json:"name"`
	// WAN is the WAN that it was measured on.
	// +optional
	WAN string `json:"wan,omitempty"`
	// Figure is what was measured; left out while unknown.
	// +optional
	Figure *float64 `json:"figure,omitempty"`
	// Unit is that of Figure and the limits: "of T" is a share of the interval,
	// "share" one of 1.
	// +optional
	Unit string `json:"unit,omitempty"`
	// Pass is the figure up to which the gate passes.
	Pass float64 `json:"pass"`
	// Thin is the figure up to which it is thin.
	// +optional
	Thin *float64 `json:"thin,omitempty"`
	// Abort is the figure beyond which the WAN is rolled back.
	// +optional
	Abort *float64 `json:"abort,omitempty"`
	// Result is Pass, Thin, Abort, or Inconclusive for want of evidence.
	Result GateResult `json:"result"`
	// Evidence counts the observations.
	Evidence int64 `json:"evidence"`
	// MinEvidence is how many it takes.
	MinEvidence int64 `json:"minEvidence"`
	// Message says what the figure does not.
	// +optional
	Message string `json:"message,omitempty"`
}

// GateResult is what comes of a gate.
// +kubebuilder:validation:Enum=Pass;Thin;Abort;Inconclusive
type GateResult string

// The results of a gate. They are part of the API.
const (
	GatePass         GateResult = "Pass"
	GateThin         GateResult = "Thin"
	GateAbort        GateResult = "Abort"
	GateInconclusive GateResult = "Inconclusive"
)
