//go:build linux

package mikrotik

import (
	"net"
	"strings"
	"testing"

	"github.com/vishvananda/netlink"

	"github.com/wanctl/wanctl/api/v1alpha1"
	"github.com/wanctl/wanctl/controller/fluid"
)

// server is an address beyond the cable that takes TCP connections.
const server = "192.0.2.99"

// degraded is why the site is.
func (w *wanctl) degraded() string {
	for _, c := range w.site().Status.Conditions {
		if c.Type == v1alpha1.ConditionDegraded && c.Status == "True" {
			return c.Reason
		}
	}
	return ""
}

// TestLostICMPHoldsTheSteeringAndALostWANTurnsIt takes pings from an idle cable,
// and then everything.
func TestLostICMPHoldsTheSteeringAndALostWANTurnsIt(t *testing.T) { isolated(t, silence) }

func silence(t *testing.T) {
	w := newWanctl(t)
	l := newLines(t, fluid.DirectionConfig{Capacity: fluid.Capacity{First: 80e6}})
	l.addRules()
	near, err := netlink.LinkByName("near")
	must(t, err)
	beyond, err := netlink.ParseAddr(server + "/32")
	must(t, err)
	must(t, netlink.AddrAdd(near, beyond))
	listener, err := net.Listen("tcp", server+":0")
	must(t, err)
	t.Cleanup(func() { listener.Close() })

	address, err := l.double.Start()
	must(t, err)
	// Rates are held where only ICMP is lost, so that connections say no more
	// than that the WAN is there.
	cable := "source: 192.0.2.1}"
	w.configure(strings.Replace(steering, cable, strings.TrimSuffix(cable, "}")+", timeout: 1s, fallback: {tcp: [\""+listener.Addr().String()+"\"], rates: Hold}}", 1), address)
	w.explain()
	w.start()
	w.ready()
	eventually(t, "the rule to be read", func() bool { return w.policy().Rule.State == v1alpha1.RuleOff })

	l.silent.Store(true)
	eventually(t, "lost ICMP to be found out", func() bool { return w.degraded() == v1alpha1.ReasonICMPLost && w.policy().Reason == "PrimaryUnknown" })
	if p := w.policy(); p.Active || p.Turns != 0 || l.enabled() {
		t.Errorf("lost ICMP alone turned the policy: %+v", p)
	}

	must(t, netlink.AddrDel(near, beyond))
	eventually(t, "the rule to be enabled", l.enabled)
	eventually(t, "the status to say why", func() bool {
		p := w.policy()
		return p.Active && p.Reason == "PrimaryDown" && w.degraded() == v1alpha1.ReasonWANDown
	})

	l.silent.Store(false)
	eventually(t, "the rule to be disabled again", func() bool { return !l.enabled() && !w.policy().Active && w.degraded() == "" })
	for _, v := range l.double.Violations() {
		t.Errorf("wanctl did what it should not: %s", v)
	}
}
