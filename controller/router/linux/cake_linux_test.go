package linux

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"github.com/wanctl/wanctl/controller/router"
	"github.com/wanctl/wanctl/controller/router/routertest"
)

// cakeWAN is wan with CAKE at both roots, where the kernel has it.
func cakeWAN(t testing.TB) {
	t.Helper()
	wan(t)
	needCAKE(t)
	sh(t, "tc qdisc replace dev w0 root cake bandwidth 100mbit")
	sh(t, "tc qdisc replace dev ifb0 root cake bandwidth 100mbit ingress")
}

func needCAKE(t testing.TB) {
	t.Helper()
	if !hasCAKE(t) {
		t.Skip("this kernel has no CAKE (sch_cake)")
	}
}

// hasCAKE tries it on w1.
func hasCAKE(t testing.TB) bool {
	t.Helper()
	k := open(t).kernel
	must(t, k.begin(t.Context()))
	index := link(t, "w1").Attrs().Index
	_, err := k.ask(rootRequest(unix.RTM_NEWQDISC, unix.NLM_F_CREATE|unix.NLM_F_REPLACE, index, 0, "cake", rateAttribute(1e6)), 0)
	if err == nil {
		sh(t, "tc qdisc del dev w1 root")
	} else if !errors.Is(err, unix.ENOENT) {
		t.Fatal(err)
	}
	return err == nil
}

// tcQdisc is what `tc -s -j qdisc show` says of an interface's root.
type tcQdisc struct {
	Kind    string         `json:"kind"`
	Handle  string         `json:"handle"`
	Root    bool           `json:"root"`
	Options map[string]any `json:"options"`

	Bytes            uint64  `json:"bytes"`
	Packets          uint32  `json:"packets"`
	Drops            uint32  `json:"drops"`
	Backlog          uint32  `json:"backlog"`
	QLen             uint32  `json:"qlen"`
	MemoryUsed       uint32  `json:"memory_used"`
	MemoryLimit      uint32  `json:"memory_limit"`
	CapacityEstimate uint64  `json:"capacity_estimate"`
	Tins             []tcTin `json:"tins"`
}

type tcTin struct {
	Threshold    uint64 `json:"threshold_rate"`
	Bytes        uint64 `json:"sent_bytes"`
	Packets      uint32 `json:"sent_packets"`
	Drops        uint32 `json:"drops"`
	Marks        uint32 `json:"ecn_mark"`
	AckDrops     uint32 `json:"ack_drops"`
	Backlog      uint32 `json:"backlog_bytes"`
	Target       int64  `json:"target_us"`
	Interval     int64  `json:"interval_us"`
	Peak         int64  `json:"peak_delay_us"`
	Average      int64  `json:"avg_delay_us"`
	Base         int64  `json:"base_delay_us"`
	Sparse       uint32 `json:"sparse_flows"`
	Bulk         uint32 `json:"bulk_flows"`
	Unresponsive uint32 `json:"unresponsive_flows"`
}

// tcRoot is the root qdisc of an interface as tc tells it.
func tcRoot(t testing.TB, name string) tcQdisc {
	t.Helper()
	return rootOf(t, []byte(sh(t, "tc -s -j qdisc show dev "+name)))
}

func rootOf(t testing.TB, text []byte) tcQdisc {
	t.Helper()
	var list []tcQdisc
	must(t, json.Unmarshal(text, &list))
	for _, q := range list {
		if q.Root {
			return q
		}
	}
	t.Fatalf("tc shows no root qdisc: %s", text)
	return tcQdisc{}
}

