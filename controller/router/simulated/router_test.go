package simulated_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/wanctl/wanctl/api/v1alpha1"
	"github.com/wanctl/wanctl/controller/fluid"
	"github.com/wanctl/wanctl/controller/router"
	"github.com/wanctl/wanctl/controller/router/simulated"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var (
	download = router.Queue{WAN: "att", Direction: router.Download}
	upload   = router.Queue{WAN: "att", Direction: router.Upload}
	absent   = router.Queue{WAN: "dsl", Direction: router.Download}
)

// open makes a router with one busy WAN, whose time starts now.
func open(faults ...v1alpha1.SimulatedFault) (*simulated.Router, *simulated.Link) {
	link := simulated.NewLink(fluid.New(fluid.Config{
		BaseRTT: 20 * time.Millisecond, Buffer: 500 * time.Millisecond,
		Directions: [2]fluid.DirectionConfig{
			fluid.Download: {Capacity: fluid.Capacity{First: 20e6}, Shaper: 100e6, Flows: 2},
			fluid.Upload:   {Capacity: fluid.Capacity{First: 10e6}, Shaper: 9e6, Flows: 1},
		},
	}), time.Now())
	s := &v1alpha1.Simulated{ApplyLatency: &metav1.Duration{Duration: 30 * time.Millisecond}, Faults: faults}
	return simulated.New(s, map[string]*simulated.Link{"att": link}, time.Now()), link
}

func fault(kind v1alpha1.SimulatedFaultKind, at, span time.Duration) v1alpha1.SimulatedFault {
	return v1alpha1.SimulatedFault{Kind: kind, At: metav1.Duration{Duration: at}, For: metav1.Duration{Duration: span}}
}

func TestACallTakesTheRoutersLatencyAndThenCounts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		device, link := open()
		start := time.Now()
		if err := device.SetRate(t.Context(), download, 15e6); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(start); took != 30*time.Millisecond {
			t.Errorf("it took %v, want the latency of 30ms", took)
		}
		if got := link.Shaper(time.Now(), router.Download); got != 15e6 {
			t.Errorf("the shaper is %d, want 15e6", got)
		}
	})
}

func TestTheLatencyIsTwoMillisecondsWhereTheManifestIsSilent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, link := open()
		device := simulated.New(&v1alpha1.Simulated{}, map[string]*simulated.Link{"att": link}, time.Now())
		start := time.Now()
		if _, err := device.Rate(t.Context(), download); err != nil || time.Since(start) != 2*time.Millisecond {
			t.Errorf("it took %v and gave %v", time.Since(start), err)
		}
	})
}

func TestACallEndsWithItsContextAndChangesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		device, link := open()
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
		defer cancel()
		start := time.Now()
		err := device.SetRate(ctx, download, 15e6)
		wantKind(t, err, router.Unreachable)
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%v does not wrap the context's error", err)
		}
		if took := time.Since(start); took != 10*time.Millisecond {
			t.Errorf("it took %v, want 10ms", took)
		}
		time.Sleep(time.Second)
		if got := link.Shaper(time.Now(), router.Download); got != 100e6 {
			t.Errorf("the shaper is %d, want 100e6 as before", got)
		}
	})
}

func TestFaultsHoldForTheirTimeAndNoLonger(t *testing.T) {
	for _, tc := range []struct {
		name string
		kind v1alpha1.SimulatedFaultKind
		want router.Kind
	}{
		{"a router that is down is unreachable", v1alpha1.FaultRouterDown, router.Unreachable},
		{"queues that are gone are missing", v1alpha1.FaultQueueMissing, router.Missing},
	} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				device, _ := open(fault(tc.kind, 10*time.Second, 5*time.Second))
				calls := map[string]func() error{
					"rate":     func() error { _, err := device.Rate(t.Context(), download); return err },
					"set":      func() error { return device.SetRate(t.Context(), upload, 5e6) },
					"counters": func() error { _, err := device.Counters(t.Context(), download, upload); return err },
				}
				for name, call := range calls {
					if err := call(); err != nil {
						t.Errorf("%s before the fault: %v", name, err)
					}
				}
				time.Sleep(12 * time.Second)
				for _, call := range calls {
					wantKind(t, call(), tc.want)
				}
				time.Sleep(5 * time.Second)
				for name, call := range calls {
					if err := call(); err != nil {
						t.Errorf("%s after the fault: %v", name, err)
					}
				}
			})
		})
	}
}

func TestASlowRouterTakesASecondMore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		device, _ := open(fault(v1alpha1.FaultRouterSlow, 0, 3*time.Second))
		for _, want := range []time.Duration{1030, 1030, 1030, 30} {
			start := time.Now()
			if _, err := device.Rate(t.Context(), download); err != nil {
				t.Fatal(err)
			}
			if took := time.Since(start); took != want*time.Millisecond {
				t.Errorf("it took %v, want %v", took, want*time.Millisecond)
			}
		}
	})
}

func TestARateMustBeAboveZero(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		device, _ := open()
		for _, rate := range []int64{0, -1} {
			wantKind(t, device.SetRate(t.Context(), download, rate), router.Unsupported)
		}
	})
}

func TestCountersAreOfOneWAN(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		device, _ := open()
		_, err := device.Counters(t.Context(), download, router.Queue{WAN: "dsl", Direction: router.Upload})
		wantKind(t, err, router.Unsupported)
	})
}

func TestAHandCanMoveAShaperBehindWanctlsBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		device, _ := open()
		if device.Set(absent, 1e6) || !device.Set(upload, 3e6) {
			t.Error("the wrong queues were found")
		}
		if got, err := device.Rate(t.Context(), upload); err != nil || got != 3e6 {
			t.Errorf("the rate is %d (%v), want 3e6", got, err)
		}
	})
}

func TestTheTruthOfALinkFollowsItsShaper(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		device, link := open()
		time.Sleep(20 * time.Second)
		before := link.Truth(time.Now(), router.Download)
		if before.Capacity != 20e6 || before.QueueDelay < 100*time.Millisecond {
			t.Errorf("shaped above its capacity: %+v", before)
		}
		if err := device.SetRate(t.Context(), download, 15e6); err != nil {
			t.Fatal(err)
		}
		time.Sleep(5 * time.Second)
		after := link.Truth(time.Now(), router.Download)
		if rate := float64(after.Goodput-before.Goodput) * 8 / 5; after.QueueDelay > 0 || rate < 12e6 {
			t.Errorf("shaped below its capacity: %+v, %.1f Mbit/s", after, rate/1e6)
		}
	})
}

func wantKind(t *testing.T, err error, kind router.Kind) {
	t.Helper()
	e, ok := errors.AsType[*router.Error](err)
	if !ok || e.Kind != kind {
		t.Errorf("error is %v, want one of kind %d", err, kind)
	}
}
