// Package feed is where an agent leaves what it does and others look: the live
// objects, what every loop recorded, applies and events. Nobody who leaves
// something waits for anybody who looks.
package feed

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/wanctl/wanctl/api/v1alpha1"
	"github.com/wanctl/wanctl/controller/autorate"
	"github.com/wanctl/wanctl/controller/loop"
	"github.com/wanctl/wanctl/observe/history"
)

// CollectEvery is how often the loops' records are collected.
const CollectEvery = 200 * time.Millisecond

// WAN names one WAN of one site.
type WAN struct{ Site, Name string }

// Sink is handed all that is collected, for every WAN in order of time. The
// feed calls it from one goroutine at a time.
type Sink interface {
	Cycles(wan WAN, records []loop.Record)
	Applied(wan WAN, a Apply)
	// Forget says that a WAN is gone from its manifest.
	Forget(wan WAN)
}

// Apply is one write of a rate that the router confirmed.
type Apply struct {
	At        time.Time
	Direction autorate.Direction
	// Rate is in bit/s.
	Rate int64
	// Latency is from the arrival of the sample that led to it; 0 is that none
	// did.
	Latency time.Duration
}

// Event is one event with its number.
type Event struct {
	Number uint64 `json:"number"`
	v1alpha1.Event
}

// keepApplies and keepEvents are how many are kept: of each WAN, and of all.
const keepApplies, keepEvents = 1024, 200

// Feed is one agent's.
type Feed struct {
	sink Sink

	mu      sync.Mutex
	wans    map[WAN]*wan
	sites   []*v1alpha1.Site
	looked  time.Time
	events  []Event
	counted uint64
}

// wan is what the feed has of one WAN.
type wan struct {
	// loop is nil while none runs; next is the record to read next.
	loop    *loop.Loop
	next    uint64
	epoch   time.Time
	history history.History
	applies []Apply
	// fresh are those that the sink has not been handed yet.
	fresh []Apply
}

// New makes a feed that hands on to a sink.
func New(sink Sink) *Feed { return &Feed{sink: sink, wans: map[WAN]*wan{}} }

// Run collects until ctx ends.
func (f *Feed) Run(ctx context.Context) {
	ticker := time.NewTicker(CollectEvery)
	defer ticker.Stop()
	var buf []loop.Record
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			f.mu.Lock()
			for name, w := range f.wans {
				buf = f.collect(name, w, buf)
			}
			f.mu.Unlock()
		}
	}
}

// collect takes in what is new of one WAN.
func (f *Feed) collect(name WAN, w *wan, buf []loop.Record) []loop.Record {
	for _, a := range w.fresh {
		f.sink.Applied(name, a)
	}
	w.fresh = w.fresh[:0]
	if w.loop == nil {
		return buf
	}
	buf, w.next = w.loop.Records(w.next, buf[:0])
	if len(buf) > 0 {
		w.history.Add(buf)
		f.sink.Cycles(name, buf)
	}
	return buf
}

// LoopStarted says that a loop turns from now on, or shortly; its times count
// from epoch.
func (f *Feed) LoopStarted(site, name string, l *loop.Loop, epoch time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	w := f.wan(WAN{site, name})
	w.loop, w.next, w.epoch = l, 0, epoch
}

// LoopStopped says that a WAN's loop no longer turns.
func (f *Feed) LoopStopped(site, name string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	w := f.wan(WAN{site, name})
	f.collect(WAN{site, name}, w, nil)
	w.loop = nil
}

// Applied says that a router confirmed a rate in bit/s, and how long after the
// arrival of the sample that led to it.
func (f *Feed) Applied(site, name string, dir autorate.Direction, bitsPerSecond int64, latency time.Duration) {
	a := Apply{At: time.Now(), Direction: dir, Rate: bitsPerSecond, Latency: latency}
	f.mu.Lock()
	defer f.mu.Unlock()
	w := f.wan(WAN{site, name})
	w.fresh = append(w.fresh, a)
	if len(w.applies) >= keepApplies {
		w.applies = slices.Delete(w.applies, 0, len(w.applies)-keepApplies/2)
	}
	w.applies = append(w.applies, a)
}

// Event says that something happened.
func (f *Feed) Event(e v1alpha1.Event) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.events) >= keepEvents {
		f.events = slices.Delete(f.events, 0, len(f.events)-keepEvents+1)
	}
	f.counted++
	f.events = append(f.events, Event{Number: f.counted, Event: e})
}

// Writing is nothing to see.
func (f *Feed) Writing(bool) {}

// Sites takes the live objects as they are now; they must not be changed any
// more. A WAN that is in none of them and has no loop is forgotten.
func (f *Feed) Sites(sites []*v1alpha1.Site) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.sites, f.looked = sites, time.Now()
	wanted := map[WAN]bool{}
	for _, s := range sites {
		for i := range s.Spec.WANs {
			wanted[WAN{s.Name, s.Spec.WANs[i].Name}] = true
		}
	}
	for name, w := range f.wans {
		if !wanted[name] && w.loop == nil {
			delete(f.wans, name)
			f.sink.Forget(name)
		}
	}
}

func (f *Feed) wan(name WAN) *wan {
	w := f.wans[name]
	if w == nil {
		w = &wan{}
		f.wans[name] = w
	}
	return w
}

// Latest are the live objects, which must not be changed, and when the agent
// last looked at its loops: zero before the first time.
func (f *Feed) Latest() (sites []*v1alpha1.Site, looked time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.sites, f.looked
}

// WANs are all that are known, by name.
func (f *Feed) WANs() []WAN {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.SortedFunc(maps.Keys(f.wans), func(a, b WAN) int {
		return cmp.Or(cmp.Compare(a.Site, b.Site), cmp.Compare(a.Name, b.Name))
	})
}
