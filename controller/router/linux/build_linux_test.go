package linux

import (
	"errors"
	"net"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/vishvananda/netlink"

	"github.com/wanctl/wanctl/api/v1alpha1"
	"github.com/wanctl/wanctl/controller/router"
)

func managedUpload() router.Queue {
	return router.Queue{WAN: "cable", Direction: router.Upload, Name: "w0", Interface: "w0", Ceiling: 18e6,
		Cake: options(func(*v1alpha1.CakeOptions) {})}
}

func managedDownload() router.Queue {
	return router.Queue{WAN: "cable", Direction: router.Download, Name: "ifb4w0", Interface: "w0", Ceiling: 95e6,
		Cake: options(func(o *v1alpha1.CakeOptions) {
			o.Isolation, o.Ingress, o.Wash = v1alpha1.CakeDualDstHost, new(true), new(true)
		})}
}

// standing is all that stands around shapers in the namespace, as ip and tc
// tell it.
func standing(t testing.TB) string {
	t.Helper()
	out := sh(t, "tc qdisc show") + sh(t, "tc filter show dev w0 ingress")
	links, err := netlink.LinkList()
	must(t, err)
	for _, l := range links {
		a := l.Attrs()
		out += a.Name + " " + l.Type() + " " + a.Alias + " " + (a.Flags & net.FlagUp).String() + "\n"
	}
	return out
}

func ensure(t testing.TB, r *Router, q router.Queue) []string {
	t.Helper()
	done, err := r.Ensure(t.Context(), q)
	must(t, err)
	return done
}

func wantDone(t testing.TB, got []string, want ...string) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("done (-want +got):\n%s", diff)
	}
}

func TestManagedQueuesAreMadeOnceAndTakenAway(t *testing.T) {
	wan(t)
	needCAKE(t)
	r, up, down := open(t), managedUpload(), managedDownload()
	before := standing(t)
	wantDone(t, ensure(t, r, up), "put CAKE at the root of w0")
	wantDone(t, ensure(t, r, down), "made the IFB ifb4w0", "put CAKE at the root of ifb4w0", "redirected what arrives on w0 to ifb4w0")
	made := standing(t)
	for _, part := range []string{
		"qdisc cake ca4e: dev w0 root refcnt 2 bandwidth 18Mbit besteffort dual-srchost nat nowash no-ack-filter split-gso rtt 100ms raw overhead 0 mpu 64",
		"qdisc cake ca4e: dev ifb4w0 root refcnt 2 bandwidth 95Mbit besteffort dual-dsthost nat wash ingress no-ack-filter split-gso rtt 100ms raw overhead 0 mpu 64",
		"qdisc ingress ffff: dev w0", "pref 51791 matchall", "mirred (Egress Redirect to device ifb4w0) stolen", "ifb4w0 ifb wanctl up",
	} {
		if !strings.Contains(made, part) {
			t.Errorf("nothing says %q in:\n%s", part, made)
		}
	}
	for q, rate := range map[*router.Queue]int64{&up: 18e6, &down: 95e6} {
		if got, err := r.Rate(t.Context(), *q); err != nil || got != rate {
			t.Errorf("%s: %d, %v; want %d", q.Name, got, err, rate)
		}
	}
	send(t, "w1")
	c, err := r.Counters(t.Context(), down, up)
	if err != nil || c.Shapers[router.Download].Bytes == 0 {
		t.Errorf("what arrived did not pass the IFB: %+v, %v", c, err)
	}
	other := open(t)
	wantDone(t, ensure(t, other, up))
	wantDone(t, ensure(t, other, down))
	must(t, other.Remove(t.Context(), down))
	must(t, other.Remove(t.Context(), up))
	if diff := cmp.Diff(before, standing(t)); diff != "" {
		t.Errorf("left behind (-before +after):\n%s", diff)
	}
	must(t, other.Remove(t.Context(), down))
	must(t, other.Remove(t.Context(), up))
}

func TestAKeptRateOutlastsAChangeOfOptions(t *testing.T) {
	wan(t)
	needCAKE(t)
	r, q := open(t), managedUpload()
	ensure(t, r, q)
	must(t, r.SetRate(t.Context(), q, 7e6))
	for _, c := range creations() {
		q.Cake = c.options
		ensure(t, r, q)
		wantDone(t, ensure(t, r, q))
		if got, err := r.Rate(t.Context(), q); err != nil || got != 7e6 {
			t.Errorf("%+v: %d, %v", c.options, got, err)
		}
	}
}

func TestEveryOptionIsWhatTcPrints(t *testing.T) {
	wan(t)
	needCAKE(t)
	r, q := open(t), managedUpload()
	ensure(t, r, q)
	for command, c := range creations() {
		q.Cake, q.Ceiling = c.options, c.rate
		ensure(t, r, q)
		must(t, r.SetRate(t.Context(), q, c.rate))
		got := tcRoot(t, "w0").Options
		sh(t, strings.Replace(strings.Replace(command, " w0 ", " w1 ", 1), "ca4e:", "1:", 1))
		if diff := cmp.Diff(tcRoot(t, "w1").Options, got); diff != "" {
			t.Errorf("%s (-tc's +wanctl's):\n%s", command, diff)
		}
		sh(t, "tc qdisc del dev w1 root")
	}
}

