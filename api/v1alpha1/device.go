package v1alpha1

import (
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// DeviceStatus is a router of the site, for all WANs that use it.
type DeviceStatus struct {
	// Name is the router's name.
	Name string `json:"name"`
	// Kind is routerOS, linux or simulated.
	Kind string `json:"kind"`
	// Address is where a RouterOS router is reached.
	// +optional
	Address string `json:"address,omitempty"`
	// Reachable says that it answers; left out until it was first asked.
	// +optional
	Reachable *bool `json:"reachable,omitempty"`
	// Version and Board say what it is, as it says itself.
	// +optional
	Version string `json:"version,omitempty"`
	// Board is the model.
	// +optional
	Board string `json:"board,omitempty"`
	// Uptime is how long it has run.
	// +kubebuilder:validation:Format=duration
	// +optional
	Uptime *metav1.Duration `json:"uptime,omitempty"`
	// CPUPercent is the load of all its cores, 0 to 100; left out while unknown.
	// +optional
	CPUPercent *float64 `json:"cpuPercent,omitempty"`
	// FreeMemory is in bytes.
	// +optional
	FreeMemory *resource.Quantity `json:"freeMemory,omitempty"`
	// TotalMemory is in bytes.
	// +optional
	TotalMemory *resource.Quantity `json:"totalMemory,omitempty"`
	// Writes are the writes of rates, since the device was opened.
	Writes WritesStatus `json:"writes"`
	// Outages counts how often it ceased to answer.
	Outages int64 `json:"outages"`
	// Findings are what is wrong with its own configuration, as it was last
	// looked at.
	// +optional
	Findings []FindingStatus `json:"findings,omitempty"`
	// LastError is why it does not answer, or why a WAN's queues cannot be set;
	// empty while nothing stands in the way.
	// +optional
	LastError string `json:"lastError"`
}

// WritesStatus counts the writes of a router.
type WritesStatus struct {
	// Total were acknowledged.
	Total int64 `json:"total"`
	// Failed were not.
	Failed int64 `json:"failed"`
	// Held is how often one had to wait for the write budget.
	Held int64 `json:"held"`
	// P50 is the median of how long one took, read-back not included.
	// +kubebuilder:validation:Format=duration
	// +optional
	P50 *metav1.Duration `json:"p50,omitempty"`
	// P95 is the 95th percentile.
	// +kubebuilder:validation:Format=duration
	// +optional
	P95 *metav1.Duration `json:"p95,omitempty"`
	// Max is the longest.
	// +kubebuilder:validation:Format=duration
	// +optional
	Max *metav1.Duration `json:"max,omitempty"`
}

// FindingStatus is something wrong with a router's own configuration.
type FindingStatus struct {
	// Reason is a CamelCase word; part of the API.
	Reason string `json:"reason"`
	// WAN is the WAN that it concerns.
	WAN string `json:"wan"`
	// Queue is the queue that it concerns; empty where it is the whole WAN.
	// +optional
	Queue string `json:"queue,omitempty"`
	// Message says what is wrong, and how to mend it.
	Message string `json:"message"`
}

// The reasons of what can be wrong with a router's own configuration. They are
// those of findings, of events, and, where a WAN is not controlled for it, of
// the conditions Degraded and Ready.
const (
	// ReasonQueueDisabled says that the queue takes rates and shapes nothing.
	ReasonQueueDisabled = "QueueDisabled"
	// ReasonQueueInvalid says that the router marks the queue as invalid.
	ReasonQueueInvalid = "QueueInvalid"
	// ReasonQueueNotCake says that the queue is not CAKE inside.
	ReasonQueueNotCake = "QueueNotCake"
	// ReasonQueueShapedTwice says that two limits apply to one direction.
	ReasonQueueShapedTwice = "QueueShapedTwice"
	// ReasonInterfaceDown says that the interface of a queue or a WAN is down.
	ReasonInterfaceDown = "InterfaceDown"
	// ReasonFasttrackBypassesQueue says that fasttracked packets pass the queue
	// by.
	ReasonFasttrackBypassesQueue = "FasttrackBypassesQueue"
	// ReasonTrafficBypassesQueue says that traffic crossed the WAN that the queue
	// did not see.
	ReasonTrafficBypassesQueue = "TrafficBypassesQueue"
	// ReasonFlawMended says that one of these is no more.
	ReasonFlawMended = "FlawMended"
)
