package judge

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// Ping is one ping that left at a time, and came back after RTT ms unless it
// was lost.
type Ping struct {
	At   float64
	RTT  float64
	Lost bool
}

var answer = regexp.MustCompile(`^\[(\d+)\.(\d{6})\] .*icmp_seq=(\d+) .*time=([\d.]+) ms`)

// readPings reads what ping -D prints. What has no answer left between those
// that have one.
func readPings(text []byte, begin int64) ([]Ping, error) {
	var pings []Ping
	last := 0
	for line := range strings.Lines(string(text)) {
		m := answer.FindStringSubmatch(line)
		if m == nil {
			continue
		}
		stamp, err1 := strconv.ParseInt(m[1]+m[2], 10, 64)
		seq, err2 := strconv.Atoi(m[3])
		rtt, err3 := strconv.ParseFloat(m[4], 64)
		if err1 != nil || err2 != nil || err3 != nil {
			return nil, fmt.Errorf("ping printed %q", line)
		}
		if seq <= last { // overtaken, or twice
			continue
		}
		p := Ping{At: since(begin, stamp) - rtt/1000, RTT: rtt}
		for lost := last + 1; lost < seq && len(pings) > 0; lost++ {
			from := pings[len(pings)-1]
			pings = append(pings, Ping{At: from.At + (p.At-from.At)/float64(seq-lost+1), Lost: true})
		}
		pings, last = append(pings, p), seq
	}
	if len(pings) == 0 {
		return nil, fmt.Errorf("no ping was answered")
	}
	return pings, nil
}
