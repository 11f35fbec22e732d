//go:build e2e

package e2e

import (
	"fmt"
	"net"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/wanctl/wanctl/api/v1alpha1"
)

// What a call is answered with says which WAN it takes: the router hides it
// behind that WAN's address.
const overA, overB = "10.1.0.2", "10.3.0.2"

const steeringManifest = `apiVersion: wanctl.dev/v1alpha1
kind: Site
metadata: {name: home}
spec:
  intervalProfile: 50ms
  timeConstants: {load: 500ms, red: 2s, green: 4s}
  routers: [{name: edge, linux: {}}]
  wans:
  - name: a
    router: edge
    probe: {reflectors: [10.9.0.1, 10.9.0.2], source: 10.1.0.2}
    download: {queue: ifb, ceiling: 12M, floors: {red: 8M}}
    upload: {queue: wan, ceiling: 12M, floors: {red: 8M}}
  - name: b
    router: edge
    probe: {reflectors: [10.9.0.1, 10.9.0.3], source: 10.3.0.2}
    download: {queue: ifbb, ceiling: 10M}
    upload: {queue: wanb, ceiling: 10M}
  steering:
  - {name: calls, from: a, to: b, rule: "fwmark 0x100/0xf00 lookup 102", holdDown: 2s}
`

// newTwoLines adds a second way to the server: wanb, dslb, netb.
func newTwoLines(t *testing.T) *line {
	t.Helper()
	if _, err := exec.LookPath("nft"); err != nil {
		t.Skipf("skipped: needs nft of nftables: %v", err)
	}
	l := newLine(t)
	b := newNamespace(t, "modemb")
	wire(t, l.router, "wanb", overB+"/24", b, "dslb", "10.3.0.1/24")
	wire(t, b, "netb", "10.4.0.1/24", l.server, "eth1", "10.4.0.2/24")
	b.forward(t)
	b.ip(t, "route add 10.9.0.0/24 via 10.4.0.2")
	l.server.ip(t, "route add 10.3.0.0/24 via 10.4.0.1")
	l.router.ip(t, "link add ifbb type ifb")
	l.router.ip(t, "link set ifbb up")
	l.router.ip(t, "route add default via 10.3.0.1 dev wanb table 102")
	l.router.ip(t, "rule add priority 900 from %s lookup 102", overB)
	l.router.ip(t, "rule add priority 999 fwmark 0x200/0xf00 lookup 102")
	for _, dev := range []string{"wanb", "ifbb"} {
		l.router.tc(t, "qdisc replace dev %s root handle 1: htb default 1", dev)
		l.setRate(t, dev, 10)
	}
	l.router.nft(t, "-f", "../../examples/linux-steering.nft")
	l.router.nft(t, `add table ip nat; add chain ip nat out { type nat hook postrouting priority srcnat; }; add rule ip nat out oifname { "wan", "wanb" } masquerade`)
	l.shape(t, 12, 12)
	l.bottleneck(t, 20, 20)
	return l
}

func (n *namespace) nft(t *testing.T, args ...string) {
	t.Helper()
	if out, err := exec.CommandContext(t.Context(), "ip", append([]string{"netns", "exec", n.name, "nft"}, args...)...).CombinedOutput(); err != nil {
		t.Fatalf("nft %v: %v: %s", args, err, out)
	}
}

// answer lets the server answer every call with the address it came from.
func answer(t *testing.T, l *line) {
	t.Helper()
	var conn net.PacketConn
	check(t, l.server.do(func() (err error) {
		conn, err = net.ListenPacket("udp4", target+":5060")
		return err
	}))
	done := make(chan struct{})
	go func() {
		defer close(done)
		buf := make([]byte, 100)
		for {
			_, from, err := conn.ReadFrom(buf)
			if err != nil {
				return
			}
			host, _, _ := net.SplitHostPort(from.String())
			_, _ = conn.WriteTo([]byte(host), from)
		}
	}()
	t.Cleanup(func() { _ = conn.Close(); <-done })
}

// call is one connection of the client.
type call struct{ conn net.Conn }

func dial(t *testing.T, l *line, tos int) *call {
	t.Helper()
	c := &call{}
	check(t, l.client.do(func() (err error) {
		c.conn, err = net.Dial("udp4", target+":5060")
		if err != nil {
			return err
		}
		raw, err := c.conn.(*net.UDPConn).SyscallConn()
		if err != nil {
			return err
		}
		failed := raw.Control(func(fd uintptr) { err = unix.SetsockoptInt(int(fd), unix.IPPROTO_IP, unix.IP_TOS, tos) })
		if failed != nil {
			return failed
		}
		return err
	}))
	t.Cleanup(func() { _ = c.conn.Close() })
	return c
}

// expedited is DSCP EF in the TOS byte.
const expedited = 46 << 2

