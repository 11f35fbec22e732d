package shell

import (
	"errors"
	"testing"
	"time"

	"github.com/wanctl/wanctl/controller/autorate"
	"github.com/wanctl/wanctl/controller/core"
	"github.com/wanctl/wanctl/controller/estimate"
	"github.com/wanctl/wanctl/controller/loop"
	"github.com/wanctl/wanctl/controller/router"
)

func TestWhatASilentWANIsTakenFor(t *testing.T) {
	start := time.Now()
	yes, no := func() bool { return true }, func() bool { return false }
	for _, tc := range []struct {
		name        string
		age         time.Duration
		bits        float64
		heard       bool
		probeErr    error
		reached     func() bool
		known, down bool
	}{
		{name: "answered", age: time.Minute, heard: true, reached: no, known: true},
		{name: "silent and idle", age: time.Minute, reached: no, known: true, down: true},
		{name: "silent and idle, with nothing else to ask", age: time.Minute, known: true, down: true},
		{name: "silent and idle, and TCP gets through", age: time.Minute, reached: yes},
		{name: "silent while traffic arrives", age: time.Minute, bits: alive, reached: no},
		{name: "silent while hardly anything arrives", age: time.Minute, bits: alive - 1, reached: no, known: true, down: true},
		{name: "silent since it began", age: patience, reached: no},
		{name: "probes that cannot be sent", age: time.Minute, probeErr: errors.New("no rights"), reached: no},
	} {
		t.Run(tc.name, func(t *testing.T) {
			now := start.Add(tc.age)
			snap := &loop.Snapshot{
				At: now, Config: &core.Config{Interval: 50 * time.Millisecond}, Heard: tc.heard, ProbeErr: tc.probeErr,
				Reference: estimate.Reference{Started: true}, Delivered: autorate.Delivered{OK: true},
			}
			snap.Delivered.BitsPerSecond[router.Download] = tc.bits
			s := Source{
				Snapshot: func() *loop.Snapshot { return snap }, Started: start, Reached: tc.reached,
				Counters: func() (router.Counters, bool) { return router.Counters{}, false },
			}
			if w := s.look(now, start); w.Known != tc.known || w.Down != tc.down {
				t.Errorf("known is %v and down is %v, want %v and %v", w.Known, w.Down, tc.known, tc.down)
			}
		})
	}
}

func TestALoopThatStandsStillIsUnknown(t *testing.T) {
	start := time.Now()
	for interval, stale := range map[time.Duration]time.Duration{50 * time.Millisecond: 3 * time.Second, 5 * time.Second: 7500 * time.Millisecond} {
		snap := &loop.Snapshot{At: start, Config: &core.Config{Interval: interval}, Heard: true, Reference: estimate.Reference{Started: true}}
		s := Source{Snapshot: func() *loop.Snapshot { return snap }, Counters: func() (router.Counters, bool) { return router.Counters{}, false }}
		if w := s.look(start.Add(stale), start); !w.Known {
			t.Errorf("at %v it is unknown after %v", interval, stale)
		}
		if w := s.look(start.Add(stale+1), start); w.Known || w.Down {
			t.Errorf("at %v it is %+v after more than %v", interval, w, stale)
		}
	}
}
