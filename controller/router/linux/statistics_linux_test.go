package linux

import (
	"encoding/hex"
	"os"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"github.com/wanctl/wanctl/controller/router"
)

// told are the statistics that tc tells.
func (q tcQdisc) told() Cake {
	c := Cake{
		Bytes: q.Bytes, Packets: q.Packets, Drops: q.Drops, BacklogBytes: q.Backlog, BacklogPackets: q.QLen,
		CapacityEstimate: q.CapacityEstimate * 8, MemoryUsed: q.MemoryUsed, MemoryLimit: q.MemoryLimit,
	}
	us := func(n int64) time.Duration { return time.Duration(n) * time.Microsecond }
	for _, t := range q.Tins {
		c.Tins = append(c.Tins, Tin{
			Threshold: t.Threshold * 8, Bytes: t.Bytes, Packets: t.Packets, Drops: t.Drops, Marks: t.Marks, AckDrops: t.AckDrops,
			BacklogBytes: t.Backlog, PeakDelay: us(t.Peak), AverageDelay: us(t.Average), BaseDelay: us(t.Base),
			Target: us(t.Target), Interval: us(t.Interval),
			SparseFlows: t.Sparse, BulkFlows: t.Bulk, UnresponsiveFlows: t.Unresponsive,
		})
	}
	return c
}

func TestStatisticsAreThoseThatTcTells(t *testing.T) {
	cakeWAN(t)
	r, q := open(t), router.Queue{Name: "w0"}
	for diffserv, tins := range map[string]int{"besteffort": 1, "diffserv3": 3, "diffserv4": 4, "diffserv8": 8, "precedence": 8} {
		sh(t, "tc qdisc replace dev w0 root handle 5: cake bandwidth 2mbit rtt 5ms memlimit 100000 "+diffserv)
		congest(t, r, q)
		got, err := r.Statistics(t.Context(), q)
		must(t, err)
		want := tcRoot(t, "w0").told()
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-tc +wanctl):\n%s", diffserv, diff)
		}
		if len(got.Tins) != tins || got.drops() == 0 || got.marks() == 0 || got.BacklogBytes == 0 || got.Bytes == 0 || got.MemoryLimit != 100000 {
			t.Errorf("%s: too little happened to compare: %+v", diffserv, got)
		}
		c, err := r.Counters(t.Context(), router.Queue{Name: "ifb0"}, q)
		must(t, err)
		up := router.ShaperCounters{Known: true, Bytes: got.Bytes, Drops: got.drops(), Marks: got.marks(), BacklogBytes: uint64(got.BacklogBytes)}
		if diff := cmp.Diff([2]router.ShaperCounters{router.Download: {Known: true}, router.Upload: up}, c.Shapers); diff != "" {
			t.Errorf("%s: counters (-want +got):\n%s", diffserv, diff)
		}
	}
}

// congest sends through a CAKE of 2 Mbit/s until it has marked packets, and then
// more than it holds at a rate at which none leaves for seconds.
func congest(t *testing.T, r *Router, q router.Queue) {
	t.Helper()
	deadline := time.After(20 * time.Second)
	for tick := time.Tick(100 * time.Millisecond); ; {
		sendMany(t, q.Name, 30, 1000)
		select {
		case <-deadline:
			t.Fatal("no packet was marked")
		case <-tick:
		}
		c, err := r.Statistics(t.Context(), q)
		must(t, err)
		if c.marks() > 0 {
			break
		}
	}
	must(t, r.SetRate(t.Context(), q, 800))
	sendMany(t, q.Name, 100, 1000)
}

