package steering

// Reason is why a policy is where it is, or why it turned.
type Reason string

// The reasons. They are part of the API.
const (
	// Clear: the primary is not RED.
	Clear Reason = "Clear"
	// Congesting: the primary is RED, not for long enough yet.
	Congesting Reason = "Congesting"
	// Unconfirmed: it is RED for long enough, but the router's queue does not
	// show it.
	Unconfirmed Reason = "Unconfirmed"
	// Congested: the primary is congested; traffic takes the alternate.
	Congested Reason = "Congested"
	// Clearing: the primary is GREEN, not for long enough yet.
	Clearing Reason = "Clearing"
	// Cleared: it was GREEN for long enough; traffic is back.
	Cleared Reason = "Cleared"
	// PrimaryDown: nothing comes through the primary.
	PrimaryDown Reason = "PrimaryDown"
	// PrimaryUnknown: nothing fresh is known of the primary; everything holds.
	PrimaryUnknown Reason = "PrimaryUnknown"
	// AlternateUnknown, AlternateDown, AlternateUnwell (RED or lossy) and
	// AlternateRecovering (well, not for long enough yet) keep traffic from the
	// alternate.
	AlternateUnknown    Reason = "AlternateUnknown"
	AlternateDown       Reason = "AlternateDown"
	AlternateUnwell     Reason = "AlternateUnwell"
	AlternateRecovering Reason = "AlternateRecovering"
	// BothCongested: traffic is on the alternate, which is no better.
	BothCongested Reason = "BothCongested"
	// HeldDown: the last turn is too recent.
	HeldDown Reason = "HeldDown"
	// GroupSteers: another policy of the group steers or goes first.
	GroupSteers Reason = "GroupSteers"
)

// Sentence says a reason in a sentence's words; from and to are WANs.
func (r Reason) Sentence(from, to string) string {
	switch r {
	case Clear:
		return from + " is not congested"
	case Congesting:
		return from + " is RED, not for long enough yet"
	case Unconfirmed:
		return from + " is RED for long enough, but neither drops and queue of the router nor a shaper at its floor confirm it"
	case Congested:
		return from + " is congested"
	case Clearing:
		return from + " is GREEN, not for long enough yet"
	case Cleared:
		return from + " was GREEN for long enough"
	case PrimaryDown:
		return from + " is down"
	case PrimaryUnknown:
		return "nothing fresh is known of " + from + "; everything holds"
	case AlternateUnknown:
		return "nothing fresh is known of " + to
	case AlternateDown:
		return to + " is down"
	case AlternateUnwell:
		return to + " is RED or lossy itself"
	case AlternateRecovering:
		return to + " is well again, not for long enough yet"
	case BothCongested:
		return to + " is unwell, and so is " + from
	case HeldDown:
		return "the last turn is too recent"
	case GroupSteers:
		return "another policy of the group steers or goes first"
	}
	return string(r)
}
