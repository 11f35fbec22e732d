package v1alpha1

import metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

// CakeOptions are the options of a CAKE that wanctl keeps; its bandwidth is
// the rate. Names and meanings are those of tc-cake(8). Options that are not
// here (memlimit, fwmark) stay as they are.
type CakeOptions struct {
	// Diffserv is how many tins there are and which marks lead to them.
	// +kubebuilder:validation:Enum=besteffort;diffserv3;diffserv4;diffserv8;precedence
	// +kubebuilder:default=besteffort
	// +optional
	Diffserv CakeDiffserv `json:"diffserv,omitempty"`
	// Isolation is what gets a fair share: flows, hosts, or flows within hosts.
	// Download defaults to dual-dsthost, upload to dual-srchost: a fair share
	// for every host at home, and within it for every flow.
	// +kubebuilder:validation:Enum=triple-isolate;dual-srchost;dual-dsthost;hosts;srchost;dsthost;flows;flowblind
	// +optional
	Isolation CakeIsolation `json:"isolation,omitempty"`
	// RTT is the round-trip time that CAKE's drops assume of most flows, from
	// 100us to 1000s.
	// +kubebuilder:validation:Format=duration
	// +kubebuilder:default="100ms"
	// +optional
	RTT *metav1.Duration `json:"rtt,omitempty"`
	// Overhead is how many bytes the line adds to each packet above IP, from
	// -64 to 256. Left out, a packet counts as long as the kernel has it (tc's
	// raw).
	// +kubebuilder:validation:Minimum=-64
	// +kubebuilder:validation:Maximum=256
	// +optional
	Overhead *int32 `json:"overhead,omitempty"`
	// MPU is the least that a packet counts as, overhead included, in bytes.
	// +kubebuilder:validation:Minimum=0
	// +kubebuilder:validation:Maximum=256
	// +optional
	MPU int32 `json:"mpu,omitempty"`
	// ATM says what the line packs packets into: atm for cells of 53 bytes
	// (ADSL), ptm for 64b/65b (VDSL2), noatm for neither.
	// +kubebuilder:validation:Enum=noatm;atm;ptm
	// +kubebuilder:default=noatm
	// +optional
	ATM CakeATM `json:"atm,omitempty"`
	// NAT looks behind this machine's address translation, so that hosts are
	// told apart.
	// +kubebuilder:default=true
	// +optional
	NAT *bool `json:"nat,omitempty"`
	// Wash clears diffserv marks as packets leave. Download defaults to true,
	// upload to false.
	// +optional
	Wash *bool `json:"wash,omitempty"`
	// AckFilter drops TCP acknowledgements that a later one in the queue makes
	// needless, which helps where upload is much slower than download.
	// +kubebuilder:validation:Enum=none;filter;aggressive
	// +kubebuilder:default=none
	// +optional
	AckFilter CakeAckFilter `json:"ackFilter,omitempty"`
	// Ingress counts dropped packets as sent, which is right where they have
	// crossed the bottleneck already. Download defaults to true, upload to
	// false.
	// +optional
	Ingress *bool `json:"ingress,omitempty"`
	// SplitGSO takes apart what the kernel had put together from several
	// packets, so that none waits for the rest.
	// +kubebuilder:default=true
	// +optional
	SplitGSO *bool `json:"splitGSO,omitempty"`
}

// CakeDiffserv is how CAKE divides traffic into tins.
type CakeDiffserv string

// The divisions into tins.
const (
	CakeBestEffort CakeDiffserv = "besteffort"
	CakeDiffserv3  CakeDiffserv = "diffserv3"
	CakeDiffserv4  CakeDiffserv = "diffserv4"
	CakeDiffserv8  CakeDiffserv = "diffserv8"
	CakePrecedence CakeDiffserv = "precedence"
)

// CakeIsolation is what CAKE gives a fair share.
type CakeIsolation string

// The kinds of isolation.
const (
	CakeTripleIsolate CakeIsolation = "triple-isolate"
	CakeDualSrcHost   CakeIsolation = "dual-srchost"
	CakeDualDstHost   CakeIsolation = "dual-dsthost"
	CakeHosts         CakeIsolation = "hosts"
	CakeSrcHost       CakeIsolation = "srchost"
	CakeDstHost       CakeIsolation = "dsthost"
	CakeFlows         CakeIsolation = "flows"
	CakeFlowBlind     CakeIsolation = "flowblind"
)

// CakeATM is what the line packs packets into.
type CakeATM string

// The packings.
const (
	CakeNoATM CakeATM = "noatm"
	CakeOnATM CakeATM = "atm"
	CakeOnPTM CakeATM = "ptm"
)

// CakeAckFilter is how many acknowledgements CAKE drops.
type CakeAckFilter string

// The acknowledgement filters.
const (
	CakeAckNone       CakeAckFilter = "none"
	CakeAckFilterOn   CakeAckFilter = "filter"
	CakeAckAggressive CakeAckFilter = "aggressive"
)
