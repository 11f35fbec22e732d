package v1alpha1

import metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

// EventType tells news from trouble.
type EventType string

// The types of event.
const (
	EventNormal  EventType = "Normal"
	EventWarning EventType = "Warning"
)

// Event is something that happened to a site, and why. Equal events that
// follow each other are counted in one.
type Event struct {
	// Time is when it last happened.
	Time metav1.MicroTime `json:"time"`
	// FirstTime is when it first happened.
	FirstTime metav1.MicroTime `json:"firstTime"`
	// Count is how often.
	Count int64 `json:"count"`
	// Type is Normal or Warning.
	Type EventType `json:"type"`
	// Reason is a CamelCase word; part of the API.
	Reason string `json:"reason"`
	// Site is the site's name.
	Site string `json:"site"`
	// Object is what it happened to: the site, or a WAN as wan/NAME.
	Object string `json:"object"`
	// Message says what happened in a sentence.
	Message string `json:"message"`
}

// EventList is a list of events, oldest first.
type EventList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`
	// Items are the events.
	Items []Event `json:"items"`
}
