//go:build e2e

package e2e

import (
	"testing"
	"time"
	"os"
	"strconv"
)

func TestHand(t *testing.T) {
	needRoot(t)
	sweep(t)
	l := newLine(t)
	if s := os.Getenv("LEAF"); s != "" { leafPackets, _ = strconv.Atoi(s) }
	flows := 2
	if s := os.Getenv("FLOWS"); s != "" { flows, _ = strconv.Atoi(s) }
	l.bottleneck(t, 20, 8)
	l.shape(t, 25, 10)
	p := startPing(t, l)
	time.Sleep(2 * time.Second)
	now := time.Now()
	t.Logf("idle: %v", p.between(now.Add(-time.Second), now))
	ld := startLoad(t, l, flows)
	m := func(what string) {
		time.Sleep(4 * time.Second)
		from := time.Now()
		d0, u0 := l.carried(t)
		g0, h0 := ld.down.Load(), ld.up.Load()
		time.Sleep(6 * time.Second)
		d1, u1 := l.carried(t)
		g1, h1 := ld.down.Load(), ld.up.Load()
		to := time.Now()
		s := to.Sub(from).Seconds() * 1e6 / 8
		t.Logf("%s: %v; carried %.2f / %.2f, goodput %.2f / %.2f Mbit/s", what, p.between(from, to), float64(d1-d0)/s, float64(u1-u0)/s, float64(g1-g0)/s, float64(h1-h0)/s)
	}
	m("ceiling 25/10")
	l.setRate(t, "ifb", 19); l.setRate(t, "wan", 7.6)
	m("95% 19/7.6")
	l.setRate(t, "ifb", 18); l.setRate(t, "wan", 7.2)
	m("90%")
}
