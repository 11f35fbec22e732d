package linux

import (
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/vishvananda/netlink"
	"go.uber.org/goleak"
	"golang.org/x/sys/unix"

	"github.com/wanctl/wanctl/controller/router"
	"github.com/wanctl/wanctl/controller/router/routertest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestConformance(t *testing.T) {
	routertest.Run(t, func(t *testing.T) routertest.Harness {
		wan(t)
		shape(t, "w0", 1)
		shape(t, "ifb0", 1)
		r, err := New()
		must(t, err)
		return routertest.Harness{
			Device:   r,
			Download: router.Queue{Name: "ifb0", Direction: router.Download},
			Upload:   router.Queue{Name: "w0", Direction: router.Upload},
			Absent:   router.Queue{Name: "absent0"},
			Traffic:  func(t *testing.T) { send(t, "w0"); send(t, "w1") },
		}
	})
}

// send sends a frame to nobody out of an interface.
func send(t *testing.T, name string) {
	t.Helper()
	fd, err := unix.Socket(unix.AF_PACKET, unix.SOCK_RAW, 0)
	must(t, err)
	defer unix.Close(fd)
	frame := make([]byte, 200)
	copy(frame, []byte{2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 0x88, 0xb5})
	must(t, unix.Sendto(fd, frame, 0, &unix.SockaddrLinklayer{Ifindex: link(t, name).Attrs().Index, Halen: 6}))
}

func TestSettingARateChangesNothingElse(t *testing.T) {
	wan(t)
	shape(t, "w0")
	sh(t, "tc class add dev w0 parent 1: classid 1:1 htb rate 20mbit ceil 20mbit burst 15k cburst 30k prio 3 quantum 3000 overhead 18 mpu 64 linklayer atm")
	sh(t, "tc class add dev w0 parent 1:1 classid 1:10 htb rate 5mbit ceil 200mbit")
	sh(t, "tc qdisc add dev w0 parent 1:10 handle 10: pfifo limit 77")
	r, q := open(t), router.Queue{Name: "w0"}
	before := sh(t, "tc -d class show dev w0")
	for _, rate := range []int64{999e6, 3e6, 333_333_333, 20e6} {
		must(t, r.SetRate(t.Context(), q, rate))
		if got := sh(t, "tc -d class show dev w0"); rate != 20e6 && got == before {
			t.Errorf("%d bit/s changed nothing", rate)
		}
	}
	if diff := cmp.Diff(before, sh(t, "tc -d class show dev w0")); diff != "" {
		t.Errorf("classes after the rate came back (-before +after):\n%s", diff)
	}
	if got := sh(t, "tc qdisc show dev w0"); !strings.Contains(got, "pfifo 10: parent 1:10 limit 77p") {
		t.Errorf("qdiscs: %s", got)
	}
}

func TestALeafKeepsItsPriorityAndQuantum(t *testing.T) {
	wan(t)
	shape(t, "w0")
	sh(t, "tc class add dev w0 parent 1: classid 1:1 htb rate 40mbit prio 3 quantum 3000")
	must(t, open(t).SetRate(t.Context(), router.Queue{Name: "w0"}, 7e6))
	if got := sh(t, "tc -d class show dev w0"); !strings.Contains(got, "prio 3 quantum 3000") {
		t.Errorf("class: %s", got)
	}
}

func TestBurstsDoNotWanderOverManyChanges(t *testing.T) {
	wan(t)
	shape(t, "w0", 1)
	r, q := open(t), router.Queue{Name: "w0"}
	before := bursts(t, r)
	for i := range int64(5000) {
		must(t, r.SetRate(t.Context(), q, 1e6+(i*7919%900)*1e6))
	}
	must(t, r.SetRate(t.Context(), q, 100e6))
	if after := bursts(t, r); math.Abs(after.rateBytes-before.rateBytes) > before.rateBytes/100 ||
		math.Abs(after.ceilBytes-before.ceilBytes) > before.ceilBytes/100 {
		t.Errorf("bursts went from %+v to %+v", before, after)
	}
}

func bursts(t *testing.T, r *Router) burst {
	t.Helper()
	must(t, r.kernel.begin(t.Context()))
	s, err := r.shaper(router.Queue{Name: "w0"})
	must(t, err)
	return burstOf(s.(htb).class)
}

func TestABurstThatSomebodyChangesIsKept(t *testing.T) {
	wan(t)
	shape(t, "w0", 1)
	r, q := open(t), router.Queue{Name: "w0"}
	must(t, r.SetRate(t.Context(), q, 10e6))
	sh(t, "tc class change dev w0 parent 1: classid 1:1 htb rate 10mbit burst 64k cburst 64k")
	must(t, r.SetRate(t.Context(), q, 20e6))
	if got := bursts(t, r); math.Abs(got.rateBytes-65536) > 100 {
		t.Errorf("the burst is %v bytes", got.rateBytes)
	}
}

func TestRatesBeyond32BitsOfBytes(t *testing.T) {
	wan(t)
	shape(t, "w0", 1)
	r, q := open(t), router.Queue{Name: "w0"}
	for _, want := range []int64{40e9, 100e6, 34_359_738_360, 100e9} {
		must(t, r.SetRate(t.Context(), q, want))
		if got, err := r.Rate(t.Context(), q); err != nil || got != want {
			t.Errorf("got %d, %v; want %d", got, err, want)
		}
	}
}