// way is the WAN that the call takes, and how long an answer took.
func (c *call) way(t *testing.T) (address string, rtt time.Duration) {
	t.Helper()
	buf := make([]byte, 100)
	for range 20 {
		sent := time.Now()
		if _, err := c.conn.Write([]byte("?")); err != nil {
			t.Fatal(err)
		}
		_ = c.conn.SetReadDeadline(sent.Add(2 * time.Second))
		if n, err := c.conn.Read(buf); err == nil {
			return string(buf[:n]), time.Since(sent)
		}
	}
	t.Fatal("a call was not answered")
	return "", 0
}

func (c *call) want(t *testing.T, what, address string) time.Duration {
	t.Helper()
	got, rtt := c.way(t)
	if got != address {
		t.Errorf("%s goes by %s, want %s", what, got, address)
	}
	t.Logf("%s: by %s, %v", what, got, rtt.Round(100*time.Microsecond))
	return rtt
}

// steered waits until the policy is as wanted in the status and in the kernel.
func steered(t *testing.T, a *agent, within time.Duration, active bool) {
	t.Helper()
	took := eventually(t, within, fmt.Sprintf("steering to be %v", active), func() (bool, any, error) {
		site, err := a.site()
		if err != nil || len(site.Status.Steering) != 1 {
			return false, "not reported", err
		}
		st := site.Status.Steering[0]
		state := map[bool]v1alpha1.RuleState{true: v1alpha1.RuleOn, false: v1alpha1.RuleOff}[active]
		return st.Active == active && st.Rule.State == state && ruleIsThere(t, a) == active, fmt.Sprintf("%+v", st), nil
	})
	t.Logf("steering is %v after %v", active, took.Round(100*time.Millisecond))
}

func ruleIsThere(t *testing.T, a *agent) bool {
	t.Helper()
	return strings.Contains(a.router.ip(t, "rule show"), "fwmark 0x100/0xf00 lookup 102")
}

func TestSteeringMovesRealCallsByNewConnectionsAlone(t *testing.T) {
	needRoot(t)
	sweep(t)
	l := newTwoLines(t)
	answer(t, l)
	dir := t.TempDir()
	a := &agent{binary: build(t), manifest: filepath.Join(dir, "site.yaml"), stateDir: filepath.Join(dir, "state"), router: l.router}
	save(t, a.manifest, steeringManifest)
	a.start(t)
	t.Cleanup(func() {
		a.kill()
		if t.Failed() {
			t.Log(a.log.String())
		}
	})
	steered(t, a, 20*time.Second, false)
	before := dial(t, l, expedited)
	before.want(t, "a call before", overA)

	// The line carries less than the shaper's floor.
	l.bottleneck(t, 4, 4)
	traffic, err := startLoad(l)
	check(t, err)
	defer traffic.stop()
	steered(t, a, 30*time.Second, true)
	slow := before.want(t, "the call from before, steered", overA)
	during := dial(t, l, expedited)
	if fast := during.want(t, "a new call, steered", overB); fast > slow/2 {
		t.Errorf("the new call waits %v, the old one %v", fast, slow)
	}
	dial(t, l, 0).want(t, "a new connection without EF, steered", overA)

	// A hand takes the rule away; wanctl puts it back.
	l.router.ip(t, "rule del fwmark 0x100/0xf00 lookup 102")
	eventually(t, 20*time.Second, "the rule to be back", func() (bool, any, error) {
		events, err := a.events(v1alpha1.ReasonRuleDriftCorrected)
		return err == nil && len(events) > 0 && ruleIsThere(t, a), events, err
	})

	// A killed agent leaves the rule, and goes on from there without a turn.
	a.kill()
	if !ruleIsThere(t, a) {
		t.Error("the rule went with the agent")
	}
	a.start(t)
	eventually(t, 20*time.Second, "the agent to resume", func() (bool, any, error) {
		events, err := a.events(v1alpha1.ReasonSteeringResumed)
		return err == nil && len(events) > 0, events, err
	})
	steered(t, a, 20*time.Second, true)

	traffic.stop()
	l.bottleneck(t, 20, 20)
	steered(t, a, 60*time.Second, false)
	during.want(t, "the call from the alternate, back", overB)
	before.want(t, "the call from before, back", overA)
	dial(t, l, expedited).want(t, "a new call, back", overA)
	site, err := a.site()
	check(t, err)
	if turns := site.Status.Steering[0].Turns; turns != 2 {
		t.Errorf("it turned %d times, want 2", turns)
	}

	// The line is cut: everything is lost at once.
	l.modem.ip(t, "link set net down")
	steered(t, a, 30*time.Second, true)
	dial(t, l, expedited).want(t, "a new call, the first line cut", overB)

	check(t, exec.Command("rm", a.manifest).Run())
	eventually(t, 20*time.Second, "the rule to be gone with the manifest", func() (bool, any, error) {
		return !ruleIsThere(t, a), "it is there", nil
	})
}