func TestConformanceWithCAKE(t *testing.T) {
	routertest.Run(t, func(t *testing.T) routertest.Harness {
		cakeWAN(t)
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

func TestSettingCAKEsRateChangesNoOtherOption(t *testing.T) {
	cakeWAN(t)
	r, q := open(t), router.Queue{Name: "w0"}
	for _, options := range []string{
		"diffserv3",
		"besteffort dual-srchost nat wash ack-filter overhead 34 mpu 64 ptm rtt 60ms memlimit 3000000 fwmark 0xff",
		"diffserv4 dual-dsthost ingress ack-filter-aggressive overhead -4 atm no-split-gso rtt 1s",
		"diffserv8 hosts raw nonat nowash", "precedence flowblind ethernet ether-vlan metro", "diffserv4 flows docsis satellite nat",
	} {
		sh(t, "tc qdisc replace dev w0 root cake bandwidth 20mbit "+options)
		before := tcRoot(t, "w0")
		for _, rate := range []int64{999e6, 3e6, 333_333_336, 40e9, 8, 20e6} {
			must(t, r.SetRate(t.Context(), q, rate))
			after := tcRoot(t, "w0")
			if got := after.Options["bandwidth"]; got != float64(rate/8) {
				t.Errorf("%s: tc says %v bytes/s after %d bit/s were set", options, got, rate)
			}
			after.Options["bandwidth"] = before.Options["bandwidth"]
			if diff := cmp.Diff(before.Options, after.Options); diff != "" || after.Handle != before.Handle {
				t.Errorf("%s at %d bit/s: %s became %s (-before +after)\n%s", options, rate, before.Handle, after.Handle, diff)
			}
			if got, err := r.Rate(t.Context(), q); err != nil || got != rate {
				t.Errorf("%s: reads %d, %v; want %d", options, got, err, rate)
			}
		}
	}
}

func TestRatesThatTcSetsAreRead(t *testing.T) {
	cakeWAN(t)
	r, q := open(t), router.Queue{Name: "w0"}
	for bandwidth, want := range map[string]int64{
		"20mbit": 20e6, "100kbit": 100e3, "12345678bit": 12_345_672, "40gbit": 40e9,
	} {
		sh(t, "tc qdisc change dev w0 root cake bandwidth "+bandwidth)
		if got, err := r.Rate(t.Context(), q); err != nil || got != want {
			t.Errorf("%s: %d, %v; want %d", bandwidth, got, err, want)
		}
	}
	sh(t, "tc qdisc change dev w0 root cake unlimited")
	if got, err := r.Rate(t.Context(), q); err != nil || got != math.MaxInt64 {
		t.Errorf("unlimited: %d, %v", got, err)
	}
}

func TestWhatIsInCAKEsWayIsSaid(t *testing.T) {
	cakeWAN(t)
	r := open(t)
	sh(t, "tc qdisc change dev ifb0 root cake autorate-ingress")
	for _, tc := range []struct {
		queue router.Queue
		says  string
	}{
		{router.Queue{Name: "w0", Class: "1:1"},
			"set the rate of w0: w0 is shaped by CAKE, which has no classes; leave out class: 1:1"},
		{router.Queue{Name: "ifb0"},
			"set the rate of ifb0: the CAKE of ifb0 sets its own rate (autorate-ingress); end that with: tc qdisc change dev ifb0 root cake bandwidth 100mbit"},
	} {
		e, ok := errors.AsType[*router.Error](r.SetRate(t.Context(), tc.queue, 10e6))
		if !ok || e.Kind != router.Missing || e.Error() != tc.says {
			t.Errorf("got %v\nwant %s", e, tc.says)
		}
	}
	sh(t, "tc qdisc change dev ifb0 root cake bandwidth 100mbit")
	must(t, r.SetRate(t.Context(), router.Queue{Name: "ifb0"}, 10e6))
}

func TestSettingCAKEsRateKeepsWhatIsQueued(t *testing.T) {
	cakeWAN(t)
	r, q := open(t), router.Queue{Name: "w0"}
	must(t, r.SetRate(t.Context(), q, 800))
	sendMany(t, "w0", 20, 1000)
	before := tcRoot(t, "w0")
	must(t, r.SetRate(t.Context(), q, 1600))
	after := tcRoot(t, "w0")
	if before.QLen < 10 || after.QLen != before.QLen || after.Drops != before.Drops || after.Tins[1].Packets != before.Tins[1].Packets {
		t.Errorf("from %+v to %+v", before, after)
	}
}

// sendMany sends UDP packets that allow ECN, of a size in bytes, each from a
// port of its own if there are many flows.
func sendMany(t testing.TB, name string, count, size int) {
	t.Helper()
	fd, err := unix.Socket(unix.AF_PACKET, unix.SOCK_RAW, 0)
	must(t, err)
	defer unix.Close(fd)
	frame := make([]byte, size)
	copy(frame, []byte{
		2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0,
		0x45, 2, byte((size - 14) >> 8), byte(size - 14), 0, 0, 0, 0, 64, 17, 0, 0, 192, 0, 2, 1, 192, 0, 2, 2,
		0x12, 0x34, 0x56, 0x78, byte((size - 34) >> 8), byte(size - 34), 0, 0,
	})
	sum := uint32(0)
	for i := 14; i < 34; i += 2 {
		sum += uint32(frame[i])<<8 | uint32(frame[i+1])
	}
	sum = ^(sum>>16 + sum&0xffff)
	frame[24], frame[25] = byte(sum>>8), byte(sum)
	to := &unix.SockaddrLinklayer{Ifindex: link(t, name).Attrs().Index, Halen: 6, Protocol: 8}
	for range count {
		if err := unix.Sendto(fd, frame, 0, to); err != nil && !errors.Is(err, unix.ENOBUFS) {
			t.Fatal(fmt.Errorf("send on %s: %w", name, err))
		}
	}
}

func TestWithoutCAKEInTheKernelTheErrorSaysWhatToDo(t *testing.T) {
	wan(t)
	if hasCAKE(t) {
		t.Skip("this kernel has CAKE")
	}
	_, err := open(t).Ensure(t.Context(), managedUpload())
	e, ok := errors.AsType[*router.Error](err)
	if !ok || e.Kind != router.Unsupported || !strings.HasPrefix(e.Error(), "build w0: this kernel has no CAKE: load it (modprobe sch_cake") {
		t.Errorf("got %v", err)
	}
}
