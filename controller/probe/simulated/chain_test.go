package simulated_test

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/wanctl/wanctl/api/v1alpha1"
	"github.com/wanctl/wanctl/controller/fluid"
	"github.com/wanctl/wanctl/controller/probe"
	"github.com/wanctl/wanctl/controller/probe/simulated"
	"github.com/wanctl/wanctl/controller/router"
	simrouter "github.com/wanctl/wanctl/controller/router/simulated"
)

func TestWhatTheRouterIsSetToIsWhatProbesMeet(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := idle(fluid.Reflector{})
		c.Buffer = 500 * ms
		c.Directions[fluid.Download].Flows = 2
		c.Directions[fluid.Download].Shaper = 30e6
		link := simrouter.NewLink(fluid.New(c), time.Now())
		device := simrouter.New(&v1alpha1.Simulated{}, map[string]*simrouter.Link{"att": link}, time.Now())
		prober := simulated.New(link, 1, interval, 2*time.Second, time.Now())
		download := router.Queue{WAN: "att", Direction: router.Download}
		upload := router.Queue{WAN: "att", Direction: router.Upload}

		// median probes for so long, and says what arrived in that time.
		median := func(span time.Duration) (rtt time.Duration, bitsPerSecond float64) {
			before, err := device.Counters(t.Context(), download, upload)
			if err != nil {
				t.Fatal(err)
			}
			var samples []probe.Sample
			for end := time.Now().Add(span); time.Now().Before(end); time.Sleep(interval) {
				samples, _ = prober.Collect(time.Now(), samples)
			}
			after, err := device.Counters(t.Context(), download, upload)
			if err != nil {
				t.Fatal(err)
			}
			slices.SortFunc(samples, func(a, b probe.Sample) int { return int(a.RTT - b.RTT) })
			return samples[len(samples)/2].RTT, float64(after.Download-before.Download) * 8 / after.At.Sub(before.At).Seconds()
		}

		for _, tc := range []struct {
			name      string
			rate      int64
			low, high time.Duration
			arrives   float64
		}{
			{"above the capacity", 30e6, 150 * ms, 525 * ms, 20e6},
			{"below the capacity", 18e6, 20 * ms, 25 * ms, 18e6},
			{"far below the capacity", 5e6, 20 * ms, 25 * ms, 5e6},
			{"above the capacity again", 25e6, 100 * ms, 525 * ms, 20e6},
		} {
			if err := device.SetRate(t.Context(), download, tc.rate); err != nil {
				t.Fatal(err)
			}
			median(15 * time.Second)
			rtt, rate := median(10 * time.Second)
			if rtt < tc.low || rtt > tc.high {
				t.Errorf("%s: the median is %v, want %v to %v", tc.name, rtt, tc.low, tc.high)
			}
			if rate < 0.9*tc.arrives || rate > 1.05*tc.arrives {
				t.Errorf("%s: %.2f Mbit/s arrive, want about %.0f", tc.name, rate/1e6, tc.arrives/1e6)
			}
		}
	})
}
