package v1alpha1

import (
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Router is a device that shapes: exactly one of routerOS, linux and
// simulated.
type Router struct {
	// Name is the router's name within the site.
	// +kubebuilder:validation:Pattern=`^[a-z0-9]([-a-z0-9]*[a-z0-9])?$`
	// +kubebuilder:validation:MaxLength=63
	Name string `json:"name"`
	// RouterOS is a MikroTik router, reached over its binary API.
	// +optional
	RouterOS *RouterOS `json:"routerOS,omitempty"`
	// Linux is the machine that wanctl runs on.
	// +optional
	Linux *Linux `json:"linux,omitempty"`
	// Simulated is a router with its links, embedded in wanctl.
	// +optional
	Simulated *Simulated `json:"simulated,omitempty"`
}

// RouterOS says how a MikroTik router is reached. One of tls and plaintext is
// required.
type RouterOS struct {
	// Address is host:port of the API: 8729 with TLS, 8728 without.
	Address string `json:"address"`
	// TLS says whose certificate to trust.
	// +optional
	TLS *TLS `json:"tls,omitempty"`
	// Plaintext allows the password to cross the network unencrypted.
	// +optional
	Plaintext bool `json:"plaintext,omitempty"`
	// Credentials say where the user's name and password are read from.
	Credentials Credentials `json:"credentials"`
	// Timeout bounds every call of the router, a new connection and its login
	// included: 100ms to 30s.
	// +kubebuilder:validation:Format=duration
	// +kubebuilder:default="3s"
	// +optional
	Timeout *metav1.Duration `json:"timeout,omitempty"`
	// CountersEvery is how often the counters of each WAN's interface are read:
	// 50ms to 10s. Each reading is a command that costs the router some CPU.
	// +kubebuilder:validation:Format=duration
	// +kubebuilder:default="100ms"
	// +optional
	CountersEvery *metav1.Duration `json:"countersEvery,omitempty"`
	// ResourcesEvery is how often CPU load, memory and version are read: 1s to
	// 10m.
	// +kubebuilder:validation:Format=duration
	// +kubebuilder:default="5s"
	// +optional
	ResourcesEvery *metav1.Duration `json:"resourcesEvery,omitempty"`
	// WritesPerMinute is the write budget of the whole router, which keeps its
	// configuration in flash. Ten writes may be saved up. It survives restarts;
	// 0 is no budget.
	// +kubebuilder:validation:Minimum=0
	// +kubebuilder:validation:Maximum=60000
	// +kubebuilder:default=600
	// +optional
	WritesPerMinute *int32 `json:"writesPerMinute,omitempty"`
}

// TLS says whose certificate to trust: exactly one of caFile and fingerprint.
type TLS struct {
	// CAFile is a file of PEM certificates that may sign the router's.
	// +optional
	CAFile string `json:"caFile,omitempty"`
	// Fingerprint pins the router's certificate: sha256: and 64 hexadecimal
	// digits, colons between pairs allowed.
	// +optional
	Fingerprint string `json:"fingerprint,omitempty"`
	// ServerName is the name that the router's certificate is for, where it is
	// not the host of the address.
	// +optional
	ServerName string `json:"serverName,omitempty"`
}

// Credentials say where a name and a password are read from; they never stand
// in a manifest. Each is either a file or an environment variable.
type Credentials struct {
	// UsernameFile is a file that holds the user's name.
	// +optional
	UsernameFile string `json:"usernameFile,omitempty"`
	// UsernameEnv is an environment variable that holds the user's name.
	// +optional
	UsernameEnv string `json:"usernameEnv,omitempty"`
	// PasswordFile is a file that holds the password.
	// +optional
	PasswordFile string `json:"passwordFile,omitempty"`
	// PasswordEnv is an environment variable that holds the password.
	// +optional
	PasswordEnv string `json:"passwordEnv,omitempty"`
}

// Linux is the machine that wanctl runs on: the queue of each direction names
// the interface whose root qdisc, CAKE or HTB, shapes it. It needs no more
// where those are there already.
type Linux struct {
	// Manage lets wanctl make what shapes: CAKE at the root of the upload's
	// interface, which is the WAN's; an IFB named as the download's queue with
	// CAKE at its root; and a filter that redirects what arrives on the WAN
	// interface to it. What is there already is used. When a WAN leaves the
	// manifest, wanctl takes away what it made and nothing else.
	// +optional
	Manage bool `json:"manage,omitempty"`
}

// Simulated is a router that exists only in wanctl, with the links behind it:
// a fluid model of shapers, bottlenecks and TCP-like traffic. It serves demos,
// tests and wanctl simulate.
type Simulated struct {
	// Seed starts the pseudo-random noise; the same seed gives the same run.
	// +kubebuilder:default=1
	// +optional
	Seed int64 `json:"seed,omitempty"`
	// ApplyLatency is how long the router takes to carry out a write.
	// +kubebuilder:validation:Format=duration
	// +kubebuilder:default="2ms"
	// +optional
	ApplyLatency *metav1.Duration `json:"applyLatency,omitempty"`
	// Links describe the link of each WAN. A WAN without one has a steady link
	// of its ceilings' capacity.
	// +listType=map
	// +listMapKey=wan
	// +optional
	Links []SimulatedLink `json:"links,omitempty"`
	// Calls are the traffic that steering rules of this router move.
	// +optional
	Calls []SimulatedCalls `json:"calls,omitempty"`
	// Faults are what goes wrong with the router, and when.
	// +optional
	Faults []SimulatedFault `json:"faults,omitempty"`
	// CPU is the load that the router reports from given times on; it reports
	// none when left out, and before the first.
	// +optional
	CPU []SimulatedCPU `json:"cpu,omitempty"`
	// CycleWork is how long a cycle of a loop behind it takes in wanctl simulate
	// --verdict, where there is no machine to measure it on; no time when left
	// out.
	// +kubebuilder:validation:Format=duration
	// +optional
	CycleWork *metav1.Duration `json:"cycleWork,omitempty"`
}

// SimulatedCPU is a CPU load that a simulated router reports.
type SimulatedCPU struct {
	// At is from when on.
	// +kubebuilder:validation:Format=duration
	At metav1.Duration `json:"at"`
	// Percent is the load.
	// +kubebuilder:validation:Minimum=0
	// +kubebuilder:validation:Maximum=100
	Percent int32 `json:"percent"`
}

// SimulatedLink is the link of one WAN.
type SimulatedLink struct {
	// WAN names the WAN whose link this is.
	WAN string `json:"wan"`
	// BaseRTT is the idle round-trip time.
	// +kubebuilder:validation:Format=duration
	// +kubebuilder:default="20ms"
	// +optional
	BaseRTT *metav1.Duration `json:"baseRTT,omitempty"`
	// Jitter is the mean of the random delay added to every probe.
	// +kubebuilder:validation:Format=duration
	// +kubebuilder:default="300us"
	// +optional
	Jitter *metav1.Duration `json:"jitter,omitempty"`
	// Loss is the share of probes that are lost at random, 0 to 1.
	// +kubebuilder:validation:Minimum=0
	// +kubebuilder:validation:Maximum=1
	// +optional
	Loss float64 `json:"loss,omitempty"`
	// Buffer is how long the bottleneck's FIFO is, as time at its present rate.
	// +kubebuilder:validation:Format=duration
	// +kubebuilder:default="500ms"
	// +optional
	Buffer *metav1.Duration `json:"buffer,omitempty"`
	// AnswersPerSecond is how many probes a second each reflector answers at
	// most, as limiters of ICMP have it: a token bucket that holds one second of
	// them. No limit when left out.
	// +kubebuilder:validation:Minimum=0
	// +optional
	AnswersPerSecond int32 `json:"answersPerSecond,omitempty"`
	// Reflectors gives reflectors a round-trip time or a fault of their own.
	// +listType=map
	// +listMapKey=address
	// +optional
	Reflectors []SimulatedReflector `json:"reflectors,omitempty"`
	// Download is the link's direction towards the user.
	// +kubebuilder:default={flows:2}
	Download SimulatedDirection `json:"download,omitempty"`
	// Upload is the link's direction away from the user.
	// +kubebuilder:default={flows:1}
	Upload SimulatedDirection `json:"upload,omitempty"`
}

// SimulatedReflector is one reflector's own behaviour.
type SimulatedReflector struct {
	// Address is the reflector, as named in the WAN's probe.
	Address string `json:"address"`
	// RTT is its idle round-trip time; the link's baseRTT when left out.
	// +kubebuilder:validation:Format=duration
	// +optional
	RTT *metav1.Duration `json:"rtt,omitempty"`
	// DeadAfter is when it stops answering; never when left out.
	// +kubebuilder:validation:Format=duration
	// +optional
	DeadAfter *metav1.Duration `json:"deadAfter,omitempty"`
	// SlowAfter is when it starts to answer later by slowBy; from the start when
	// left out.
	// +kubebuilder:validation:Format=duration
	// +optional
	SlowAfter *metav1.Duration `json:"slowAfter,omitempty"`
	// SlowBy is by how much later it answers from slowAfter on.
	// +kubebuilder:validation:Format=duration
	// +optional
	SlowBy *metav1.Duration `json:"slowBy,omitempty"`
	// Loss is the share of its probes that it leaves unanswered, 0 to 1.
	// +kubebuilder:validation:Minimum=0
	// +kubebuilder:validation:Maximum=1
	// +optional
	Loss float64 `json:"loss,omitempty"`
	// AnswersPerSecond is how many probes a second it answers at most; the
	// link's when left out.
	// +kubebuilder:validation:Minimum=0
	// +optional
	AnswersPerSecond int32 `json:"answersPerSecond,omitempty"`
	// InFront puts it in front of the bottleneck: its probes meet no queue.
	// +optional
	InFront bool `json:"inFront,omitempty"`
}

// SimulatedDirection is one direction of a simulated link: how much it
// carries and how much is asked of it.
type SimulatedDirection struct {
	// Capacity is what the bottleneck carries at first, in bit/s; the
	// direction's ceiling when left out.
	// +optional
	Capacity *resource.Quantity `json:"capacity,omitempty"`
	// Steps change the capacity at given times.
	// +optional
	Steps []CapacityStep `json:"steps,omitempty"`
	// Repeat starts the steps anew every so often; never when left out.
	// +kubebuilder:validation:Format=duration
	// +optional
	Repeat *metav1.Duration `json:"repeat,omitempty"`
	// TraceFile is a file of delivery opportunities instead of steps: a line of
	// milliseconds for each 1500 bytes that the link could carry, repeated at
	// its end, as mahimahi's traces have it. A relative name starts at the
	// manifest's folder.
	// +optional
	TraceFile string `json:"traceFile,omitempty"`
	// Flows is how many TCP-like flows want all they can get.
	// +kubebuilder:validation:Minimum=0
	// +kubebuilder:validation:Maximum=64
	// +optional
	Flows *int32 `json:"flows,omitempty"`
	// Demand bounds what all flows together want, in bit/s; no bound when left
	// out.
	// +optional
	Demand *resource.Quantity `json:"demand,omitempty"`
	// OnFor and OffFor let the flows come and go: on for so long, off for so
	// long. They are always on when either is left out.
	// +kubebuilder:validation:Format=duration
	// +optional
	OnFor *metav1.Duration `json:"onFor,omitempty"`
	// OffFor is how long the flows are silent between two runs.
	// +kubebuilder:validation:Format=duration
	// +optional
	OffFor *metav1.Duration `json:"offFor,omitempty"`
	// CrossTraffic is traffic of others on the bottleneck, in bit/s, which
	// does not pass the shaper and does not back off.
	// +optional
	CrossTraffic *resource.Quantity `json:"crossTraffic,omitempty"`
}

// CapacityStep is a change of capacity.
type CapacityStep struct {
	// At is when, since the start or the last repeat.
	// +kubebuilder:validation:Format=duration
	At metav1.Duration `json:"at"`
	// Capacity is what the bottleneck carries from then on, in bit/s.
	Capacity resource.Quantity `json:"capacity"`
}

// SimulatedFault is something that goes wrong for a while.
type SimulatedFault struct {
	// At is when it starts.
	// +kubebuilder:validation:Format=duration
	At metav1.Duration `json:"at"`
	// For is how long it lasts.
	// +kubebuilder:validation:Format=duration
	For metav1.Duration `json:"for"`
	// Kind is what goes wrong: RouterDown (every call fails), RouterSlow (every
	// call takes a second more), QueueMissing (the queues are gone) or
	// ProbesLost (no probe of the WANs behind it is answered).
	// +kubebuilder:validation:Enum=RouterDown;RouterSlow;QueueMissing;ProbesLost
	Kind SimulatedFaultKind `json:"kind"`
}

// SimulatedFaultKind is a kind of fault.
type SimulatedFaultKind string

// The kinds of simulated fault.
const (
	FaultRouterDown   SimulatedFaultKind = "RouterDown"
	FaultRouterSlow   SimulatedFaultKind = "RouterSlow"
	FaultQueueMissing SimulatedFaultKind = "QueueMissing"
	FaultProbesLost   SimulatedFaultKind = "ProbesLost"
)
