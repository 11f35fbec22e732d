package autorate

// Reason says in a word why a rate is what it is.
type Reason uint8

// The reasons. The first group is the reference law's, the second the fast
// law's; both share those in between.
const (
	Starting Reason = iota
	RedDecrease
	GreenIncrease
	GreenStreak
	YellowHold
	SoftRedHold

	AtCeiling
	AtFloor
	NoSamples
	SignalUnusable
	NothingArrives

	Congested
	Draining
	Drained
	FalseAlarm
	Holding
	Idle
	NotBlamed
	Probing
	ProbeRefused
	Climbing
	Eased
)

var reasonNames = [...]string{
	Starting: "Starting", RedDecrease: "RedDecrease", GreenIncrease: "GreenIncrease", GreenStreak: "GreenStreak",
	YellowHold: "YellowHold", SoftRedHold: "SoftRedHold", AtCeiling: "AtCeiling", AtFloor: "AtFloor", NoSamples: "NoSamples", SignalUnusable: "SignalUnusable",
	NothingArrives: "NothingArrives",
	Congested:      "Congested", Draining: "Draining", Drained: "Drained", FalseAlarm: "FalseAlarm", Holding: "Holding", Idle: "Idle", NotBlamed: "NotBlamed",
	Probing: "Probing", ProbeRefused: "ProbeRefused", Climbing: "Climbing", Eased: "Eased",
}

// String is the reason in CamelCase; it is part of the API.
func (r Reason) String() string { return reasonNames[r] }
