package scenario

import (
	"bufio"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A Trace is a line in mahimahi's form: the milliseconds, in rising order, at
// which it can deliver a packet of 1500 bytes. The last is also its length.
type Trace []int64

// ParseTrace reads a trace: a whole number of milliseconds on every line. Errors
// name the line.
func ParseTrace(r io.Reader) (Trace, error) {
	var t Trace
	lines := bufio.NewScanner(r)
	for n := 1; lines.Scan(); n++ {
		text := strings.TrimSpace(lines.Text())
		if text == "" {
			continue
		}
		ms, err := strconv.ParseInt(text, 10, 64)
		if err != nil || ms < 0 {
			return nil, fmt.Errorf("line %d: %.40q is not a whole number of milliseconds", n, text)
		}
		if len(t) > 0 && ms < t[len(t)-1] {
			return nil, fmt.Errorf("line %d: %d ms comes after %d ms; sort the lines", n, ms, t[len(t)-1])
		}
		t = append(t, ms)
	}
	if err := lines.Err(); err != nil {
		return nil, err
	}
	if len(t) == 0 || t[len(t)-1] == 0 {
		return nil, fmt.Errorf("the trace has no line above 0 ms; a trace needs one")
	}
	return t, nil
}

// Write writes a trace in mahimahi's form.
func (t Trace) Write(w io.Writer) error {
	b := bufio.NewWriter(w)
	for _, ms := range t {
		fmt.Fprintln(b, ms)
	}
	return b.Flush()
}

// Window is how often a trace changes the bottleneck, which is then set to the
// mean of what the trace delivers until the next change.
const Window = 200 * time.Millisecond

// Play lets the line carry a trace down, from its start again at its end, for
// the length of the scenario, and a steady rate up, in kbit/s. The least that it
// carries is a packet a window.
func (s *Scenario) Play(t Trace, up int64) {
	windows := int(s.Length / Window)
	packets := make([]int64, windows)
	length := t[len(t)-1]
	for turn := int64(0); turn*length < s.Length.Milliseconds(); turn++ {
		for _, ms := range t {
			if w := int((turn*length + ms) / Window.Milliseconds()); w < windows {
				packets[w]++
			}
		}
	}
	s.Line = nil
	for w, n := range packets {
		kbit := max(1, n) * 1500 * 8 / Window.Milliseconds()
		s.Line = append(s.Line, Capacity{At: time.Duration(w) * Window, Rates: Rates{Down: kbit, Up: up}})
	}
}

// The synthetic radio link: its slow course goes through these points over a
// minute and begins anew, and fading multiplies it.
var (
	courseAt   = []float64{0, 8, 18, 24, 34, 42, 50, 60} // s
	courseMbit = []float64{35, 59, 4, 6, 40, 20, 45, 35}
)

// Bounds of the synthetic radio link, in Mbit/s.
const (
	leastMbit = 4
	mostMbit  = 59
)

// Synthetic makes a radio link like LTE in a moving car, without anybody's
// data. The logarithm of its rate is the straight line between the points of a
// course (59 to 4 Mbit/s within ten seconds at its steepest) plus fading: an
// autoregressive process of the first order with a deviation of 0.25 and a
// coherence time of 300 ms. The rate stays between 4 and 59 Mbit/s. The same
// seed gives the same trace.
func Synthetic(seed uint64, length time.Duration) Trace {
	const deviation, coherence = 0.25, 300.0 // of the logarithm; ms
	noise := rand.New(rand.NewPCG(seed, seed))
	keep := math.Exp(-1 / coherence)
	fading := deviation * noise.NormFloat64()
	credit := 0.0 // packets
	var t Trace
	for ms := range length.Milliseconds() {
		fading = keep*fading + deviation*math.Sqrt(1-keep*keep)*noise.NormFloat64()
		mbit := course(math.Mod(float64(ms)/1000, 60)) * math.Exp(fading)
		credit += min(mostMbit, max(leastMbit, mbit)) * 1e3 / 8 / 1500
		for ; credit >= 1; credit-- {
			t = append(t, ms)
		}
	}
	return append(t, length.Milliseconds())
}

// course is the slow part of the synthetic link at a second of its minute, in
// Mbit/s: straight in its logarithm between the points.
func course(second float64) float64 {
	i, found := slices.BinarySearch(courseAt, second)
	if found {
		return courseMbit[i]
	}
	part := (second - courseAt[i-1]) / (courseAt[i] - courseAt[i-1])
	return math.Exp((1-part)*math.Log(courseMbit[i-1]) + part*math.Log(courseMbit[i]))
}
