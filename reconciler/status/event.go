package status

import (
	"slices"

	"github.com/wanctl/wanctl/api/v1alpha1"
)

// keepEvents is how many events are kept of each site.
const keepEvents = 200

// eventLog is the last events of one site, oldest first.
type eventLog struct {
	events []v1alpha1.Event
	// dirty is that they are not on disk as they stand.
	dirty bool
}

// add appends an event, or counts it in the last one if that says the same.
func (l *eventLog) add(e v1alpha1.Event) {
	e.Count = max(e.Count, 1)
	if e.FirstTime.IsZero() {
		e.FirstTime = e.Time
	}
	l.dirty = true
	if n := len(l.events); n > 0 && sameEvent(&l.events[n-1], &e) {
		l.events[n-1].Count += e.Count
		l.events[n-1].Time = e.Time
		return
	}
	if len(l.events) >= keepEvents {
		l.events = slices.Delete(l.events, 0, len(l.events)-keepEvents+1)
	}
	l.events = append(l.events, e)
}

func sameEvent(a, b *v1alpha1.Event) bool {
	return a.Type == b.Type && a.Reason == b.Reason && a.Object == b.Object && a.Message == b.Message
}

func encodeEvents(events []v1alpha1.Event) ([]byte, error) { return encodeList("EventList", events) }

// readEvents is the stored events of one site; none where nothing is stored.
func readEvents(dir, site string) ([]v1alpha1.Event, error) {
	return readList[v1alpha1.Event](dir, eventsDir, site, "EventList")
}
