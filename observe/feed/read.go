package feed

import (
	"time"

	"github.com/wanctl/wanctl/controller/loop"
	"github.com/wanctl/wanctl/observe/history"
)

// Cycles are the kept cycles of a WAN that began after a time, at most two
// minutes of them; their times count from epoch.
func (f *Feed) Cycles(name WAN, after time.Time) (records []loop.Record, epoch time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	w := f.wans[name]
	if w == nil {
		return nil, time.Time{}
	}
	return w.history.Cycles(after.Sub(w.epoch), nil), w.epoch
}

// Buckets are a WAN's cycles summed up, from span before the newest on; their
// times count from epoch.
func (f *Feed) Buckets(name WAN, span time.Duration) (buckets []history.Bucket, step time.Duration, epoch time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	w := f.wans[name]
	if w == nil {
		return nil, 0, time.Time{}
	}
	buckets, step = w.history.Buckets(span)
	return buckets, step, w.epoch
}

// Applies are the kept applies of a WAN after a time.
func (f *Feed) Applies(name WAN, after time.Time) []Apply {
	f.mu.Lock()
	defer f.mu.Unlock()
	w := f.wans[name]
	if w == nil {
		return nil
	}
	first := len(w.applies)
	for first > 0 && w.applies[first-1].At.After(after) {
		first--
	}
	return append([]Apply(nil), w.applies[first:]...)
}

// Events are the kept events after one that has a number; 0 is all.
func (f *Feed) Events(after uint64) []Event {
	f.mu.Lock()
	defer f.mu.Unlock()
	first := len(f.events)
	for first > 0 && f.events[first-1].Number > after {
		first--
	}
	return append([]Event(nil), f.events[first:]...)
}
