package v1alpha1

import (
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Steering moves latency-sensitive new connections from a congested WAN to
// another. What makes a connection latency-sensitive, and keeps those that
// have begun where they are, stands in the router; wanctl switches one rule
// there.
type Steering struct {
	// Name is the policy's name within the site.
	// +kubebuilder:validation:Pattern=`^[a-z0-9]([-a-z0-9]*[a-z0-9])?$`
	// +kubebuilder:validation:MaxLength=63
	Name string `json:"name"`
	// From names the WAN that new connections leave while it is congested or
	// down. Its timeConstants.red and green are the policy's.
	From string `json:"from"`
	// To names the alternate: the WAN that new connections take meanwhile.
	To string `json:"to"`
	// Rule is what is switched. On RouterOS it is the exact comment of one or
	// more mangle rules, which are enabled and disabled. On Linux it is a
	// routing rule in the words of ip-rule(8), which is added and deleted, for
	// IPv4 and IPv6: fwmark MARK[/MASK] lookup TABLE [priority N], the priority
	// being 1000 when left out. On a simulated router it is any text.
	// +kubebuilder:validation:MinLength=1
	Rule string `json:"rule"`
	// Router names the router that has the rule; that of from when left out.
	// +optional
	Router string `json:"router,omitempty"`
	// Group names the traffic that the policy moves, where several policies
	// move the same to different alternates. At most one of a group steers: the
	// one of the lowest priority whose alternate is well. A policy without a
	// group stands alone.
	// +kubebuilder:validation:Pattern=`^[a-z0-9]([-a-z0-9]*[a-z0-9])?$`
	// +kubebuilder:validation:MaxLength=63
	// +optional
	Group string `json:"group,omitempty"`
	// Priority orders the policies of a group, the lowest first, as routing
	// rules are.
	// +kubebuilder:default=100
	// +kubebuilder:validation:Minimum=0
	// +kubebuilder:validation:Maximum=32767
	// +optional
	Priority *int32 `json:"priority,omitempty"`
	// Confirm is what the router's queue must show besides delay.
	// +kubebuilder:default={}
	Confirm Confirm `json:"confirm,omitempty"`
	// MaxLoss is the share of lost probes, 0 to 1, above which the alternate
	// counts as lossy and nothing is steered onto it.
	// +kubebuilder:default=0.05
	// +kubebuilder:validation:Minimum=0
	// +kubebuilder:validation:Maximum=1
	// +optional
	MaxLoss *float64 `json:"maxLoss,omitempty"`
	// HoldDown is how long after a turn no other follows, and how long an
	// alternate that was unwell must have been well again. A WAN that goes down
	// is left at once all the same, but never are there more than two turns
	// within twice the hold-down.
	// +kubebuilder:validation:Format=duration
	// +kubebuilder:default="30s"
	// +optional
	HoldDown *metav1.Duration `json:"holdDown,omitempty"`
	// Damping makes a policy that turns often slower.
	// +kubebuilder:default={}
	Damping Damping `json:"damping,omitempty"`
}

// Confirm is the second witness that a direction of a WAN is congested. Drops
// and queue are needed both, in the same direction that is RED; 0 asks nothing.
type Confirm struct {
	// MinDrops is how many packets the queue must have dropped since the
	// direction became RED.
	// +kubebuilder:default=1
	// +kubebuilder:validation:Minimum=0
	// +optional
	MinDrops *int64 `json:"minDrops,omitempty"`
	// MinQueuedPackets is how many packets the queue must have held at some
	// time since then.
	// +kubebuilder:default=50
	// +kubebuilder:validation:Minimum=0
	// +optional
	MinQueuedPackets *int64 `json:"minQueuedPackets,omitempty"`
	// AtFloor lets a shaper that stands at its floor for RED while traffic
	// passes confirm instead: the line carries less than the floor, so that the
	// queue stands in the modem, where no counter of the router sees it.
	// +kubebuilder:default=true
	// +optional
	AtFloor *bool `json:"atFloor,omitempty"`
}

// Damping raises the bar of a policy that turns often: each turn within Window
// beyond Turns doubles how long RED and GREEN must last, up to eight times.
type Damping struct {
	// Turns is how many turns within Window are free.
	// +kubebuilder:default=4
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=32
	// +optional
	Turns *int32 `json:"turns,omitempty"`
	// Window is how far back turns count.
	// +kubebuilder:validation:Format=duration
	// +kubebuilder:default="10m"
	// +optional
	Window *metav1.Duration `json:"window,omitempty"`
}

// SimulatedCalls are connections of a constant rate that a simulated router
// marks for a steering rule. One that begins while the rule is on takes the
// policy's alternate, and any other the WAN that the policy leads from; each
// stays there until it ends.
type SimulatedCalls struct {
	// Rule is the rule of the policy that steers them.
	Rule string `json:"rule"`
	// Rate is what each sends both ways, in bit/s.
	// +kubebuilder:default="100k"
	// +optional
	Rate *resource.Quantity `json:"rate,omitempty"`
	// Every is how often one begins.
	// +kubebuilder:validation:Format=duration
	// +kubebuilder:default="2s"
	// +optional
	Every *metav1.Duration `json:"every,omitempty"`
	// For is how long each lasts.
	// +kubebuilder:validation:Format=duration
	// +kubebuilder:default="20s"
	// +optional
	For *metav1.Duration `json:"for,omitempty"`
}
