package router

import (
	"context"
	"slices"
	"time"
)

// Flaw is a way in which a router's own configuration keeps its queues from
// doing what they are for.
type Flaw string

// The flaws.
const (
	// FlawQueueDisabled: the queue takes rates and shapes nothing.
	FlawQueueDisabled Flaw = "QueueDisabled"
	// FlawQueueInvalid: the router says that the queue cannot work.
	FlawQueueInvalid Flaw = "QueueInvalid"
	// FlawNotCake: the queue shapes with something that is not CAKE.
	FlawNotCake Flaw = "QueueNotCake"
	// FlawShapedTwice: two limits apply to one direction.
	FlawShapedTwice Flaw = "QueueShapedTwice"
	// FlawInterfaceDown: what the queue stands on, or the WAN itself, is down.
	FlawInterfaceDown Flaw = "InterfaceDown"
	// FlawFasttrack: packets pass the queue by.
	FlawFasttrack Flaw = "FasttrackBypassesQueue"
	// FlawBypassed: the WAN carries traffic that the queue does not see.
	FlawBypassed Flaw = "TrafficBypassesQueue"
)

// Harmful says that a WAN with this flaw is not controlled.
func (f Flaw) Harmful() bool { return f != FlawNotCake && f != FlawShapedTwice }

// Finding is a flaw that was found.
type Finding struct {
	Flaw Flaw
	// WAN and Queue say what of; Queue is empty where it is of the WAN as a whole.
	WAN, Queue string
	// Message says what is wrong, and how to mend it.
	Message string
}

// Inspector is a Device that can tell what is wrong with a router's own
// configuration. It changes nothing and is called as a Device is.
type Inspector interface {
	// Inspect looks at the two queues of one WAN.
	Inspect(ctx context.Context, download, upload Queue) ([]Finding, error)
}

// inspection looks at a slot's queues now and then.
type inspection struct {
	chore
	box *Mailbox
}

func newInspection(s *Slot) *inspection {
	i := &inspection{box: s.box}
	i.chore = chore{slot: s, index: -1, serve: i.serve}
	return i
}

func (i *inspection) serve(ctx context.Context) time.Time {
	inspector, ok := i.box.device.(Inspector)
	if !ok {
		return time.Time{}
	}
	next := time.Now().Add(i.box.opts.InspectEvery)
	download, upload := i.slot.lanes[Download].queue, i.slot.lanes[Upload].queue
	var found []Finding
	err := i.box.call(ctx, "inspect", upload.Name, func(ctx context.Context) (err error) {
		found, err = inspector.Inspect(ctx, download, upload)
		return err
	})
	if err != nil {
		// Whoever reads the rates tells of it.
		return latest(next, time.Now())
	}
	before := i.slot.state.Findings
	i.slot.update(func() { i.slot.state.Findings = found })
	for _, f := range found {
		if !slices.ContainsFunc(before, f.same) {
			i.box.tell(Event{Transition: FlawFound, Queue: Queue{WAN: f.WAN, Name: f.Queue}, Finding: f})
		}
	}
	for _, f := range before {
		if !slices.ContainsFunc(found, f.same) {
			i.box.tell(Event{Transition: FlawMended, Queue: Queue{WAN: f.WAN, Name: f.Queue}, Finding: f})
		}
	}
	return latest(next, time.Now())
}

// same says that two findings are of one flaw, however worded.
func (f Finding) same(other Finding) bool {
	return f.Flaw == other.Flaw && f.WAN == other.WAN && f.Queue == other.Queue
}
