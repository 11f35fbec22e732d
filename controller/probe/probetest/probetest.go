// Package probetest is what every probe.Prober must pass.
package probetest

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/wanctl/wanctl/controller/probe"
)

// Harness is a prober to be tested, with what it was told.
type Harness struct {
	// Prober works; Run closes it.
	Prober probe.Prober
	// Reflectors is how many it probes; Dead is the index of one that never
	// answers, -1 where there is none.
	Reflectors, Dead int
	// Timeout is when it gives up a probe.
	Timeout time.Duration
}

// patience bounds a test; one that needs it has failed.
const patience = time.Minute

// enough is how many samples of each reflector are looked at.
const enough = 30

// Run tests the probers that open makes, one for each test. It takes as long
// as they need for a few dozen probes of each reflector.
func Run(t *testing.T, open func(t *testing.T) Harness) {
	run(t, open, func(t *testing.T, test func(*testing.T)) { test(t) })
}

// RunVirtual is Run in the virtual time of package synctest.
func RunVirtual(t *testing.T, open func(t *testing.T) Harness) { run(t, open, synctest.Test) }

func run(t *testing.T, open func(t *testing.T) Harness, within func(*testing.T, func(*testing.T))) {
	for name, test := range map[string]func(*testing.T, Harness){
		"every reflector is probed and every probe reported once": reportedOnce,
		"an answer has a round-trip time and a loss has none":     sampled,
		"the oldest probe that is out is known until it is lost":  waits,
		"nothing allocates in collect":                            allocationFree,
		"close ends it and may be called again":                   closes,
	} {
		t.Run(name, func(t *testing.T) {
			within(t, func(t *testing.T) {
				h := open(t)
				test(t, h)
				if err := h.Prober.Close(); err != nil {
					t.Errorf("close: %v", err)
				}
			})
		})
	}
}

func reportedOnce(t *testing.T, h Harness) {
	type key struct {
		reflector int
		sent      time.Time
	}
	seen := map[key]bool{}
	began := time.Now()
	for _, s := range collect(t, h, nil) {
		k := key{s.Reflector, s.Sent}
		if seen[k] {
			t.Errorf("reported twice: %+v", s)
		}
		seen[k] = true
		if s.Reflector < 0 || s.Reflector >= h.Reflectors {
			t.Errorf("a sample of a reflector that is not there: %+v", s)
		}
		if s.Sent.Before(began.Add(-patience)) || s.Sent.After(time.Now()) {
			t.Errorf("sent at an impossible time: %+v", s)
		}
	}
}

func sampled(t *testing.T, h Harness) {
	for _, s := range collect(t, h, nil) {
		switch {
		case s.Lost != (s.RTT == 0):
			t.Errorf("lost or answered? %+v", s)
		case s.RTT < 0 || s.RTT > h.Timeout:
			t.Errorf("a round-trip time beyond the timeout of %v: %+v", h.Timeout, s)
		case s.Reflector == h.Dead && !s.Lost:
			t.Errorf("a dead reflector answered: %+v", s)
		}
	}
}

func waits(t *testing.T, h Harness) {
	var oldest time.Duration
	collect(t, h, func(w probe.Waiting) {
		if w.Age < 0 || w.Age >= h.Timeout {
			t.Errorf("out for %v though the timeout is %v", w.Age, h.Timeout)
		}
		if w.Age > 0 && w.Reflector == h.Dead {
			oldest = max(oldest, w.Age)
		}
	})
	if h.Dead >= 0 && oldest < h.Timeout/4 {
		t.Errorf("probes to a dead reflector were seen out for %v at most; the timeout is %v", oldest, h.Timeout)
	}
}

func allocationFree(t *testing.T, h Harness) {
	collect(t, h, nil)
	// Its goroutines may allocate; they are ended before counting.
	if err := h.Prober.Close(); err != nil {
		t.Fatal(err)
	}
	buf := make([]probe.Sample, 0, 4096)
	now := time.Now()
	if allocs := testing.AllocsPerRun(100, func() { buf, _ = h.Prober.Collect(now, buf[:0]) }); allocs != 0 {
		t.Errorf("%v allocations", allocs)
	}
}

func closes(t *testing.T, h Harness) {
	collect(t, h, nil)
	if err := h.Prober.Close(); err != nil {
		t.Fatal(err)
	}
	closed := time.Now()
	samples, _ := h.Prober.Collect(closed.Add(2*h.Timeout), nil)
	for _, s := range samples {
		if s.Sent.After(closed) {
			t.Errorf("sent after close: %+v", s)
		}
	}
	if samples, _ = h.Prober.Collect(closed.Add(2*h.Timeout), nil); len(samples) != 0 {
		t.Errorf("samples went on: %+v", samples)
	}
}

// collect gathers samples until there are enough of each reflector, and shows
// look what is out in between.
func collect(t *testing.T, h Harness, look func(probe.Waiting)) []probe.Sample {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	var all []probe.Sample
	counts := make([]int, h.Reflectors)
	for {
		from := len(all)
		var w probe.Waiting
		all, w = h.Prober.Collect(time.Now(), all)
		if look != nil {
			look(w)
		}
		for _, s := range all[from:] {
			if s.Reflector >= 0 && s.Reflector < h.Reflectors {
				counts[s.Reflector]++
			}
		}
		if least(counts) >= enough {
			return all
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Fatalf("after %v there were %d samples of the reflectors (error: %v)", patience, counts, h.Prober.Err())
		}
	}
}

func least(counts []int) int {
	n := counts[0]
	for _, c := range counts {
		n = min(n, c)
	}
	return n
}
