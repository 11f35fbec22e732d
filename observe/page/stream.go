package page

import (
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/wanctl/wanctl/observe/feed"
)

// The stream's times: new cycles are sent sendEvery, live objects objectsEvery,
// and a reader that takes nothing for giveUp is let go.
const (
	sendEvery    = 250 * time.Millisecond
	objectsEvery = time.Second
	giveUp       = 15 * time.Second
)

// maxStreams is how many may read at once.
const maxStreams = 32

// streams serves the stream: server-sent events that begin with the last two
// minutes and go on with what is new.
//
//	sites     the live objects, as /apis has them
//	cycles    columns of new cycles by SITE/WAN
//	applies   new applies by SITE/WAN
//	events    new events
type streams struct {
	feed *feed.Feed
	free chan struct{}
}

func newStreams(f *feed.Feed) *streams {
	return &streams{feed: f, free: make(chan struct{}, maxStreams)}
}

// ServeHTTP sends until the reader leaves.
func (s *streams) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	select {
	case s.free <- struct{}{}:
		defer func() { <-s.free }()
	default:
		w.Header().Set("Retry-After", "5")
		http.Error(w, fmt.Sprintf("%d readers are served already", maxStreams), http.StatusServiceUnavailable)
		return
	}
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Accel-Buffering", "no")
	reader := &reader{feed: s.feed, w: w, control: http.NewResponseController(w), from: map[feed.WAN]time.Time{}, applied: time.Now().Add(-2 * time.Minute)}
	ticker := time.NewTicker(sendEvery)
	defer ticker.Stop()
	for {
		if err := reader.send(time.Now()); err != nil {
			return
		}
		select {
		case <-r.Context().Done():
			return
		case <-ticker.C:
		}
	}
}

// reader is one stream and how far it has come.
type reader struct {
	feed    *feed.Feed
	w       http.ResponseWriter
	control *http.ResponseController
	// objects is when the live objects were last sent, from the newest cycle
	// that was, applied the newest apply and event the newest event.
	objects time.Time
	from    map[feed.WAN]time.Time
	applied time.Time
	event   uint64
}

// apply is one apply as the stream sends it: the time in milliseconds since
// 1970, the rate in bit/s, the latency in milliseconds.
type apply struct {
	Time      int64   `json:"time"`
	Direction int     `json:"direction"`
	Rate      int64   `json:"rate"`
	Latency   float64 `json:"latency,omitempty"`
}

// send sends what is new.
func (r *reader) send(now time.Time) error {
	if now.Sub(r.objects) >= objectsEvery {
		r.objects = now
		sites, _ := r.feed.Latest()
		if err := r.message("sites", sites); err != nil {
			return err
		}
	}
	cycles, applies, newest := map[string]*columns{}, map[string][]apply{}, r.applied
	for _, wan := range r.feed.WANs() {
		name := wan.Site + "/" + wan.Name
		if records, epoch := r.feed.Cycles(wan, r.from[wan]); len(records) > 0 {
			r.from[wan] = epoch.Add(records[len(records)-1].At)
			cycles[name] = cyclesOf(records, epoch)
		}
		for _, a := range r.feed.Applies(wan, r.applied) {
			applies[name] = append(applies[name], apply{a.At.UnixMilli(), int(a.Direction), a.Rate, a.Latency.Seconds() * 1000})
			if a.At.After(newest) {
				newest = a.At
			}
		}
	}
	r.applied = newest
	if len(cycles) > 0 {
		if err := r.message("cycles", cycles); err != nil {
			return err
		}
	}
	if len(applies) > 0 {
		if err := r.message("applies", applies); err != nil {
			return err
		}
	}
	if events := r.feed.Events(r.event); len(events) > 0 {
		r.event = events[len(events)-1].Number
		return r.message("events", events)
	}
	return nil
}

func (r *reader) message(name string, v any) error {
	data, err := json.Marshal(v)
	if err != nil {
		return err
	}
	if err := r.control.SetWriteDeadline(time.Now().Add(giveUp)); err != nil {
		return err
	}
	if _, err := fmt.Fprintf(r.w, "event: %s\ndata: %s\n\n", name, data); err != nil {
		return err
	}
	return r.control.Flush()
}

// past answers with the buckets of ?site=, ?wan= and ?span=, a duration.
func past(f *feed.Feed) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		q := r.URL.Query()
		span, err := time.ParseDuration(q.Get("span"))
		if err != nil || span <= 0 {
			http.Error(w, "say how far back with span, as in span=1h", http.StatusBadRequest)
			return
		}
		buckets, step, epoch := f.Buckets(feed.WAN{Site: q.Get("site"), Name: q.Get("wan")}, span)
		if step == 0 {
			http.Error(w, "there is no such WAN", http.StatusNotFound)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Cache-Control", "no-store")
		// A reader that has gone away is no fault.
		_ = json.NewEncoder(w).Encode(bucketsOf(buckets, epoch))
	}
}
