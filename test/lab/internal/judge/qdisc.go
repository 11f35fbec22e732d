package judge

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Names of the interfaces whose CAKE shapes each direction.
const (
	downDevice = "ifb4wan"
	upDevice   = "wan"
)

// Shaped is what the shapers stood at in a second, in kbit/s, and what they had
// passed and dropped until then; 0 without a shaper.
type Shaped struct {
	Down, Up Passed
}

// Passed is one shaper's state.
type Passed struct {
	Kbit       float64
	Bytes      int64
	Drops      int64
	BacklogKiB float64
}

// readShaped reads one line of tc's JSON a second.
func readShaped(text []byte) ([]Shaped, error) {
	var all []Shaped
	for line := range bytes.Lines(text) {
		var qdiscs []struct {
			Kind, Dev             string
			Root                  bool
			Bytes, Drops, Backlog int64
			Options               struct{ Bandwidth any }
		}
		if err := json.Unmarshal(line, &qdiscs); err != nil {
			return nil, fmt.Errorf("read tc's JSON of second %d: %w", len(all), err)
		}
		var s Shaped
		for _, q := range qdiscs {
			if q.Kind != "cake" {
				continue
			}
			// Bytes a second, or "unlimited".
			bandwidth, _ := q.Options.Bandwidth.(float64)
			p := Passed{Kbit: bandwidth * 8 / 1000, Bytes: q.Bytes, Drops: q.Drops, BacklogKiB: float64(q.Backlog) / 1024}
			switch q.Dev {
			case downDevice:
				s.Down = p
			case upDevice:
				s.Up = p
			}
		}
		all = append(all, s)
	}
	return all, nil
}

// Write is a change of a shaper's rate.
type Write struct {
	At   float64
	Down bool
	Kbit float64
}

var change = regexp.MustCompile(`^\[([^]]+)\] qdisc cake \S+ dev (\S+) .*bandwidth (\d+)([KMG]?)bit`)

// readWrites reads what tc -tshort monitor prints from the beginning on.
func readWrites(text []byte, begin int64) ([]Write, error) {
	var all []Write
	for line := range strings.Lines(string(text)) {
		m := change.FindStringSubmatch(line)
		if m == nil || m[2] != downDevice && m[2] != upDevice {
			continue
		}
		at, err := time.Parse("2006-01-02T15:04:05.999999", m[1])
		if err != nil {
			return nil, fmt.Errorf("tc monitor printed %q: %w", line, err)
		}
		rate, err := strconv.ParseFloat(m[3], 64)
		if err != nil {
			return nil, fmt.Errorf("tc monitor printed %q: %w", line, err)
		}
		rate *= map[string]float64{"": 1e-3, "K": 1, "M": 1e3, "G": 1e6}[m[4]]
		if w := (Write{At: since(begin, at.UnixMicro()), Down: m[2] == downDevice, Kbit: rate}); w.At >= 0 {
			all = append(all, w)
		}
	}
	return all, nil
}
