package status

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

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

func encodeEvents(events []v1alpha1.Event) ([]byte, error) {
	data, err := json.MarshalIndent(v1alpha1.EventList{
		TypeMeta: metav1.TypeMeta{APIVersion: v1alpha1.APIVersion, Kind: "EventList"},
		Items:    events,
	}, "", " ")
	if err != nil {
		return nil, fmt.Errorf("encode events: %w", err)
	}
	return append(data, '\n'), nil
}

// readEvents is the stored events of one site; none where nothing is stored.
func readEvents(dir, site string) ([]v1alpha1.Event, error) {
	path, err := fileName(dir, eventsDir, site, ".json")
	if err != nil {
		return nil, err
	}
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read events of site %q: %w", site, err)
	}
	var l v1alpha1.EventList
	if err := json.Unmarshal(data, &l); err != nil {
		return nil, &TornError{Path: path, Err: err}
	}
	if l.APIVersion != v1alpha1.APIVersion || l.Kind != "EventList" {
		return nil, &TornError{Path: path, Err: fmt.Errorf("it is a %q %q, not a %s EventList", l.APIVersion, l.Kind, v1alpha1.APIVersion)}
	}
	return l.Items, nil
}
