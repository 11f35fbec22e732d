package report

import (
	"cmp"
	"fmt"
	"strconv"
	"time"

	"github.com/wanctl/wanctl/api/v1alpha1"
	"github.com/wanctl/wanctl/cmd/wanctl/internal/figure"
)

// steering is what each policy did.
func steering(in *Input) Section {
	s := part("steering", "Steering")
	t := &Table{Caption: "Steering policies", Columns: []string{"policy", "from", "to", "turns", "new connections take", "since", "steered for", "of", "why"}}
	turns := &Table{Caption: "Turns that are still among the events, oldest first", Columns: []string{"at", "policy", "turn", "why"}}
	for i := range in.Site.Spec.Steering {
		spec := &in.Site.Spec.Steering[i]
		st := steeringStatus(in.Site, spec.Name)
		if st == nil {
			t.add(spec.Name, spec.From, spec.To, figure.None, figure.None, figure.None, figure.None, figure.None, "no agent has told of it")
			continue
		}
		takes, since := spec.From, figure.None
		if st.Active {
			takes = spec.To
		}
		if st.Since != nil {
			since = stamp(st.Since.Time)
		}
		active, of := steered(st, in.Events, in.seen())
		t.add(spec.Name, spec.From, spec.To, strconv.FormatInt(st.Turns, 10), takes, since, active, of, cmp.Or(st.Message, st.Reason, figure.None))
		for _, e := range turnsOf(spec.Name, in.Events) {
			turns.add(stamp(e.Time.Time), spec.Name, turnText(&e, spec), e.Message)
		}
	}
	s.put(tabled(t))
	if len(turns.Rows) > 0 {
		s.put(tabled(turns))
	}
	s.put(text("The last 200 events of the site are kept. Turns that are no longer among them are counted and their time is not known."))
	return s
}

// seen is the time up to which the status tells what is.
func (in *Input) seen() time.Time {
	if at := in.Site.Status.UpdatedAt; at != nil {
		return at.Time
	}
	return in.Now
}

func steeringStatus(site *v1alpha1.Site, name string) *v1alpha1.SteeringStatus {
	for i := range site.Status.Steering {
		if site.Status.Steering[i].Name == name {
			return &site.Status.Steering[i]
		}
	}
	return nil
}

func turnsOf(policy string, events []v1alpha1.Event) []v1alpha1.Event {
	var own []v1alpha1.Event
	for _, e := range events {
		if e.Object == "steering/"+policy && (e.Reason == v1alpha1.ReasonSteered || e.Reason == v1alpha1.ReasonSteeredBack) {
			own = append(own, e)
		}
	}
	return own
}

func turnText(e *v1alpha1.Event, spec *v1alpha1.Steering) string {
	if e.Reason == v1alpha1.ReasonSteered {
		return "to " + spec.To
	}
	return "back to " + spec.From
}

// steered is for how long a policy was active, and out of which time that is
// known: since its oldest turn among the events, else since it last turned.
func steered(st *v1alpha1.SteeringStatus, events []v1alpha1.Event, seen time.Time) (active, of string) {
	var begun, from time.Time
	var total time.Duration
	for _, e := range turnsOf(st.Name, events) {
		if from.IsZero() {
			from = e.FirstTime.Time
		}
		switch {
		case e.Reason == v1alpha1.ReasonSteered && begun.IsZero():
			begun = e.Time.Time
		case e.Reason == v1alpha1.ReasonSteeredBack && !begun.IsZero():
			total, begun = total+e.Time.Sub(begun), time.Time{}
		}
	}
	if st.Active && begun.IsZero() && st.Since != nil {
		begun = st.Since.Time
	}
	if from.IsZero() && st.Since != nil {
		from = st.Since.Time
	}
	if from.IsZero() {
		return figure.None, figure.None
	}
	if st.Active && !begun.IsZero() {
		total += seen.Sub(begun)
	}
	return span(total), fmt.Sprintf("%s since %s", span(seen.Sub(from)), stamp(from))
}
