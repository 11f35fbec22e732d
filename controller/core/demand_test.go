package core

import (
	"testing"
	"time"
)

func TestWhenAQueueHoldsTrafficUp(t *testing.T) {
	type reading struct {
		at   time.Duration
		c    ShaperCounters
		held bool
	}
	known := func(drops, backlog uint64) ShaperCounters {
		return ShaperCounters{Known: true, Drops: drops, BacklogBytes: backlog}
	}
	for _, tt := range []struct {
		name     string
		readings []reading
	}{
		{"a router that does not tell says nothing", []reading{{1 * time.Second, ShaperCounters{Drops: 9, BacklogBytes: 9e6}, false}}},
		{"the first count of drops is history", []reading{{1 * time.Second, known(500, 0), false}}},
		{"more drops are a sign, for a while", []reading{{1 * time.Second, known(5, 0), false}, {2 * time.Second, known(6, 0), true},
			{3 * time.Second, known(6, 0), true}, {4 * time.Second, known(6, 0), false}}},
		{"so is a backlog", []reading{{1 * time.Second, known(5, 60_000), true}}},
		{"a packet that is about to leave is none", []reading{{1 * time.Second, known(5, 1514), false}}},
		{"a counter that starts anew is no sign", []reading{{1 * time.Second, known(50, 0), false}, {2 * time.Second, known(3, 0), false}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var d demand
			for i, r := range tt.readings {
				if got := d.held(&r.c, r.at); got != r.held {
					t.Errorf("reading %d: held %v, want %v", i+1, got, r.held)
				}
			}
		})
	}
}
