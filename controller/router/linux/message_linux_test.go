package linux

import (
	"encoding/binary"
	"encoding/hex"
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/vishvananda/netlink"
	"github.com/vishvananda/netlink/nl"
	"golang.org/x/sys/unix"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/wanctl/wanctl/api/v1alpha1"
	"github.com/wanctl/wanctl/controller/router"
)

var update = flag.Bool("update", false, "record anew what tc sends and what the kernel answers; needs CAKE, nlmon and iproute2")

// options are a manifest's, changed from these defaults.
func options(change func(*v1alpha1.CakeOptions)) *v1alpha1.CakeOptions {
	yes, no := true, false
	o := &v1alpha1.CakeOptions{
		Diffserv: v1alpha1.CakeBestEffort, Isolation: v1alpha1.CakeDualSrcHost, RTT: &metav1.Duration{Duration: 100 * time.Millisecond},
		MPU: 64, ATM: v1alpha1.CakeNoATM, NAT: &yes, Wash: &no, AckFilter: v1alpha1.CakeAckNone, Ingress: &no, SplitGSO: &yes,
	}
	change(o)
	return o
}

// spelled are those defaults as tc is told of them.
var spelled = map[string]string{
	"bandwidth": "bandwidth 18mbit", "diffserv": "besteffort", "isolation": "dual-srchost", "nat": "nat", "wash": "nowash",
	"ack": "no-ack-filter", "gso": "split-gso", "direction": "egress", "overhead": "raw", "rtt": "rtt 100ms", "mpu": "mpu 64",
}

// command is tc's that makes a CAKE of the defaults, less what is spelled
// otherwise.
func command(otherwise map[string]string) string {
	words := maps.Clone(spelled)
	maps.Copy(words, otherwise)
	text := "tc qdisc replace dev w0 root handle ca4e: cake"
	for _, key := range slices.Sorted(maps.Keys(words)) {
		text += " " + words[key]
	}
	return text
}

// creations are manifests' options and the command that says the same to tc.
func creations() map[string]struct {
	options *v1alpha1.CakeOptions
	rate    int64
} {
	type creation = struct {
		options *v1alpha1.CakeOptions
		rate    int64
	}
	list := map[string]creation{}
	add := func(key, value string, change func(*v1alpha1.CakeOptions)) {
		list[command(map[string]string{key: value})] = creation{options(change), 18e6}
	}
	for o := range diffservs {
		add("diffserv", string(o), func(c *v1alpha1.CakeOptions) { c.Diffserv = o })
	}
	for o := range flowModes {
		add("isolation", string(o), func(c *v1alpha1.CakeOptions) { c.Isolation = o })
	}
	for o := range atms {
		add("overhead", string(o)+" overhead 34", func(c *v1alpha1.CakeOptions) { c.ATM, c.Overhead = o, new(int32(34)) })
	}
	add("overhead", "noatm overhead -4", func(c *v1alpha1.CakeOptions) { c.Overhead = new(int32(-4)) })
	add("overhead", "noatm overhead 0", func(c *v1alpha1.CakeOptions) { c.Overhead = new(int32(0)) })
	add("mpu", "mpu 256", func(c *v1alpha1.CakeOptions) { c.MPU = 256 })
	add("ack", "ack-filter", func(c *v1alpha1.CakeOptions) { c.AckFilter = v1alpha1.CakeAckFilterOn })
	add("ack", "ack-filter-aggressive", func(c *v1alpha1.CakeOptions) { c.AckFilter = v1alpha1.CakeAckAggressive })
	add("nat", "nonat", func(c *v1alpha1.CakeOptions) { c.NAT = new(false) })
	add("wash", "wash", func(c *v1alpha1.CakeOptions) { c.Wash = new(true) })
	add("gso", "no-split-gso", func(c *v1alpha1.CakeOptions) { c.SplitGSO = new(false) })
	add("direction", "ingress", func(c *v1alpha1.CakeOptions) { c.Ingress = new(true) })
	for _, rtt := range []time.Duration{100 * time.Microsecond, 60 * time.Millisecond, 1000 * time.Second} {
		add("rtt", fmt.Sprintf("rtt %dus", rtt.Microseconds()), func(c *v1alpha1.CakeOptions) { c.RTT.Duration = rtt })
	}
	list[command(map[string]string{"bandwidth": "bandwidth 40gbit"})] = creation{options(func(*v1alpha1.CakeOptions) {}), 40e9}
	return list
}

// changes are rates and the commands that set them.
var changes = map[string]int64{
	"tc qdisc change dev w0 root cake bandwidth 20mbit": 20e6,
	"tc qdisc change dev w0 root cake bandwidth 8bit":   8,
	"tc qdisc change dev w0 root cake bandwidth 40gbit": 40e9,
}

// testLink stands for the interface in recorded messages.
const testLink = 0x11223344

func TestAMadeCAKEIsWhatTcWouldSend(t *testing.T) {
	tc := readMessages(t)
	for command, c := range creations() {
		got := rootRequest(unix.RTM_NEWQDISC, unix.NLM_F_CREATE|unix.NLM_F_REPLACE, testLink,
			netlink.MakeHandle(mark, 0), "cake", cakeOf(c.options, uint64(c.rate)/8).attribute())
		if diff := cmp.Diff(hex.Dump(tc[command]), hex.Dump(neutral(got.Serialize()))); diff != "" || tc[command] == nil {
			t.Errorf("%s (-tc +wanctl):\n%s", command, diff)
		}
	}
}