func TestHTBCountsDropsAndBacklogToo(t *testing.T) {
	wan(t)
	shape(t, "w0", 1)
	sh(t, "tc qdisc add dev w0 parent 1:1 handle 10: pfifo limit 5")
	r, q := open(t), router.Queue{Name: "w0"}
	must(t, r.SetRate(t.Context(), q, 800))
	sendMany(t, "w0", 20, 1000)
	c, err := r.Counters(t.Context(), router.Queue{Name: "ifb0"}, q)
	must(t, err)
	up := c.Shapers[router.Upload]
	if !up.Known || up.Drops == 0 || up.BacklogBytes != 5000 {
		t.Errorf("counters: %+v", up)
	}
	if c.Shapers[router.Download] != (router.ShaperCounters{}) {
		t.Errorf("an interface without a shaper has counted %+v", c.Shapers[router.Download])
	}
}

func TestCountersDoWithoutTheDownloadsInterface(t *testing.T) {
	wan(t)
	send(t, "w0")
	c, err := open(t).Counters(t.Context(), router.Queue{Name: "absent0"}, router.Queue{Name: "w0"})
	if err != nil || c.Upload == 0 || c.Shapers[router.Download].Known {
		t.Errorf("%+v, %v", c, err)
	}
}

func TestReadingCountersDoesNotAllocate(t *testing.T) {
	wan(t)
	shape(t, "w0", 1)
	r, download, upload := open(t), router.Queue{Name: "ifb0"}, router.Queue{Name: "w0"}
	ctx := t.Context()
	if n := testing.AllocsPerRun(50, func() {
		if _, err := r.Counters(ctx, download, upload); err != nil {
			t.Fatal(err)
		}
	}); n >= 1 {
		t.Errorf("%v allocations", n)
	}
}

// recorded is a message of the kernel's about a CAKE of four tins, and what tc
// told of it at the same time.
func recorded(t testing.TB) (message []byte, told tcQdisc) {
	t.Helper()
	text, err := os.ReadFile("testdata/statistics.hex")
	must(t, err)
	return unhex(t, text), rootOf(t, readFile(t, "testdata/statistics.json"))
}

func TestARecordedMessageIsUnderstood(t *testing.T) {
	message, told := recorded(t)
	q, kind, ok := parseQdisc(message)
	if !ok || string(kind) != "cake\x00" {
		t.Fatalf("kind %q", kind)
	}
	var got Cake
	got.parse(q.stats)
	if diff := cmp.Diff(told.told(), got); diff != "" {
		t.Errorf("statistics (-tc +wanctl):\n%s", diff)
	}
	options := parseCake(q.options)
	want := cake{rate: 100, diffserv: 1, flowMode: 5, overhead: 18, mpu: 64, rtt: 5000, target: 250, nat: 1, splitGSO: 1, ackFilter: 1}
	if options != want {
		t.Errorf("options %+v, want %+v", options, want)
	}
}

func TestReadingStatisticsAgainDoesNotAllocate(t *testing.T) {
	message, _ := recorded(t)
	var c Cake
	if n := testing.AllocsPerRun(50, func() {
		q, kind, _ := parseQdisc(message)
		if !c.count(kind, q.stats).Known {
			t.Fatal("not understood")
		}
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func FuzzParseQdisc(f *testing.F) {
	message, _ := recorded(f)
	f.Add(message)
	f.Add(message[:100])
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, message []byte) {
		q, kind, _ := parseQdisc(message)
		var c Cake
		c.count(kind, q.stats)
		c.parse(q.stats)
		if len(c.Tins) > maxTins {
			t.Errorf("%d tins", len(c.Tins))
		}
		parseCake(q.options)
		_, _ = parseClass(message)
		p := poller{pid: 1, seq: 1}
		_, _ = p.each(message, unix.RTM_NEWQDISC, func([]byte) {})
	})
}

func readFile(t testing.TB, name string) []byte {
	t.Helper()
	text, err := os.ReadFile(name)
	must(t, err)
	return text
}

func unhex(t testing.TB, text []byte) []byte {
	t.Helper()
	digits := make([]byte, 0, len(text))
	for _, b := range text {
		if b > ' ' {
			digits = append(digits, b)
		}
	}
	b, err := hex.DecodeString(string(digits))
	must(t, err)
	return b
}
