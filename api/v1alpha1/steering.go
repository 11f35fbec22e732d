package v1alpha1

// Steering moves latency-sensitive traffic from a congested WAN to another.
type Steering struct {
	// Name is the policy's name within the site.
	// +kubebuilder:validation:Pattern=`^[a-z0-9]([-a-z0-9]*[a-z0-9])?$`
	// +kubebuilder:validation:MaxLength=63
	Name string `json:"name"`
	// From names the WAN that traffic leaves while it is congested.
	From string `json:"from"`
	// To names the WAN that traffic takes meanwhile.
	To string `json:"to"`
	// Rule is the comment of the RouterOS mangle rule; on Linux the fwmark rule.
	// +kubebuilder:validation:MinLength=1
	Rule string `json:"rule"`
	// Confirm is what the router's queue must show besides delay.
	// +kubebuilder:default={}
	Confirm Confirm `json:"confirm,omitempty"`
}

// Confirm is the second witness that a WAN is congested.
type Confirm struct {
	// MinDrops is how many packets the queue must have dropped.
	// +kubebuilder:default=1
	// +kubebuilder:validation:Minimum=0
	// +optional
	MinDrops *int64 `json:"minDrops,omitempty"`
	// MinQueuedPackets is how many packets the queue must hold.
	// +kubebuilder:default=50
	// +kubebuilder:validation:Minimum=0
	// +optional
	MinQueuedPackets *int64 `json:"minQueuedPackets,omitempty"`
}
