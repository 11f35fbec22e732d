package v1alpha1

import metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

// SteeringStatus is where a steering policy stands and why.
type SteeringStatus struct {
	// Name is the policy's name.
	Name string `json:"name"`
	// From and To are its WANs.
	From string `json:"from"`
	// To is the alternate.
	To string `json:"to"`
	// Active says that new connections are to take the alternate.
	Active bool `json:"active"`
	// Since is when it last turned, or began.
	// +optional
	Since *metav1.Time `json:"since,omitempty"`
	// Reason says in a word why it is where it is, and Message in a sentence.
	// +optional
	Reason string `json:"reason,omitempty"`
	// Message says the same in a sentence, and what a turn still waits for.
	// +optional
	Message string `json:"message,omitempty"`
	// Confidence, 0 to 100, is how sure it is that new connections belong on
	// the alternate. It turns there at 100 and back at 0.
	Confidence int32 `json:"confidence"`
	// Terms add up to Confidence.
	// +listType=map
	// +listMapKey=name
	// +optional
	Terms []SteeringTerm `json:"terms,omitempty"`
	// Turns counts turns in both directions since the policy began, restarts
	// of the agent included.
	Turns int64 `json:"turns"`
	// Damping is by how many times RED and GREEN must last longer, since it
	// turned so often; 1 is not.
	Damping int32 `json:"damping"`
	// Rule is what the router was told and said.
	Rule RuleStatus `json:"rule"`
}

// SteeringTerm is one term of a confidence.
type SteeringTerm struct {
	// Name is what the term counts: red, drops and queue while it does not
	// steer, base and green while it does.
	Name string `json:"name"`
	// Points are what it adds, of Of.
	Points int32 `json:"points"`
	// Of is the most that it can add; of green, which takes away, the least.
	Of int32 `json:"of"`
	// Figure is what was seen, against what is asked for.
	// +optional
	Figure string `json:"figure,omitempty"`
}

// RuleStatus is what a rule's router was told and said.
type RuleStatus struct {
	// Router is the router's name.
	// +optional
	Router string `json:"router,omitempty"`
	// Rule is the rule as the manifest has it.
	// +optional
	Rule string `json:"rule,omitempty"`
	// State is On, Off or Mixed as last read, and Unknown where it could not
	// be.
	// +optional
	State RuleState `json:"state,omitempty"`
	// SwitchesTotal counts confirmed switches since the agent started.
	SwitchesTotal int64 `json:"switchesTotal"`
	// DriftsTotal counts how often something else had switched it.
	DriftsTotal int64 `json:"driftsTotal"`
	// LastError is the present error; empty while the router does as it is
	// told.
	// +optional
	LastError string `json:"lastError,omitempty"`
}

// RuleState is whether a rule is on.
type RuleState string

// The states of a rule.
const (
	RuleUnknown RuleState = "Unknown"
	RuleOn      RuleState = "On"
	RuleOff     RuleState = "Off"
	// RuleMixed: several carry the name, or it is there for IPv4 or IPv6 only.
	RuleMixed RuleState = "Mixed"
)
