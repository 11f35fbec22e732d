package judge

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Record is what a run was like. Times are seconds since the timeline began.
type Record struct {
	Pings []Ping
	// Down and Up are what the applications received.
	Down, Up []Goodput
	// Shaped are the shapers' rates each second, the first before the load.
	Shaped []Shaped
	// Writes are the changes of qdiscs from the beginning on, by whoever.
	Writes []Write
	// Decisions are what wanctl said of its changes.
	Decisions []Decision
	// Ticks are the controller's CPU time in hundredths of a second of the
	// guest, whose CPU was busy for the share Busy, 0 to 1.
	Ticks int64
	Busy  float64
}

// Read reads the files that a job leaves behind.
func Read(files map[string][]byte) (Record, error) {
	begin, err := strconv.ParseInt(strings.TrimSpace(string(files["begin"])), 10, 64)
	if err != nil {
		return Record{}, fmt.Errorf("the run has no beginning: %w", err)
	}
	var r Record
	var faults [6]error
	r.Pings, faults[0] = readPings(files["ping.txt"], begin)
	r.Down, faults[1] = readGoodput(files["down.json"])
	r.Up, faults[2] = readGoodput(files["up.json"])
	r.Shaped, faults[3] = readShaped(files["qdisc.jsonl"])
	r.Writes, faults[4] = readWrites(files["writes.txt"], begin)
	var before, beforeAll, after, afterAll int64
	if _, err := fmt.Sscan(string(files["cpu.txt"]), &r.Ticks, &before, &beforeAll, &after, &afterAll); err != nil || afterAll <= beforeAll {
		faults[5] = fmt.Errorf("cpu.txt has %q", files["cpu.txt"])
	}
	r.Busy = float64(after-before) / float64(afterAll-beforeAll)
	r.Decisions = readDecisions(files, begin)
	return r, errors.Join(faults[:]...)
}

// since is a moment, in microseconds since the epoch, as seconds since begin.
func since(begin, at int64) float64 {
	return (time.Duration(at-begin) * time.Microsecond).Seconds()
}
