// Package routertest is what every router.Device must pass.
package routertest

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/wanctl/wanctl/controller/router"
)

// Harness is a device to be tested, with what surrounds it.
type Harness struct {
	// Device is open; Run closes it.
	Device router.Device
	// Download and Upload are two queues that exist.
	Download, Upload router.Queue
	// Absent is a queue that does not exist.
	Absent router.Queue
	// Traffic sends some bytes across the WAN in both directions; nil where
	// that cannot be done.
	Traffic func(t *testing.T)
}

// patience bounds every call; a test that waits for it has failed.
const patience = 30 * time.Second

// Run tests the devices that open makes, one for each test.
func Run(t *testing.T, open func(t *testing.T) Harness) {
	run(t, open, func(t *testing.T, test func(*testing.T)) { test(t) })
}

// RunVirtual is Run in the virtual time of package synctest.
func RunVirtual(t *testing.T, open func(t *testing.T) Harness) { run(t, open, synctest.Test) }

func run(t *testing.T, open func(t *testing.T) Harness, within func(*testing.T, func(*testing.T))) {
	for name, test := range map[string]func(*testing.T, Harness){
		"a rate that was set is read back":               setAndReadBack,
		"directions do not touch each other":             independent,
		"a queue that is not there is missing":           missing,
		"an ended context ends every call with an error": ended,
		"a device goes on after errors":                  goesOn,
		"counters never go back":                         countersGrow,
		"counters count traffic":                         countersCount,
	} {
		t.Run(name, func(t *testing.T) {
			within(t, func(t *testing.T) {
				h := open(t)
				test(t, h)
				if err := h.Device.Close(); err != nil {
					t.Errorf("close: %v", err)
				}
			})
		})
	}
}

func setAndReadBack(t *testing.T, h Harness) {
	for _, want := range []int64{50e6, 49_999_999, 1e6, 1e9, 123_456_789, 1e9, 1e6} {
		set(t, h, h.Download, want)
		wantRate(t, h, h.Download, want)
	}
}

func independent(t *testing.T, h Harness) {
	set(t, h, h.Download, 80e6)
	set(t, h, h.Upload, 12e6)
	wantRate(t, h, h.Download, 80e6)
	wantRate(t, h, h.Upload, 12e6)
	set(t, h, h.Download, 20e6)
	wantRate(t, h, h.Upload, 12e6)
	set(t, h, h.Upload, 5e6)
	wantRate(t, h, h.Download, 20e6)
}

func missing(t *testing.T, h Harness) {
	_, err := h.Device.Rate(limited(t), h.Absent)
	wantKind(t, "read the rate", err, router.Missing)
	wantKind(t, "set the rate", h.Device.SetRate(limited(t), h.Absent, 10e6), router.Missing)
}

func ended(t *testing.T, h Harness) {
	set(t, h, h.Download, 70e6)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := h.Device.Rate(ctx, h.Download); err == nil {
		t.Error("the rate was read")
	}
	if err := h.Device.SetRate(ctx, h.Download, 10e6); err == nil {
		t.Error("the rate was set")
	}
	if _, err := h.Device.Counters(ctx, h.Download, h.Upload); err == nil {
		t.Error("the counters were read")
	}
	wantRate(t, h, h.Download, 70e6)
}

func goesOn(t *testing.T, h Harness) {
	ctx, cancel := context.WithDeadline(t.Context(), time.Now().Add(-time.Second))
	defer cancel()
	for i := range int64(20) {
		_, _ = h.Device.Rate(ctx, h.Download)
		_ = h.Device.SetRate(limited(t), h.Absent, 10e6)
		_, _ = h.Device.Counters(ctx, h.Download, h.Upload)
		set(t, h, h.Download, 30e6+i*1e6)
		wantRate(t, h, h.Download, 30e6+i*1e6)
	}
}

func countersGrow(t *testing.T, h Harness) {
	last := counters(t, h)
	for range 20 {
		now := counters(t, h)
		if now.Download < last.Download || now.Upload < last.Upload || now.At.Before(last.At) {
			t.Fatalf("from %+v to %+v", last, now)
		}
		last = now
	}
}

func countersCount(t *testing.T, h Harness) {
	if h.Traffic == nil {
		t.Skip("this harness cannot send traffic")
	}
	before := counters(t, h)
	h.Traffic(t)
	after := counters(t, h)
	if after.Download <= before.Download || after.Upload <= before.Upload || !after.At.After(before.At) {
		t.Errorf("traffic in both directions took the counters from %+v to %+v", before, after)
	}
}

func limited(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	t.Cleanup(cancel)
	return ctx
}

func set(t *testing.T, h Harness, q router.Queue, rate int64) {
	t.Helper()
	if err := h.Device.SetRate(limited(t), q, rate); err != nil {
		t.Fatalf("set %s to %d: %v", q.Name, rate, err)
	}
}

// wantRate allows a device to round by 1 %.
func wantRate(t *testing.T, h Harness, q router.Queue, want int64) {
	t.Helper()
	got, err := h.Device.Rate(limited(t), q)
	if err != nil {
		t.Fatalf("read %s: %v", q.Name, err)
	}
	if max(got-want, want-got) > want/100 {
		t.Errorf("%s holds %d bit/s, want %d", q.Name, got, want)
	}
}

func counters(t *testing.T, h Harness) router.Counters {
	t.Helper()
	c, err := h.Device.Counters(limited(t), h.Download, h.Upload)
	if err != nil {
		t.Fatalf("read the counters: %v", err)
	}
	return c
}

func wantKind(t *testing.T, what string, err error, kind router.Kind) {
	t.Helper()
	e, ok := errors.AsType[*router.Error](err)
	if !ok {
		t.Fatalf("%s: got %v, want a *router.Error", what, err)
	}
	if e.Kind != kind {
		t.Errorf("%s: got kind %d (%v), want %d", what, e.Kind, e, kind)
	}
	if e.Op == "" || e.Target == "" || e.Err == nil || strings.Contains(e.Error(), "\n") {
		t.Errorf("%s: %+v does not say in a line what was tried, on what, and what went wrong", what, e)
	}
}
