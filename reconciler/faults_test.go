package reconciler_test

import (
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/wanctl/wanctl/api/v1alpha1"
	"github.com/wanctl/wanctl/internal/routerosdouble"
)

// TestWhateverARouterDoesTheLoopGoesOnAndTheNewestRateIsAppliedOnItsReturn lets
// every fault of a router strike a running agent.
func TestWhateverARouterDoesTheLoopGoesOnAndTheNewestRateIsAppliedOnItsReturn(t *testing.T) {
	const queues = "/queue/tree"
	for _, tc := range []struct {
		name        string
		strike      func(d *routerosdouble.Router)
		mend        func(t *testing.T, d *routerosdouble.Router, address string)
		reason      string
		unreachable bool
	}{
		{
			name:   "it is down",
			strike: func(d *routerosdouble.Router) { d.Stop() },
			mend: func(t *testing.T, d *routerosdouble.Router, address string) {
				if _, err := d.StartAt(address); err != nil {
					t.Fatal(err)
				}
			},
			reason: v1alpha1.ReasonRouterUnreachable, unreachable: true,
		},
		{
			name:   "it accepts and is silent",
			strike: func(d *routerosdouble.Router) { d.Break(routerosdouble.SilentAfterAccept, 0); d.Drop() },
			mend:   func(_ *testing.T, d *routerosdouble.Router, _ string) { d.Mend(); d.Drop() },
			reason: v1alpha1.ReasonRouterUnreachable, unreachable: true,
		},
		{
			name:   "it never answers a login",
			strike: func(d *routerosdouble.Router) { d.Break(routerosdouble.SilentAtLogin, 0); d.Drop() },
			mend:   func(_ *testing.T, d *routerosdouble.Router, _ string) { d.Mend(); d.Drop() },
			reason: v1alpha1.ReasonRouterUnreachable, unreachable: true,
		},
		{
			name:   "its connection is half open",
			strike: func(d *routerosdouble.Router) { d.Break(routerosdouble.Deaf, 0) },
			mend:   func(_ *testing.T, d *routerosdouble.Router, _ string) { d.Mend() },
			reason: v1alpha1.ReasonRouterUnreachable, unreachable: true,
		},
		{
			name:   "a queue is gone",
			strike: func(d *routerosdouble.Router) { d.Remove(queues, "cable-down") },
			mend: func(_ *testing.T, d *routerosdouble.Router, _ string) {
				d.Add(queues, "name=cable-down", "parent=bridge", "queue=cake", "packet-mark=no-mark", "max-limit=1M")
			},
			reason: v1alpha1.ReasonQueueMissing,
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			d, address := double(t)
			text, _ := mikrotik(t, address)
			a := newAgent(t, text)
			a.until("both rates", bothApplied)
			tc.strike(d)
			// A look reads router and WAN one after the other: the fault may strike between them.
			site := a.until("the fault, told of by router and WAN", func(s []*v1alpha1.Site) bool {
				return condition(s[0], v1alpha1.ConditionDegraded).Reason == tc.reason && device(s).LastError != "" && *device(s).Reachable != tc.unreachable
			})[0]
			if c := condition(site, v1alpha1.ConditionReady); c.Status != metav1.ConditionFalse || c.Reason != tc.reason || c.Message == "" {
				t.Errorf("Ready is %+v", c)
			}
			cycles := site.Status.WANs[0].Cycle.Count
			a.until("cycles during the fault", func(s []*v1alpha1.Site) bool { return s[0].Status.WANs[0].Cycle.Count > cycles+20 })
			for _, queue := range []string{"cable-down", "cable-up"} {
				d.Put(queues, queue, "max-limit=1M")
			}
			tc.mend(t, d, address)
			a.until("no fault", func(s []*v1alpha1.Site) bool {
				return condition(s[0], v1alpha1.ConditionDegraded).Reason != tc.reason &&
					d.Get(queues, "cable-down", "max-limit") == "95000000" && d.Get(queues, "cable-up", "max-limit") == "18000000"
			})
			for _, v := range d.Violations() {
				t.Error(v)
			}
		})
	}
}

// TestOneBadReplyCostsNoMoreThanItself lets replies go wrong in every way, one at
// a time.
func TestOneBadReplyCostsNoMoreThanItself(t *testing.T) {
	for name, fault := range map[string]routerosdouble.Fault{
		"it dies in the middle of a sentence": routerosdouble.ResetMidSentence,
		"it dies before it does anything":     routerosdouble.ResetBefore,
		"it says fatal":                       routerosdouble.Fatal,
		"it announces a word of 4 GiB":        routerosdouble.HugeWord,
		"it answers another command":          routerosdouble.StaleReply,
		"it leaves the tag out":               routerosdouble.Untagged,
		"it refuses a command once":           routerosdouble.Interrupted,
		"it never ends a reply":               routerosdouble.Endless,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d, address := double(t)
			text, _ := mikrotik(t, address)
			a := newAgent(t, text)
			a.until("both rates", bothApplied)
			d.Break(fault, 0)
			d.Put("/queue/tree", "cable-up", "max-limit=1M")
			a.until("the rate to be put back", func(s []*v1alpha1.Site) bool {
				return d.Get("/queue/tree", "cable-up", "max-limit") == "18000000" && device(s).LastError == "" && s[0].Status.WANs[0].Router.DriftsTotal == 1
			})
			for _, v := range d.Violations() {
				t.Error(v)
			}
		})
	}
}