func TestAChangeOfRateIsWhatTcWouldSendLessAutorate(t *testing.T) {
	tc := readMessages(t)
	for command, rate := range changes {
		got := rootRequest(unix.RTM_NEWQDISC, 0, testLink, 0, "cake", rateAttribute(uint64(rate)/8)).Serialize()
		want := slices.Clone(tc[command])
		autorate := nl.NewRtAttr(cakeAutorate, nl.Uint32Attr(0)).Serialize()
		if !strings.HasSuffix(string(want), string(autorate)) {
			t.Fatalf("%s: tc did not send an option for autorate last: % x", command, want)
		}
		want = want[:len(want)-len(autorate)]
		binary.NativeEndian.PutUint32(want, uint32(len(want)))
		options := strings.Index(string(want), "cake\x00\x00\x00\x00") + 8
		binary.NativeEndian.PutUint16(want[options:], uint16(len(want)-options))
		if diff := cmp.Diff(hex.Dump(want), hex.Dump(neutral(got))); diff != "" {
			t.Errorf("%s (-tc +wanctl):\n%s", command, diff)
		}
	}
}

// neutral is a request without its number and sender, about the test's
// interface.
func neutral(message []byte) []byte {
	b := slices.Clone(message)
	clear(b[8:16])
	binary.NativeEndian.PutUint32(b[20:], testLink)
	return b
}

const messages = "testdata/tc.txt"

// readMessages are the recorded requests of tc by their commands.
func readMessages(t testing.TB) map[string][]byte {
	t.Helper()
	found := map[string][]byte{}
	for _, part := range strings.Split(string(readFile(t, messages)), "$ ")[1:] {
		command, digits, _ := strings.Cut(part, "\n")
		found[command] = unhex(t, []byte(digits))
	}
	return found
}

func TestTcStillSendsWhatWasRecorded(t *testing.T) {
	cakeWAN(t)
	tap := newTap(t)
	var text strings.Builder
	fmt.Fprintf(&text, "What iproute2 sends (%s), the request's number zero and its interface %#x.\n", strings.TrimSpace(sh(t, "tc -V")), testLink)
	commands := slices.Concat(slices.Sorted(maps.Keys(creations())), slices.Sorted(maps.Keys(changes)))
	was := map[string][]byte{}
	if !*update {
		was = readMessages(t)
	}
	for _, command := range commands {
		sent := neutral(tap.request(t, command))
		fmt.Fprintf(&text, "\n$ %s\n", command)
		for line := range slices.Chunk(sent, 32) {
			fmt.Fprintf(&text, "%x\n", line)
		}
		if !*update && !slices.Equal(sent, was[command]) {
			t.Errorf("%s:\n%s", command, cmp.Diff(hex.Dump(was[command]), hex.Dump(sent)))
		}
	}
	if *update {
		must(t, os.WriteFile(messages, []byte(text.String()), 0o644))
	}
}

// tap is a socket that sees every netlink message of the namespace.
type tap int

func newTap(t *testing.T) tap {
	t.Helper()
	if err := netlink.LinkAdd(&netlink.GenericLink{LinkAttrs: named("tap0"), LinkType: "nlmon"}); err != nil {
		t.Skipf("this kernel does not show netlink messages (nlmon): %v", err)
	}
	must(t, netlink.LinkSetUp(link(t, "tap0")))
	const all = unix.ETH_P_ALL << 8
	fd, err := unix.Socket(unix.AF_PACKET, unix.SOCK_RAW|unix.SOCK_NONBLOCK, all)
	must(t, err)
	t.Cleanup(func() { unix.Close(fd) })
	must(t, unix.Bind(fd, &unix.SockaddrLinklayer{Protocol: all, Ifindex: link(t, "tap0").Attrs().Index}))
	return tap(fd)
}

// request is the change of a qdisc that a command asked for.
func (fd tap) request(t *testing.T, command string) (sent []byte) {
	t.Helper()
	sh(t, command)
	buffer := make([]byte, 1<<16)
	for {
		n, err := unix.Read(int(fd), buffer)
		if err != nil {
			break
		}
		b := buffer[:n]
		if n >= 36 && binary.NativeEndian.Uint16(b[4:]) == unix.RTM_NEWQDISC && b[6]&unix.NLM_F_REQUEST != 0 {
			sent = slices.Clone(b[:word(b, 0)])
		}
	}
	if sent == nil {
		t.Fatalf("nothing seen of %s", command)
	}
	return sent
}

func TestRecordStatistics(t *testing.T) {
	if !*update {
		t.Skip("runs with -update only")
	}
	cakeWAN(t)
	r, q := open(t), router.Queue{Name: "w0"}
	sh(t, "tc qdisc replace dev w0 root handle 5: cake bandwidth 2mbit diffserv4 dual-srchost nat ack-filter overhead 18 mpu 64 rtt 5ms memlimit 100000")
	congest(t, r, q)
	must(t, r.kernel.begin(t.Context()))
	var message []byte
	index := link(t, "w0").Attrs().Index
	answers, err := r.kernel.list(unix.RTM_GETQDISC, unix.RTM_NEWQDISC, &nl.TcMsg{})
	must(t, err)
	for _, a := range answers {
		if root, _, ok := parseQdisc(a); ok && root.link == index && root.parent == netlink.HANDLE_ROOT {
			message = a
		}
	}
	var digits strings.Builder
	for line := range slices.Chunk(message, 32) {
		fmt.Fprintf(&digits, "%x\n", line)
	}
	must(t, os.WriteFile("testdata/statistics.hex", []byte(digits.String()), 0o644))
	must(t, os.WriteFile("testdata/statistics.json", []byte(sh(t, "tc -s -j qdisc show dev w0")), 0o644))
}
