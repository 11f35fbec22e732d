package fluid

import (
	"math"
	"time"
)

// leastBulk is the share of a shaper that sparse traffic leaves to bulk at
// least.
const leastBulk = 0.05

// SetMarked sets what sparse traffic sends in a direction, in bit/s: calls and
// the like, which CAKE serves before bulk, so that they wait in the bottleneck
// alone, and which do not back off.
func (l *Link) SetMarked(dir Direction, bitsPerSecond int64) {
	d := &l.directions[dir]
	d.marked = d.perStep(max(bitsPerSecond, 0))
	d.bottleneck.crossIn = d.perStep(d.config.CrossTraffic) + d.marked
	d.setShaper(d.shaperRate)
}

// Dropped counts the packets that a direction's shaper has dropped.
func (l *Link) Dropped(d Direction) uint64 { return uint64(l.directions[d].dropped) }

// Queued is how many packets a direction's shaper holds.
func (l *Link) Queued(d Direction) uint64 {
	return uint64(math.Ceil(l.directions[d].shaper.backlog / wirePacket))
}

// Backlog is how many bytes a direction's shaper holds.
func (l *Link) Backlog(d Direction) uint64 { return uint64(l.directions[d].shaper.backlog) }

// RTT is the round-trip time of sparse traffic now: the base and the queues of
// both bottlenecks. ok is false while nothing comes through.
func (l *Link) RTT() (rtt time.Duration, ok bool) {
	if cut, _ := during(l.config.Outages, l.now); cut || l.outage() {
		return 0, false
	}
	rtt = l.config.BaseRTT
	for i := range l.directions {
		wait, ok := l.directions[i].wait(l.now)
		if !ok {
			return 0, false
		}
		rtt += wait
	}
	return rtt, true
}
