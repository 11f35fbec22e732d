package simulated_test

import (
	"testing"
	"testing/synctest"
	"time"

	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/wanctl/wanctl/api/v1alpha1"
	"github.com/wanctl/wanctl/controller/fluid"
	"github.com/wanctl/wanctl/controller/router"
	"github.com/wanctl/wanctl/controller/router/routertest"
	"github.com/wanctl/wanctl/controller/router/simulated"
)

func TestRulesConform(t *testing.T) {
	routertest.RunRulesVirtual(t, func(*testing.T) routertest.RuleHarness {
		device, _ := open()
		return routertest.RuleHarness{
			Switch: device, Rule: "steer calls", Other: "steer games", Absent: "", AbsentKind: router.Unsupported,
			Look: func(t *testing.T, rule string) bool {
				on, err := device.Rule(t.Context(), rule)
				return on && err == nil
			},
			Hand: func(_ *testing.T, rule string, on bool) { device.Hand(rule, on) },
		}
	})
}

func TestCallsTakeTheWANOfTheirBeginningUntilTheyEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rate := resource.MustParse("100k")
		links := map[string]*simulated.Link{}
		for _, name := range []string{"a", "b"} {
			idle := fluid.DirectionConfig{Capacity: fluid.Capacity{First: 10e6}, Shaper: 9e6}
			links[name] = simulated.NewLink(fluid.New(fluid.Config{BaseRTT: 20 * time.Millisecond, Directions: [2]fluid.DirectionConfig{idle, idle}}), time.Now())
		}
		device := simulated.New(&v1alpha1.Simulated{
			ApplyLatency: &metav1.Duration{},
			Calls:        []v1alpha1.SimulatedCalls{{Rule: "r", Rate: &rate, Every: &metav1.Duration{Duration: time.Second}, For: &metav1.Duration{Duration: 10 * time.Second}}},
		}, links, time.Now())
		device.Steer([]simulated.Route{{Rule: "r", From: "a", To: "b"}})
		queue := router.Queue{WAN: "b"}
		// Calls advance when the counters are read, as a mailbox does all the time.
		look := func(d time.Duration) (a, b int) {
			for end := time.Now().Add(d); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
				if _, err := device.Counters(t.Context(), queue, queue); err != nil {
					t.Fatal(err)
				}
			}
			on := device.Calls().On("r")
			return on["a"], on["b"]
		}
		if a, b := look(30*time.Second + 500*time.Millisecond); a != 10 || b != 0 {
			t.Fatalf("with the rule off %d and %d", a, b)
		}
		before, _ := links["b"].Bytes(time.Now())
		if err := device.SetRule(t.Context(), "r", true); err != nil {
			t.Fatal(err)
		}
		if a, b := look(4 * time.Second); a != 6 || b != 4 {
			t.Errorf("4 s after the switch %d and %d, want 6 that began before and 4 that began since", a, b)
		}
		if a, b := look(6 * time.Second); a != 0 || b != 10 {
			t.Errorf("10 s after the switch %d and %d", a, b)
		}
		after, _ := links["b"].Bytes(time.Now())
		if sent := after - before; sent < 500_000 || sent > 800_000 {
			t.Errorf("calls sent %d bytes over b, want about 55 call seconds of 12500", sent)
		}
	})
}
