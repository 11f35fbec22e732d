package v1alpha1

import (
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// WAN is one link to the internet.
type WAN struct {
	// Name is the WAN's name within the site.
	// +kubebuilder:validation:Pattern=`^[a-z0-9]([-a-z0-9]*[a-z0-9])?$`
	// +kubebuilder:validation:MaxLength=63
	Name string `json:"name"`
	// Router names the router whose shaper this WAN uses.
	Router string `json:"router"`
	// Interface is the RouterOS interface whose counters say what crosses the
	// WAN. Left out, it is the parent of the upload's queue tree, where that is
	// an interface, and else the queues' own counters stand in for it.
	// +optional
	Interface string `json:"interface,omitempty"`
	// Probe says how the round-trip time is measured.
	// +optional
	Probe Probe `json:"probe,omitempty"`

	// IntervalProfile overrides the site's for this WAN.
	// +kubebuilder:validation:Format=duration
	// +optional
	IntervalProfile string `json:"intervalProfile,omitempty"`
	// TimeConstants override the site's, field by field.
	// +optional
	TimeConstants TimeConstants `json:"timeConstants,omitempty"`
	// Alphas override the site's, field by field.
	// +optional
	Alphas Alphas `json:"alphas,omitempty"`
	// Thresholds override the site's, field by field.
	// +optional
	Thresholds Thresholds `json:"thresholds,omitempty"`

	// Download is the direction towards the user.
	Download Shaper `json:"download"`
	// Upload is the direction away from the user.
	Upload Shaper `json:"upload"`
}

// Probe says how a WAN's round-trip time is measured.
type Probe struct {
	// Reflectors are the hosts that answer probes, by address or name. One
	// probe leaves every cycle, to each reflector in turn; the round-trip time
	// is the median of every reflector's newest answer. A WAN on a simulated
	// router may leave them out.
	// +listType=set
	// +optional
	Reflectors []string `json:"reflectors,omitempty"`
	// Source is the local address that probes leave from, which selects the
	// WAN where policy routing goes by source.
	// +optional
	Source string `json:"source,omitempty"`
	// Timeout is when an unanswered probe counts as lost.
	// +kubebuilder:validation:Format=duration
	// +kubebuilder:default="2s"
	// +optional
	Timeout *metav1.Duration `json:"timeout,omitempty"`
	// InitialRTT is where load and baseline start; left out, they start at the
	// first median.
	// +kubebuilder:validation:Format=duration
	// +optional
	InitialRTT *metav1.Duration `json:"initialRTT,omitempty"`
	// Fallback says what is asked while no reflector answers.
	// +optional
	Fallback *Fallback `json:"fallback,omitempty"`
}

// Fallback says how a WAN is told apart that is down from one that only loses
// ICMP, and what happens to rates meanwhile. A simulated WAN has none.
type Fallback struct {
	// Gateway is the address of the next hop, which is sent echo requests while
	// no reflector answers. Left out, it is that of the default route through
	// the interface of the upload's queue, on a Linux router; otherwise none.
	// +optional
	Gateway string `json:"gateway,omitempty"`
	// TCP are host:port to which connections are opened and closed, one every
	// 30 s to each, and one every 500 ms in turn while no reflector answers. Left
	// out, they are port 443 of the first three reflectors; [] is none.
	// +optional
	TCP []string `json:"tcp"`
	// Rates says what happens to rates while TCP answers and ICMP does not:
	// Follow lets them follow the times that connections take, Hold keeps them.
	// Where nothing answers they are held.
	// +kubebuilder:validation:Enum=Follow;Hold
	// +kubebuilder:default=Follow
	// +optional
	Rates FallbackRates `json:"rates,omitempty"`
}

// FallbackRates says what happens to rates while only ICMP is lost.
type FallbackRates string

// What may happen to rates while only ICMP is lost.
const (
	FallbackFollow FallbackRates = "Follow"
	FallbackHold   FallbackRates = "Hold"
)

// Shaper is one direction of a WAN: the queue that shapes it and how far its
// rate may move.
type Shaper struct {
	// Queue is what shapes this direction: the name of a RouterOS queue; on
	// Linux the interface whose root qdisc shapes it (the WAN interface for
	// upload, usually an IFB for download). A simulated router has a queue for
	// every WAN and ignores the name.
	// +optional
	Queue string `json:"queue,omitempty"`
	// QueueKind is where RouterOS keeps the queue: tree (/queue/tree), simple
	// (/queue/simple) or type (cake-bandwidth in /queue/type).
	// +kubebuilder:validation:Enum=tree;simple;type
	// +optional
	QueueKind QueueKind `json:"queueKind,omitempty"`
	// Class names the HTB class on Linux, as in 1:10, where the interface has
	// more than one class under its root.
	// +kubebuilder:validation:Pattern=`^[0-9a-f]{1,4}:[0-9a-f]{1,4}$`
	// +optional
	Class string `json:"class,omitempty"`
	// Cake are the options of the CAKE that wanctl keeps on the queue's
	// interface. Only a linux router with manage: true has them.
	// +optional
	Cake *CakeOptions `json:"cake,omitempty"`
	// States is how many states this direction has: 4 (GREEN, YELLOW, SOFT_RED,
	// RED) or 3, which leaves SOFT_RED out. Download defaults to 4, upload to 3.
	// +kubebuilder:validation:Enum=3;4
	// +optional
	States int32 `json:"states,omitempty"`
	// Ceiling is the most the shaper may be set to, in bit/s.
	Ceiling resource.Quantity `json:"ceiling"`
	// Floors are the least a decrease may reach, per state.
	// +optional
	Floors Floors `json:"floors,omitempty"`
	// Decrease says how fast a rate falls while RED.
	// +kubebuilder:default={}
	Decrease Decrease `json:"decrease,omitempty"`
	// Increase says how fast a rate rises while GREEN.
	// +kubebuilder:default={}
	Increase Increase `json:"increase,omitempty"`
}

// QueueKind is where RouterOS keeps a queue.
type QueueKind string

// The kinds of RouterOS queue.
const (
	QueueTree   QueueKind = "tree"
	QueueSimple QueueKind = "simple"
	QueueType   QueueKind = "type"
)

// Floors are the least rates, in bit/s, that a decrease may reach in each
// state; they bound a decrease and never raise a rate. A floor left out is
// that of the next worse state; red defaults to a tenth of the ceiling.
type Floors struct {
	// Green is the floor while GREEN.
	// +optional
	Green *resource.Quantity `json:"green,omitempty"`
	// Yellow is the floor while YELLOW.
	// +optional
	Yellow *resource.Quantity `json:"yellow,omitempty"`
	// SoftRed is the floor while SOFT_RED.
	// +optional
	SoftRed *resource.Quantity `json:"softRed,omitempty"`
	// Red is the floor while RED.
	// +optional
	Red *resource.Quantity `json:"red,omitempty"`
}

// Decrease is a multiplicative fall: rate x factor every so often, spread
// over the cycles in between.
type Decrease struct {
	// Factor is what is left of the rate after every such time, above 0 and
	// below 1. Download defaults to 0.9, upload to 0.95.
	// +kubebuilder:validation:ExclusiveMinimum=true
	// +kubebuilder:validation:Minimum=0
	// +kubebuilder:validation:ExclusiveMaximum=true
	// +kubebuilder:validation:Maximum=1
	// +optional
	Factor *float64 `json:"factor,omitempty"`
	// Every is the time one factor takes.
	// +kubebuilder:validation:Format=duration
	// +kubebuilder:default="2s"
	// +optional
	Every *metav1.Duration `json:"every,omitempty"`
}

// Increase is an additive rise: rate + step every so often, spread over the
// cycles in between, once GREEN has lasted.
type Increase struct {
	// Step is added, in bit/s; a fiftieth of the ceiling when left out.
	// +optional
	Step *resource.Quantity `json:"step,omitempty"`
	// Every is the time one step takes.
	// +kubebuilder:validation:Format=duration
	// +kubebuilder:default="2s"
	// +optional
	Every *metav1.Duration `json:"every,omitempty"`
	// After is how long GREEN must have lasted before the first step.
	// +kubebuilder:validation:Format=duration
	// +kubebuilder:default="10s"
	// +optional
	After *metav1.Duration `json:"after,omitempty"`
}