func TestWithoutAnMPUAnEarlierOneGoes(t *testing.T) {
	wan(t)
	needCAKE(t)
	r, q := open(t), managedUpload()
	sh(t, "tc qdisc replace dev w0 root cake bandwidth 5mbit ethernet autorate-ingress")
	q.Cake = options(func(o *v1alpha1.CakeOptions) { o.MPU = 0 })
	wantDone(t, ensure(t, r, q), "changed the options of the CAKE of w0")
	wantDone(t, ensure(t, r, q))
	got := tcRoot(t, "w0").Options
	if got["mpu"] != nil || got["overhead"] != 0.0 || got["raw"] != true || got["autorate"] != nil || got["bandwidth"] != 5e6/8 {
		t.Errorf("options: %v", got)
	}
}

func TestWhatOthersMadeIsUsedAndStays(t *testing.T) {
	wan(t)
	needCAKE(t)
	r, up, down := open(t), managedUpload(), managedDownload()
	down.Name = "ifb0"
	sh(t, "ip link set ifb0 down")
	sh(t, "tc qdisc replace dev w0 root handle 7: cake unlimited diffserv4")
	sh(t, "tc qdisc replace dev ifb0 root handle 8: cake bandwidth 50mbit")
	sh(t, "tc qdisc add dev w0 clsact")
	sh(t, "tc filter add dev w0 ingress protocol all u32 match u32 0 0 action mirred egress redirect dev ifb0")
	wantDone(t, ensure(t, r, up), "changed the options of the CAKE of w0")
	wantDone(t, ensure(t, r, down), "brought up the IFB ifb0", "changed the options of the CAKE of ifb0")
	for q, rate := range map[*router.Queue]int64{&up: 18e6, &down: 50e6} {
		if got, err := r.Rate(t.Context(), *q); err != nil || got != rate {
			t.Errorf("%s: %d, %v; want %d", q.Name, got, err, rate)
		}
	}
	before := standing(t)
	must(t, r.Remove(t.Context(), down))
	must(t, r.Remove(t.Context(), up))
	if diff := cmp.Diff(before, standing(t)); diff != "" {
		t.Errorf("taken away (-before +after):\n%s", diff)
	}
}

func TestOnlyWhatIsMarkedIsTakenAway(t *testing.T) {
	wan(t)
	needCAKE(t)
	r, down := open(t), managedDownload()
	down.Name = "ifb0"
	before := standing(t)
	wantDone(t, ensure(t, r, down), "put CAKE at the root of ifb0", "redirected what arrives on w0 to ifb0")
	sh(t, "tc filter add dev w0 ingress pref 9 protocol ip u32 match u32 0 0 action pass")
	must(t, r.Remove(t.Context(), down))
	if got := sh(t, "tc filter show dev w0 ingress"); !strings.Contains(got, "pref 9 u32") || strings.Contains(got, "matchall") {
		t.Errorf("filters: %s", got)
	}
	sh(t, "tc qdisc del dev w0 ingress")
	if diff := cmp.Diff(before, standing(t)); diff != "" {
		t.Errorf("left behind (-before +after):\n%s", diff)
	}
}

func TestWhatIsInAManagedQueuesWayIsSaid(t *testing.T) {
	for name, tc := range map[string]struct {
		setup string
		queue func(*router.Queue)
		says  string
	}{
		"a root of somebody's": {"tc qdisc add dev w0 root handle 3: pfifo", nil,
			"build w0: the root of w0 is taken by pfifo 3:0, which wanctl did not make; remove it with: tc qdisc del dev w0 root"},
		"no such interface": {"", func(q *router.Queue) { q.Name, q.Interface = "absent0", "absent0" },
			"build absent0: there is no such interface"},
		"an interface that is no IFB": {"", func(q *router.Queue) { *q = managedDownload(); q.Name = "w1" },
			"build w1: w1 is no IFB but a veth; name one that is not there yet, as ifb4w0"},
	} {
		t.Run(name, func(t *testing.T) {
			wan(t)
			if tc.setup != "" {
				sh(t, tc.setup)
			}
			q := managedUpload()
			if tc.queue != nil {
				tc.queue(&q)
			}
			before := standing(t)
			_, err := open(t).Ensure(t.Context(), q)
			e, ok := errors.AsType[*router.Error](err)
			if !ok || e.Kind != router.Missing || e.Error() != tc.says {
				t.Errorf("got %v\nwant %s", err, tc.says)
			}
			if diff := cmp.Diff(before, standing(t)); diff != "" {
				t.Errorf("changed all the same (-before +after):\n%s", diff)
			}
		})
	}
}
