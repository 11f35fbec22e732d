package routeros_test

import (
	"strings"
	"testing"
	"time"

	"github.com/wanctl/wanctl/controller/router"
	"github.com/wanctl/wanctl/internal/routerosdouble"
)

func TestCountersAreThoseOfTheInterfaceThatTheManifestNames(t *testing.T) {
	b := setUp(t, routerosdouble.Options{})
	b.double.Put("/interface", "bridge", "rx-byte=111", "tx-byte=222")
	up := upload
	up.Interface = "bridge"
	c, err := b.Counters(within(t, patience), download, up)
	must(t, err)
	if c.Download != 111 || c.Upload != 222 {
		t.Errorf("%+v", c)
	}
	up.Interface = "ether9"
	_, err = b.Counters(within(t, patience), download, up)
	wantKind(t, err, router.Missing)
	wantSound(t, b.double)
}

func TestCountersAreElseThoseOfTheUploadsParent(t *testing.T) {
	b := setUp(t, routerosdouble.Options{})
	b.double.Put("/interface", "ether1", "rx-byte=5000000000", "tx-byte=7")
	b.double.Put("/queue/tree", "cable-down", "bytes=4000", "dropped=12", "queued-bytes=3000", "queued-packets=2")
	c, err := b.Counters(within(t, patience), download, upload)
	must(t, err)
	want := router.ShaperCounters{Known: true, Bytes: 4000, Drops: 12, BacklogBytes: 3000, QueuedPackets: 2}
	if c.Download != 5e9 || c.Upload != 7 || c.Shapers[router.Download] != want {
		t.Errorf("%+v", c)
	}
	// One command more for each reading, and the queues' once a second.
	before := b.double.Figures().Commands
	_, err = b.Counters(within(t, patience), download, upload)
	must(t, err)
	if n := b.double.Figures().Commands - before; n != 1 {
		t.Errorf("%d commands for a reading", n)
	}
	wantSound(t, b.double)
}

func TestCountersAreElseThoseOfTheQueues(t *testing.T) {
	b := setUp(t, routerosdouble.Options{})
	down, up := download, upload
	down.Kind, up.Kind, down.Name, up.Name = "simple", "simple", "dsl", "dsl"
	b.double.Put("/queue/simple", "dsl", "bytes=100/9000", "dropped=1/2", "queued-packets=3/4")
	c, err := b.Counters(within(t, patience), down, up)
	must(t, err)
	if c.Download != 9000 || c.Upload != 100 || c.Shapers[router.Upload].Drops != 1 || c.Shapers[router.Download].QueuedPackets != 4 {
		t.Errorf("%+v", c)
	}
	// No older than asked for, though they are the queues'.
	b.double.Put("/queue/simple", "dsl", "bytes=200/9500")
	next, err := b.Counters(within(t, patience), down, up)
	must(t, err)
	if next.Download != 9500 || next.Upload != 200 || !next.At.After(c.At) {
		t.Errorf("%+v after %+v", next, c)
	}
	wantSound(t, b.double)
}

func TestResourcesAreWhatTheRouterSays(t *testing.T) {
	b := setUp(t, routerosdouble.Options{})
	b.double.Put("/system/resource", "", "cpu-load=100", "board-name=RB5009UG+S+")
	r, err := b.Resources(within(t, patience))
	must(t, err)
	if r.CPUPercent != 100 || r.TotalMemory != 1<<30 || r.Board != "RB5009UG+S+" || r.Version != "7.19.4 (stable)" || r.Uptime > time.Minute {
		t.Errorf("%+v", r)
	}
	b.double.Put("/system/resource", "", "cpu-load=much")
	_, err = b.Resources(within(t, patience))
	wantKind(t, err, router.Failed)
	wantSound(t, b.double)
}

