package fluid

import (
	"math"
	"time"
)

// Probe is what a probe leaving now meets: its reflector's base round-trip
// time, the queues of both bottlenecks as they are now, the packets in
// transmission before it, and jitter. ok is false when no answer ever comes:
// the reflector is dead or unknown or has answered as many as it may, the time is
// one of Config.ProbesLost or of Config.Outages, a bottleneck is full or stands
// still, or the probe is lost at random.
func (l *Link) Probe(reflector int) (rtt time.Duration, ok bool) {
	if rtt, ok = l.probe(reflector); ok && !l.rations[reflector].take(l.now) {
		return 0, false
	}
	return rtt, ok
}

// probe is Probe where reflectors answer as many as come.
func (l *Link) probe(reflector int) (rtt time.Duration, ok bool) {
	if reflector < 0 || reflector >= len(l.config.Reflectors) {
		return 0, false
	}
	r := l.config.Reflectors[reflector]
	if r.DeadAfter > 0 && l.now >= r.DeadAfter || l.outage() {
		return 0, false
	}
	if l.config.Loss > 0 && l.chance() < l.config.Loss {
		return 0, false
	}
	if r.Loss > 0 && l.chance() < r.Loss {
		return 0, false
	}
	rtt = r.RTT
	if l.now >= r.SlowAfter {
		rtt += r.SlowBy
	}
	if l.config.Jitter > 0 {
		rtt -= time.Duration(float64(l.config.Jitter) * math.Log(1-l.chance()))
	}
	if r.InFront {
		return rtt, true
	}
	if cut, _ := during(l.config.Outages, l.now); cut {
		return 0, false
	}
	for i := range l.directions {
		d := &l.directions[i]
		wait, ok := d.wait(l.now)
		if !ok || d.bottleneck.refused > 0 && l.chance() < d.bottleneck.refused {
			return 0, false
		}
		rtt += wait
		if d.still == 0 {
			rtt += d.transmission(l.chance())
		}
	}
	return rtt, true
}

// chance is a random number from 0 to below 1.
func (l *Link) chance() float64 { return float64(l.random.Uint64()>>11) / (1 << 53) }

func (l *Link) outage() bool {
	for _, w := range l.config.ProbesLost {
		if w.Contains(l.now) {
			return true
		}
	}
	return false
}

// transmission is how long the rest of a packet takes that is being sent at a
// random moment, of which chance is still to go. Packets leave the first queue
// at the pace of the slower, so that only there one is in a probe's way.
func (d *direction) transmission(chance float64) time.Duration {
	carry := d.shaper.carry
	if d.capacity.Trace == nil {
		carry = min(carry, d.bottleneck.carry)
	}
	return time.Duration(chance * wirePacket / carry * float64(d.step))
}

// queueDelay is how long what enters the bottleneck at a time waits in it; at
// most ten seconds.
func (d *direction) queueDelay(now time.Duration) time.Duration {
	wait, _ := d.wait(now)
	return wait
}

// wait is queueDelay; ok is false where it is beyond ten seconds.
func (d *direction) wait(now time.Duration) (wait time.Duration, ok bool) {
	queued := d.bottleneck.queued()
	if d.capacity.Trace != nil {
		return d.capacity.Trace.wait(now, queued)
	}
	if queued == 0 && d.bottleneck.carry > 0 {
		return 0, true
	}
	const most = lookAhead * time.Millisecond
	steps := queued / d.bottleneck.carry
	if !(steps < float64(most/d.step)) {
		return most, false
	}
	return time.Duration(steps * float64(d.step)), true
}
