package v1alpha1

import metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

// Rollout says how carefully a change of interval is brought out.
type Rollout struct {
	// Strategy is Staged (one WAN at a time, each soaked) or Immediate (at
	// once, still watched and judged).
	// +kubebuilder:default=Staged
	// +kubebuilder:validation:Enum=Staged;Immediate
	// +optional
	Strategy RolloutStrategy `json:"strategy,omitempty"`
	// Order is the order of the WANs, simplest link first; as in wans when left
	// out.
	// +listType=set
	// +optional
	Order []string `json:"order,omitempty"`
	// Soak says how long a change is watched.
	// +kubebuilder:default={}
	Soak Soak `json:"soak,omitempty"`
	// Ladder are the profiles to fall back along, fastest first: where a gate is
	// thin the next slower one is applied and soaked in turn.
	// +kubebuilder:default={"50ms","100ms","250ms","500ms"}
	// +listType=set
	// +optional
	Ladder []string `json:"ladder,omitempty"`
	// Approval is Auto, or Manual to wait for approve once every gate passed.
	// +kubebuilder:default=Auto
	// +kubebuilder:validation:Enum=Auto;Manual
	// +optional
	Approval Approval `json:"approval,omitempty"`
	// Approve names the profile that a person approves. It ends the wait of a
	// rollout that passed, and of one that paused for want of evidence. Take it out
	// afterwards: it approves the same profile the next time as well.
	// +optional
	Approve string `json:"approve,omitempty"`
	// Scope says who goes back when a WAN fails: the WAN alone, or the Site.
	// +kubebuilder:default=WAN
	// +kubebuilder:validation:Enum=WAN;Site
	// +optional
	Scope RolloutScope `json:"scope,omitempty"`
	// Gates override the limits of single gates, by their name: CycleTime,
	// Cadence, ControlLatency, ProbeLoss, BaselineDrift, Flapping,
	// NoiseTransitions, RouterCPU, RouterErrors, Restarts, Benefit.
	// +optional
	Gates map[GateName]Gate `json:"gates,omitempty"`
}

// RolloutStrategy is how a change is brought out.
type RolloutStrategy string

// The strategies.
const (
	StrategyStaged    RolloutStrategy = "Staged"
	StrategyImmediate RolloutStrategy = "Immediate"
)

// Approval is who approves a profile.
type Approval string

// The ways of approval.
const (
	ApprovalAuto   Approval = "Auto"
	ApprovalManual Approval = "Manual"
)

// RolloutScope is who goes back when a WAN fails.
type RolloutScope string

// The scopes.
const (
	ScopeWAN  RolloutScope = "WAN"
	ScopeSite RolloutScope = "Site"
)

// Soak says how long a change is watched.
type Soak struct {
	// PerWAN is how long each WAN is watched before the next one changes. A soak
	// that lacks evidence goes on for up to three times as long, and at least half
	// an hour more, then pauses.
	// +kubebuilder:validation:Format=duration
	// +kubebuilder:default="1h"
	// +optional
	PerWAN *metav1.Duration `json:"perWAN,omitempty"`
	// Final is how long all WANs that changed are watched together at the end; 0s
	// leaves it out.
	// +kubebuilder:validation:Format=duration
	// +kubebuilder:default="24h"
	// +optional
	Final *metav1.Duration `json:"final,omitempty"`
}

// GateName is the name of a gate.
// +kubebuilder:validation:Enum=CycleTime;Cadence;ControlLatency;ProbeLoss;BaselineDrift;Flapping;NoiseTransitions;RouterCPU;RouterErrors;Restarts;Benefit
type GateName string

// The gates.
const (
	GateCycleTime        GateName = "CycleTime"
	GateCadence          GateName = "Cadence"
	GateControlLatency   GateName = "ControlLatency"
	GateProbeLoss        GateName = "ProbeLoss"
	GateBaselineDrift    GateName = "BaselineDrift"
	GateFlapping         GateName = "Flapping"
	GateNoiseTransitions GateName = "NoiseTransitions"
	GateRouterCPU        GateName = "RouterCPU"
	GateRouterErrors     GateName = "RouterErrors"
	GateRestarts         GateName = "Restarts"
	GateBenefit          GateName = "Benefit"
)

// Gate overrides limits of one gate; what is left out keeps its default.
type Gate struct {
	// Pass is the figure up to which the gate passes. A limit that is moved takes
	// along those that would stand on its wrong side.
	// +optional
	Pass *float64 `json:"pass,omitempty"`
	// Thin is the figure up to which the gate is thin. What is beyond and does not
	// abort is thin as well; of CycleTime it is also the limit of the 99th
	// percentile.
	// +optional
	Thin *float64 `json:"thin,omitempty"`
	// Abort is the figure beyond which the change is rolled back.
	// +optional
	Abort *float64 `json:"abort,omitempty"`
	// Window is how long an abort limit must be passed.
	// +kubebuilder:validation:Format=duration
	// +optional
	Window *metav1.Duration `json:"window,omitempty"`
	// MinEvidence is how many observations the gate needs; with fewer it is
	// inconclusive, and 0 lets it pass on none.
	// +kubebuilder:validation:Minimum=0
	// +optional
	MinEvidence *int64 `json:"minEvidence,omitempty"`
	// Required makes the Benefit gate demand an improvement.
	// +optional
	Required *bool `json:"required,omitempty"`
}