func TestInspectFindsWhatKeepsAQueueFromShaping(t *testing.T) {
	for _, tc := range []struct {
		name  string
		spoil func(*routerosdouble.Router)
		want  map[router.Flaw]string
	}{
		{"all is well", func(*routerosdouble.Router) {}, nil},
		{"a disabled queue", func(d *routerosdouble.Router) { d.Put("/queue/tree", "cable-up", "disabled=yes") },
			map[router.Flaw]string{router.FlawQueueDisabled: `/queue tree enable [find name="cable-up"]`}},
		{"an invalid queue", func(d *routerosdouble.Router) { d.Put("/queue/tree", "cable-up", "invalid=true") },
			map[router.Flaw]string{router.FlawQueueInvalid: "/queue tree print"}},
		{"a queue that is not CAKE", func(d *routerosdouble.Router) { d.Put("/queue/tree", "cable-down", "queue=default") },
			map[router.Flaw]string{router.FlawNotCake: "/queue type add name=cake kind=cake"}},
		{"two limits", func(d *routerosdouble.Router) { d.Put("/queue/type", "cake-up", "cake-bandwidth=9M") },
			map[router.Flaw]string{router.FlawShapedTwice: "cake-bandwidth=0"}},
		{"an interface that is down", func(d *routerosdouble.Router) { d.Put("/interface", "ether1", "running=false") },
			map[router.Flaw]string{router.FlawInterfaceDown: "ether1 is down"}},
		{"an interface that is disabled", func(d *routerosdouble.Router) { d.Put("/interface", "bridge", "disabled=yes") },
			map[router.Flaw]string{router.FlawInterfaceDown: `/interface enable "bridge"`}},
		{"fasttrack beside queues on interfaces that take all packets", func(d *routerosdouble.Router) {
			d.Add("/ip/firewall/filter", "chain=forward", "action=fasttrack-connection")
		}, nil},
		{"fasttrack beside a queue of marked packets", func(d *routerosdouble.Router) {
			d.Add("/ip/firewall/filter", "chain=forward", "action=fasttrack-connection")
			d.Put("/queue/tree", "cable-down", "packet-mark=cable")
		}, map[router.Flaw]string{router.FlawFasttrack: "/ip firewall filter disable [find action=fasttrack-connection]"}},
		{"fasttrack of IPv6 beside a global queue on a parent", func(d *routerosdouble.Router) {
			d.Add("/ipv6/firewall/filter", "chain=forward", "action=fasttrack-connection")
			d.Add("/queue/tree", "name=all", "parent=global")
			d.Put("/queue/tree", "cable-down", "parent=all")
		}, map[router.Flaw]string{router.FlawFasttrack: "/ipv6 firewall filter disable"}},
		{"fasttrack that is off", func(d *routerosdouble.Router) {
			d.Add("/ip/firewall/filter", "chain=forward", "action=fasttrack-connection", "disabled=yes")
			d.Put("/queue/tree", "cable-down", "packet-mark=cable")
		}, nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			b := setUp(t, routerosdouble.Options{})
			tc.spoil(b.double)
			found, err := b.Inspect(within(t, patience), download, upload)
			must(t, err)
			if len(found) != len(tc.want) {
				t.Errorf("%d findings, want %d: %+v", len(found), len(tc.want), found)
			}
			for _, f := range found {
				if way, expected := tc.want[f.Flaw]; !expected || !strings.Contains(f.Message, way) || f.WAN != "cable" {
					t.Errorf("%+v; want one of %+v", f, tc.want)
				}
			}
			if n := len(b.double.Sets()); n != 0 {
				t.Errorf("a look set %d properties", n)
			}
			wantSound(t, b.double)
		})
	}
}

func TestInspectNoticesTrafficThatPassesAQueueBy(t *testing.T) {
	b := setUp(t, routerosdouble.Options{})
	look := func(received, queued string) []router.Finding {
		b.double.Put("/interface", "ether1", "rx-byte="+received)
		b.double.Put("/queue/tree", "cable-down", "bytes="+queued)
		found, err := b.Inspect(within(t, patience), download, upload)
		must(t, err)
		return found
	}
	for i, step := range []struct {
		received, queued string
		bypassed         bool
	}{
		{"1000000", "0", false},
		{"2000000", "0", false}, // too little to tell
		{"90000000", "80000000", false},
		{"190000000", "80000100", true},
		{"5000", "80000100", false}, // the counter began anew
	} {
		if found := look(step.received, step.queued); (len(found) == 1 && found[0].Flaw == router.FlawBypassed) != step.bypassed || len(found) > 1 {
			t.Errorf("look %d: %+v", i, found)
		}
	}
}
