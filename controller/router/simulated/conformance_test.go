package simulated_test

import (
	"testing"
	"time"

	"github.com/wanctl/wanctl/api/v1alpha1"
	"github.com/wanctl/wanctl/controller/fluid"
	"github.com/wanctl/wanctl/controller/router"
	"github.com/wanctl/wanctl/controller/router/routertest"
	"github.com/wanctl/wanctl/controller/router/simulated"
)

func TestConformance(t *testing.T) {
	routertest.RunVirtual(t, func(*testing.T) routertest.Harness {
		start := time.Now()
		busy := fluid.DirectionConfig{Capacity: fluid.Capacity{First: 100e6}, Flows: 1}
		link := fluid.New(fluid.Config{
			BaseRTT: 20 * time.Millisecond, Buffer: 500 * time.Millisecond,
			Directions: [2]fluid.DirectionConfig{busy, busy},
		})
		return routertest.Harness{
			Device: simulated.New(&v1alpha1.Simulated{},
				map[string]*simulated.Link{"a": simulated.NewLink(link, start)}, start),
			Download: router.Queue{WAN: "a", Direction: router.Download},
			Upload:   router.Queue{WAN: "a", Direction: router.Upload},
			Absent:   router.Queue{WAN: "absent"},
			Traffic:  func(*testing.T) { time.Sleep(time.Second) },
		}
	})
}
