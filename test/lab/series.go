package main

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/wanctl/wanctl/internal/scenario"
	"github.com/wanctl/wanctl/test/lab/internal/judge"
)

// series is a run second by second, as CSV: rates in Mbit/s, delays in ms. The
// shapers' rates are those at the end of the second, what passed them is what
// CAKE sent in it.
func series(s *scenario.Scenario, r *judge.Record) []byte {
	var b bytes.Buffer
	b.WriteString("second,capacity_down,shaper_down,passed_down,drops_down,goodput_down,capacity_up,shaper_up,passed_up,drops_up,goodput_up,ping_p50,ping_max,lost,writes,reasons\n")
	for second := range int(s.Length.Seconds()) {
		from, to := float64(second), float64(second+1)
		capacity := s.At(time.Duration(second) * time.Second)
		var down, up, downBefore, upBefore judge.Passed
		if second+1 < len(r.Shaped) {
			down, up = r.Shaped[second+1].Down, r.Shaped[second+1].Up
			downBefore, upBefore = r.Shaped[second].Down, r.Shaped[second].Up
		}
		p50, most, lost := pings(r.Pings, from, to)
		fmt.Fprintf(&b, "%d,%g,%.3f,%.3f,%d,%.3f,%g,%.3f,%.3f,%d,%.3f,%.1f,%.1f,%d,%d,%s\n", second+1,
			float64(capacity.Down)/1000, down.Kbit/1000, mbit(down.Bytes-downBefore.Bytes), down.Drops-downBefore.Drops, received(r.Down, second),
			float64(capacity.Up)/1000, up.Kbit/1000, mbit(up.Bytes-upBefore.Bytes), up.Drops-upBefore.Drops, received(r.Up, second),
			p50, most, lost, writes(r.Writes, from, to), reasons(r.Decisions, from, to))
	}
	return b.Bytes()
}

func mbit(bytes int64) float64 { return float64(bytes) * 8 / 1e6 }

func received(all []judge.Goodput, second int) float64 {
	if second >= len(all) {
		return 0
	}
	return all[second].Mbit
}

func pings(all []judge.Ping, from, to float64) (p50, most float64, lost int) {
	var ms []float64
	for _, p := range all {
		switch {
		case p.At < from || p.At >= to:
		case p.Lost:
			lost++
		default:
			ms = append(ms, p.RTT)
		}
	}
	if len(ms) == 0 {
		return 0, 0, lost
	}
	slices.Sort(ms)
	return ms[len(ms)/2], ms[len(ms)-1], lost
}

func writes(all []judge.Write, from, to float64) int {
	n := 0
	for _, w := range all {
		if w.At >= from && w.At < to {
			n++
		}
	}
	return n
}

// reasons are those of a second's decisions, each once for each direction.
func reasons(all []judge.Decision, from, to float64) string {
	var list []string
	for _, d := range all {
		word := "up:" + d.Reason
		if d.Down {
			word = "down:" + d.Reason
		}
		if d.At >= from && d.At < to && !slices.Contains(list, word) {
			list = append(list, word)
		}
	}
	return strings.Join(list, " ")
}
