package fluid

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"sort"
	"strconv"
	"strings"
	"time"
)

// What a trace may hold: an hour, and few enough packets to count in 32 bits
// for many turns of it.
const (
	maxTraceMS      = 60 * 60 * 1000
	maxTracePackets = 1 << 28
)

// packet is what one delivery opportunity of a trace carries, in bytes.
const packet = 1500

// lookAhead is how far ahead a trace is searched for the opportunity that
// serves a packet; meanOver is the time its rate is averaged over.
const (
	lookAhead = 10_000 // ms
	meanOver  = 200    // ms
)

// Trace is a recorded link: the moments at which it could deliver a packet of
// 1500 bytes, repeated at its end.
type Trace struct {
	// upTo counts the packets of one turn deliverable up to and with each
	// millisecond.
	upTo []uint32
}

// ParseTrace reads a trace as mahimahi writes it: on every line the
// milliseconds since the start at which 1500 bytes could be delivered, in
// rising order, equal ones allowed. The last line is also the trace's length,
// at most an hour. Empty lines are skipped. Errors name the line.
func ParseTrace(r io.Reader) (Trace, error) {
	var t Trace
	packets, line := uint32(0), 0
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		line++
		text := strings.TrimSpace(lines.Text())
		if text == "" {
			continue
		}
		ms, err := strconv.ParseUint(text, 10, 32)
		switch {
		case err != nil:
			return Trace{}, fmt.Errorf("line %d: %.40q is not a whole number of milliseconds", line, text)
		case ms > maxTraceMS:
			return Trace{}, fmt.Errorf("line %d: %d ms is beyond the longest trace of %d ms", line, ms, maxTraceMS)
		case int(ms)+1 < len(t.upTo):
			return Trace{}, fmt.Errorf("line %d: %d ms comes after %d ms; sort the lines", line, ms, len(t.upTo)-1)
		case packets == maxTracePackets:
			return Trace{}, fmt.Errorf("line %d: more than %d lines", line, maxTracePackets)
		}
		for len(t.upTo) <= int(ms) {
			t.upTo = append(t.upTo, packets)
		}
		packets++
		t.upTo[ms] = packets
	}
	if err := lines.Err(); err != nil {
		return Trace{}, fmt.Errorf("line %d: %w", line+1, err)
	}
	if len(t.upTo) < 2 {
		return Trace{}, errors.New("the trace has no line above 0 ms; a trace needs one")
	}
	return t, nil
}

// Length is the time of one turn of the trace.
func (t *Trace) Length() time.Duration { return time.Duration(t.lengthMS()) * time.Millisecond }

// lengthMS: the opportunity at the trace's end is at the same moment as the
// next turn's start.
func (t *Trace) lengthMS() int64 { return int64(len(t.upTo) - 1) }

// packets counts what was deliverable up to and with a millisecond, all turns
// before it included.
func (t *Trace) packets(ms int64) int64 {
	length := t.lengthMS()
	turns := ms / length
	return turns*int64(t.upTo[length]) + int64(t.upTo[ms-turns*length])
}

// bytes counts what was deliverable up to a time.
func (t *Trace) bytes(at time.Duration) float64 {
	return float64(t.packets(at.Milliseconds())) * packet
}

// mean is the rate over the 200 ms before a time, in bit/s; that over the
// first 200 ms until they have passed.
func (t *Trace) mean(at time.Duration) int64 {
	ms := max(at.Milliseconds(), meanOver)
	return (t.packets(ms) - t.packets(ms-meanOver)) * packet * 8 * 1000 / meanOver
}

// wait is how long after a time a packet is delivered that has so many bytes
// before it; ok is false when that is beyond ten seconds.
func (t *Trace) wait(at time.Duration, bytes float64) (wait time.Duration, ok bool) {
	now := at.Milliseconds()
	wanted := t.packets(now) + int64(bytes/packet) + 1
	ms := sort.Search(lookAhead, func(ms int) bool { return t.packets(now+int64(ms)) >= wanted })
	return time.Duration(ms) * time.Millisecond, ms < lookAhead
}
