//go:build e2e

package e2e

import (
	"fmt"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"
)

// bench is all that the steps of the test share.
type bench struct {
	line  *line
	ping  *pinger
	load  *load
	agent *agent
	trace *trace
	// capacity is what the line carries down at present, in Mbit/s.
	capacity atomic.Int64

	// uncontrolled are the delays under load without wanctl.
	uncontrolled delays
}

// newBench sets the network up and starts to ping. All of it ends with t.
func newBench(t *testing.T) *bench {
	t.Helper()
	dir := t.TempDir()
	b := &bench{line: newLine(t)}
	b.agent = &agent{
		binary: build(t), manifest: filepath.Join(dir, "home.yaml"), stateDir: filepath.Join(dir, "state"),
		router: b.line.router,
	}
	b.bottleneck(t, lineDown)
	b.line.shape(t, ceilingDown, ceilingUp)
	b.ping = startPing(t, b.line)
	b.trace = startTrace(b)
	t.Cleanup(func() {
		b.trace.stop()
		b.agent.kill()
		b.unload()
		if t.Failed() {
			t.Logf("wanctl wrote:\n%s", b.agent.log.String())
		}
	})
	return b
}

// bottleneck sets what the line carries down, in Mbit/s.
func (b *bench) bottleneck(t *testing.T, down int64) {
	t.Helper()
	b.line.bottleneck(t, float64(down), lineUp)
	b.capacity.Store(down)
}

// loaded lets traffic run both ways from now on.
func (b *bench) loaded(t *testing.T) {
	t.Helper()
	if b.load != nil {
		return
	}
	var err error
	if b.load, err = startLoad(b.line); err != nil {
		t.Fatal(err)
	}
}

// unload ends the traffic, if any runs.
func (b *bench) unload() {
	if b.load != nil {
		b.load.stop()
		b.load = nil
	}
}

// drained waits until the line is empty.
func (b *bench) drained(t *testing.T) {
	t.Helper()
	b.unload()
	eventually(t, 10*time.Second, "an idle line", func() (bool, any, error) {
		d := b.ping.between(time.Now().Add(-600*time.Millisecond), time.Now().Add(-100*time.Millisecond))
		return d.sent >= 5 && d.lost == 0 && d.max < 20, d, nil
	})
}

// figures are what a time under load was like.
type figures struct {
	delays
	// down and up are carried on the wire, goodDown and goodUp received by the
	// applications, in Mbit/s.
	down, up, goodDown, goodUp float64
}

func (f figures) String() string {
	return fmt.Sprintf("%v; carried %.2f down, %.2f up; goodput %.2f down, %.2f up Mbit/s", f.delays, f.down, f.up, f.goodDown, f.goodUp)
}

// measure is what the next seconds are like. A machine that is too busy to
// send its pings in time says nothing of the line; it is given two more turns.
func (b *bench) measure(t *testing.T, d time.Duration) (f figures) {
	t.Helper()
	for range 3 {
		f = b.sample(t, d)
		due := int(d / pingEvery)
		if f.sent >= due*85/100 {
			break
		}
		t.Logf("the machine is busy: only %d of %d pings were sent: %v", f.sent, due, f)
	}
	return f
}

func (b *bench) sample(t *testing.T, d time.Duration) (f figures) {
	t.Helper()
	before, err := b.line.carried()
	check(t, err)
	goodDown, goodUp := b.load.down.Load(), b.load.up.Load()
	settle(t, d)
	after, err := b.line.carried()
	check(t, err)
	f.down, f.up = after.since(before)
	bits := 8 / after.at.Sub(before.at).Seconds() / mega
	f.goodDown, f.goodUp = float64(b.load.down.Load()-goodDown)*bits, float64(b.load.up.Load()-goodUp)*bits
	// The last of the pings get the time to come back.
	settle(t, time.Second)
	f.delays = b.ping.between(before.at, after.at)
	return f
}

// rates are what the shapers are set to, in Mbit/s.
func (b *bench) rates(t *testing.T) (down, up float64) {
	t.Helper()
	down, err := b.line.rate("ifb")
	check(t, err)
	up, err = b.line.rate("wan")
	check(t, err)
	return down, up
}

// eventually waits until what is so, and returns how long that took.
func eventually(t *testing.T, within time.Duration, what string, so func() (ok bool, seen any, err error)) time.Duration {
	t.Helper()
	took, err := await(t, within, so)
	if err != nil {
		t.Fatalf("waited %v for %s: %v", within, what, err)
	}
	return took
}

// await waits until something is so; the error says how it is instead.
func await(t *testing.T, within time.Duration, so func() (ok bool, seen any, err error)) (time.Duration, error) {
	t.Helper()
	began := time.Now()
	for {
		ok, seen, err := so()
		took := time.Since(began)
		switch {
		case err == nil && ok:
			return took, nil
		case took > within && err != nil:
			return took, err
		case took > within:
			return took, fmt.Errorf("it is %v", seen)
		}
		settle(t, 50*time.Millisecond)
	}
}

// settle lets the network run on for a time.
func settle(t *testing.T, d time.Duration) {
	t.Helper()
	select {
	case <-time.After(d):
	case <-t.Context().Done():
		t.Fatal("the test was ended")
	}
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
