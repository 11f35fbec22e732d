package fluid_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/wanctl/wanctl/controller/fluid"
)

func TestParseTrace(t *testing.T) {
	for _, tc := range []struct {
		name, text, err string
		length          time.Duration
	}{
		{"rising lines", "1\n2\n2\n5\n", "", 5 * time.Millisecond},
		{"windows line ends, spaces and empty lines", " 0\r\n\r\n7 \r\n", "", 7 * time.Millisecond},
		{"no line end at the end", "3\n4", "", 4 * time.Millisecond},
		{"nothing at all", "", "the trace has no line above 0 ms; a trace needs one", 0},
		{"only the start", "0\n0\n", "the trace has no line above 0 ms; a trace needs one", 0},
		{"a word", "1\nfast\n", `line 2: "fast" is not a whole number of milliseconds`, 0},
		{"a fraction", "1.5\n", `line 1: "1.5" is not a whole number of milliseconds`, 0},
		{"a negative time", "1\n\n-2\n", `line 3: "-2" is not a whole number of milliseconds`, 0},
		{"falling lines", "5\n4\n", "line 2: 4 ms comes after 5 ms; sort the lines", 0},
		{"more than an hour", "1\n3600001\n", "line 2: 3600001 ms is beyond the longest trace of 3600000 ms", 0},
		{"an endless line", "1\n" + strings.Repeat("9", 1<<17), "line 2: bufio.Scanner: token too long", 0},
	} {
		t.Run(tc.name, func(t *testing.T) {
			trace, err := fluid.ParseTrace(strings.NewReader(tc.text))
			switch {
			case tc.err == "" && err != nil:
				t.Fatal(err)
			case tc.err != "" && (err == nil || err.Error() != tc.err):
				t.Fatalf("error is %v, want %s", err, tc.err)
			case tc.err == "" && trace.Length() != tc.length:
				t.Errorf("length is %v, want %v", trace.Length(), tc.length)
			}
		})
	}
}

func FuzzParseTrace(f *testing.F) {
	for _, seed := range []string{"1\n2\n3\n", "0\n\n0\n9\n", "7", "5\n4\n", "-1\n", "3600000\n", "1e3\n"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		trace, err := fluid.ParseTrace(bytes.NewReader(text))
		if err != nil {
			return
		}
		if trace.Length() <= 0 || trace.Length() > time.Hour {
			t.Fatalf("length is %v", trace.Length())
		}
		c := lone(fluid.Download, 1)
		c.Directions[fluid.Download].Capacity.Trace = &trace
		l := fluid.New(c)
		l.Advance(2 * time.Second)
		l.Probe(0)
		if packets := bytes.Count(text, []byte("\n")) + 1; l.Bytes(fluid.Download) > uint64(2001*packets)*1500 {
			t.Fatalf("%d bytes in two seconds of %d lines", l.Bytes(fluid.Download), packets)
		}
	})
}

// trace is one of so many packets every millisecond, with a pause.
func trace(t *testing.T, perMS, ms, pauseFrom, pauseTo int) *fluid.Trace {
	t.Helper()
	var b bytes.Buffer
	for i := 1; i <= ms; i++ {
		if i > pauseFrom && i <= pauseTo {
			continue
		}
		for range perMS {
			fmt.Fprintln(&b, i)
		}
	}
	parsed, err := fluid.ParseTrace(&b)
	if err != nil {
		t.Fatal(err)
	}
	return &parsed
}

func TestASteadyTraceIsASteadyLink(t *testing.T) {
	c := lone(fluid.Download, 2)
	c.Directions[fluid.Download].Capacity.Trace = trace(t, 2, 1000, 0, 0) // 24 Mbit/s
	l := fluid.New(c)
	l.Advance(10 * time.Second)
	if got := l.Capacity(fluid.Download); got != 24e6 {
		t.Errorf("capacity is %d, want 24e6", got)
	}
	l.SetShaper(fluid.Download, 20e6)
	l.Advance(20 * time.Second)
	if w := watch(l, fluid.Download, 10*time.Second); w.goodput < 0.9*20e6 || w.p95 > 25*time.Millisecond {
		t.Errorf("shaped below it: %.2f Mbit/s, p95 %v", w.goodput/1e6, w.p95)
	}
	l.SetShaper(fluid.Download, 0)
	l.Advance(60 * time.Second)
	if w := watch(l, fluid.Download, 10*time.Second); w.goodput < 0.9*24e6 || w.p50 < 200*time.Millisecond {
		t.Errorf("not shaped: %.2f Mbit/s, median %v", w.goodput/1e6, w.p50)
	}
}

func TestATraceIsRepeatedAndItsPausesHoldPacketsBack(t *testing.T) {
	c := lone(fluid.Download, 0)
	c.Directions[fluid.Download].Capacity.Trace = trace(t, 1, 1000, 400, 700)
	l := fluid.New(c)
	for turn := range 3 {
		start := time.Duration(turn) * time.Second
		for _, tc := range []struct {
			at       time.Duration
			rtt      time.Duration
			capacity int64
		}{
			{300 * time.Millisecond, 21 * time.Millisecond, 12e6},
			{450 * time.Millisecond, 271 * time.Millisecond, 9e6},
			{690 * time.Millisecond, 31 * time.Millisecond, 0},
			{900 * time.Millisecond, 21 * time.Millisecond, 12e6},
		} {
			l.Advance(start + tc.at)
			if rtt, ok := l.Probe(0); !ok || rtt != tc.rtt {
				t.Errorf("turn %d at %v: a probe takes %v (%v), want %v", turn, tc.at, rtt, ok, tc.rtt)
			}
			if got := l.Capacity(fluid.Download); got != tc.capacity {
				t.Errorf("turn %d at %v: capacity is %d, want %d", turn, tc.at, got, tc.capacity)
			}
		}
	}
}
