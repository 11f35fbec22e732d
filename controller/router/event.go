package router

// Transition is what an Event tells of.
type Transition string

// The transitions that a Mailbox tells of, each once when it happens.
const (
	// RouterLost: the router does not answer; Err says how.
	RouterLost Transition = "RouterLost"
	// RouterBack: it answers again.
	RouterBack Transition = "RouterBack"
	// QueueFailed: a queue cannot be read or written though the router
	// answers; Err.Kind says whether it is missing, denied or unsupported.
	QueueFailed Transition = "QueueFailed"
	// QueueBack: it holds what it should again.
	QueueBack Transition = "QueueBack"
	// CountersFailed: a WAN's byte counters cannot be read though the router
	// answers.
	CountersFailed Transition = "CountersFailed"
	// CountersBack: they can be read again.
	CountersBack Transition = "CountersBack"
	// DriftCorrected: something else had set a queue to Found; it has been set
	// back to Rate.
	DriftCorrected Transition = "DriftCorrected"
	// QueueBuilt: a queue that wanctl keeps was not as it should be, or not
	// there; Done says what was done about it.
	QueueBuilt Transition = "QueueBuilt"
	// FlawFound: the router's own configuration keeps a queue from doing what it
	// is for; Finding says how.
	FlawFound Transition = "FlawFound"
	// FlawMended: it does no more.
	FlawMended Transition = "FlawMended"
)

// Event is one transition.
type Event struct {
	Transition Transition
	// Queue is what it happened to: empty when it happened to the router, only
	// its WAN when it happened to the counters.
	Queue Queue
	// Err is the cause of a transition for the worse.
	Err *Error
	// Found and Rate are in bit/s; set on DriftCorrected.
	Found, Rate int64
	// Done says what was done, a phrase for each step; set on QueueBuilt.
	Done []string
	// Finding is what was found, or is gone; set on FlawFound and FlawMended.
	Finding Finding
}

func (m *Mailbox) tell(e Event) {
	log := m.opts.Log.WithValues("transition", e.Transition)
	if e.Queue.WAN != "" {
		log = log.WithValues("wan", e.Queue.WAN)
	}
	if e.Queue.Name != "" {
		log = log.WithValues("direction", e.Queue.Direction.String(), "queue", e.Queue.Name)
	}
	switch {
	case e.Err != nil:
		log.Error(e.Err, "router trouble")
	case e.Transition == DriftCorrected:
		log.Info("router drift corrected", "found", e.Found, "rate", e.Rate)
	case e.Transition == QueueBuilt:
		log.Info("queue built", "done", e.Done)
	case e.Transition == FlawFound, e.Transition == FlawMended:
		log.Info("router configuration", "flaw", e.Finding.Flaw, "message", e.Finding.Message)
	default:
		log.Info("router recovered")
	}
	m.opts.OnEvent(e)
}