func TestAnInterfaceThatIsMadeAnewIsFoundAgain(t *testing.T) {
	wan(t)
	shape(t, "w0", 1)
	r, q := open(t), router.Queue{Name: "w0"}
	must(t, r.SetRate(t.Context(), q, 10e6))
	must(t, netlink.LinkDel(link(t, "w0")))
	if e, ok := errors.AsType[*router.Error](r.SetRate(t.Context(), q, 20e6)); !ok || e.Kind != router.Missing {
		t.Fatalf("error while it is gone: %v", e)
	}
	must(t, netlink.LinkAdd(&netlink.Veth{LinkAttrs: named("w0"), PeerName: "w1"}))
	shape(t, "w0", 1)
	must(t, r.SetRate(t.Context(), q, 20e6))
	if got, err := r.Rate(t.Context(), q); err != nil || got != 20e6 {
		t.Errorf("got %d, %v", got, err)
	}
}

func TestWhatIsInTheWayIsSaid(t *testing.T) {
	shapes := map[string]func(t *testing.T){
		"none":     func(*testing.T) {},
		"tbf":      func(t *testing.T) { sh(t, "tc qdisc add dev w0 root tbf rate 10mbit burst 10k latency 50ms") },
		"no class": func(t *testing.T) { shape(t, "w0") },
		"two":      func(t *testing.T) { shape(t, "w0", 1, 0x10) },
	}
	for _, tc := range []struct {
		name, shape string
		queue       router.Queue
		kind        router.Kind
		says        string
	}{
		{"no such interface", "none", router.Queue{Name: "absent0"}, router.Missing,
			"set the rate of absent0: there is no such interface"},
		{"no qdisc", "none", router.Queue{Name: "w0"}, router.Missing,
			"set the rate of w0: w0 has neither CAKE nor HTB at its root (found: noqueue); create one with: tc qdisc replace dev w0 root cake bandwidth 100mbit; where the kernel has no CAKE: tc qdisc replace dev w0 root handle 1: htb default 1 && tc class replace dev w0 parent 1: classid 1:1 htb rate 100mbit"},
		{"another qdisc", "tbf", router.Queue{Name: "w0"}, router.Missing,
			"set the rate of w0: w0 has neither CAKE nor HTB at its root (found: tbf); create one with: tc qdisc replace dev w0 root cake bandwidth 100mbit; where the kernel has no CAKE: tc qdisc replace dev w0 root handle 1: htb default 1 && tc class replace dev w0 parent 1: classid 1:1 htb rate 100mbit"},
		{"no class", "no class", router.Queue{Name: "w0"}, router.Missing,
			"set the rate of w0: w0 has an HTB qdisc 1: without a class; create one with: tc class add dev w0 parent 1: classid 1:1 htb rate 100mbit"},
		{"several classes", "two", router.Queue{Name: "w0"}, router.Missing,
			"set the rate of w0: w0 has several HTB classes directly under its root (1:1, 1:10); set class to one of them"},
		{"the wrong class", "two", router.Queue{Name: "w0", Class: "1:20"}, router.Missing,
			"set the rate of w0: w0 has no HTB class 1:20 (found: 1:1, 1:10)"},
		{"no class at all", "two", router.Queue{Name: "w0", Class: "default"}, router.Missing,
			`set the rate of w0: "default" is not a class: write it as tc does, as in 1:10`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			wan(t)
			shapes[tc.shape](t)
			e, ok := errors.AsType[*router.Error](open(t).SetRate(t.Context(), tc.queue, 10e6))
			if !ok || e.Kind != tc.kind || e.Error() != tc.says {
				t.Errorf("got kind %d: %v\nwant kind %d: %s", e.Kind, e, tc.kind, tc.says)
			}
		})
	}
}

func TestAClassIsChosenByName(t *testing.T) {
	wan(t)
	shape(t, "w0", 1, 0x10)
	r := open(t)
	must(t, r.SetRate(t.Context(), router.Queue{Name: "w0", Class: "1:10"}, 10e6))
	for class, want := range map[string]int64{"1:10": 10e6, "1:1": 100e6} {
		if got, err := r.Rate(t.Context(), router.Queue{Name: "w0", Class: class}); err != nil || got != want {
			t.Errorf("class %s: %d, %v; want %d", class, got, err, want)
		}
	}
}

func TestWithoutRightsAWriteIsDeniedAndAReadIsNot(t *testing.T) {
	wan(t)
	shape(t, "w0", 1)
	r, q := open(t), router.Queue{Name: "w0"}
	dropRights(t)
	if _, err := r.Rate(t.Context(), q); err != nil {
		t.Errorf("read: %v", err)
	}
	e, ok := errors.AsType[*router.Error](r.SetRate(t.Context(), q, 10e6))
	if !ok || e.Kind != router.Denied || !strings.Contains(e.Error(), "CAP_NET_ADMIN") {
		t.Errorf("write: %v", e)
	}
}

// dropRights takes the capabilities of the test's thread, which ends with it.
func dropRights(t *testing.T) {
	t.Helper()
	header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var none [2]unix.CapUserData
	must(t, unix.Capset(&header, &none[0]))
}

func BenchmarkSetRate(b *testing.B) {
	wan(b)
	shape(b, "w0", 1)
	r, q := open(b), router.Queue{Name: "w0"}
	rate := int64(10e6)
	b.ReportAllocs()
	for b.Loop() {
		rate += 8
		must(b, r.SetRate(b.Context(), q, rate))
	}
}

func BenchmarkCounters(b *testing.B) {
	wan(b)
	download, upload := router.Queue{Name: "ifb0"}, router.Queue{Name: "w0"}
	if hasCAKE(b) {
		sh(b, "tc qdisc replace dev w0 root cake bandwidth 100mbit")
		sh(b, "tc qdisc replace dev ifb0 root cake bandwidth 100mbit ingress")
	} else {
		shape(b, "w0", 1)
		shape(b, "ifb0", 1)
	}
	r := open(b)
	b.ReportAllocs()
	for b.Loop() {
		_, err := r.Counters(b.Context(), download, upload)
		must(b, err)
	}
}
