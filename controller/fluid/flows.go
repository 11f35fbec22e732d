package fluid

import "math"

// The sizes of TCP's packets, in bytes: payload with timestamps, and what a
// link counts for it. payload is what is left of the counted bytes after
// headers and what is sent twice or in vain.
const (
	segment    = 1448.0
	wirePacket = 1514.0
	payload    = segment / wirePacket * 0.985
)

// CUBIC as RFC 9438 has it: the window's factor on loss, the scale of its
// growth in segments/s^3, and the growth a round-trip time that keeps it level
// with Reno. Windows are in segments.
const (
	keptOnLoss  = 0.7
	cubicScale  = 0.4
	renoGrowth  = 3 * (1 - keptOnLoss) / (1 + keptOnLoss)
	firstWindow = 10
	leastWindow = 2
)

// flows are the TCP-like flows of one direction, taken together: one window
// for all, of which a loss takes each flow's part.
type flows struct {
	// count is how many there are, mss the bytes of all their next packets.
	count, mss float64
	// window is what may be in flight, inflight what is, in bytes.
	window, inflight float64
	// peak is the window at the last loss, level what Reno's would be.
	peak, level float64
	// age is the time since the last loss in seconds, turn the age at which
	// the window is back at its peak.
	age, turn float64
	// step is the time of a step in seconds, pace what may be sent in one
	// without any acknowledgement, in bytes.
	step, pace float64
	// starting says that the window still doubles every round-trip time.
	starting bool

	// hit is how many flows have a loss whose news is on its way to their
	// sender, which gets it in the step news; missing are the bytes lost until
	// then, still taken to be in flight.
	hit, missing float64
	news         int64
}

// start begins anew: nothing is known of the path.
func (f *flows) start() {
	f.window, f.starting = firstWindow*f.mss, true
	f.inflight -= f.missing
	f.hit, f.missing = 0, 0
}

// send takes what a step acknowledges and returns what is sent, of at most
// most bytes. While more is in flight than the window allows, less is sent
// than was acknowledged, as in RFC 6937.
func (f *flows) send(acked, most float64) float64 {
	f.inflight -= acked
	room := f.window - f.inflight
	sent := 0.0
	if room < acked {
		sent = max(room, keptOnLoss*acked)
	} else {
		sent = min(room, 2*acked+f.pace)
	}
	if sent > most {
		sent = most
	} else if acked > 0 {
		f.grow(acked)
	}
	f.inflight += sent
	return sent
}

// grow opens the window for what was acknowledged.
func (f *flows) grow(acked float64) {
	if f.starting {
		f.window += acked
		return
	}
	f.age += f.step
	growth := renoGrowth
	if f.level >= f.peak {
		growth = 1
	}
	f.level += growth * f.mss * acked / f.window
	t := f.age - f.turn
	cubic := f.peak + cubicScale*f.mss*t*t*t
	f.window = min(max(f.window, f.level, cubic), f.window+acked/2)
}

// settle ends the start at the present window, as HyStart does when the delay
// begins to rise.
func (f *flows) settle() {
	f.starting = false
	f.peak, f.level = f.window, f.window
	f.age, f.turn = 0, 0
}

// lose tells that so many flows lost a packet, of so many bytes together, which
// their senders see in so many steps. Losses seen together count once a flow.
func (f *flows) lose(hit, bytes float64, now, lag int64) {
	if f.hit == 0 {
		f.news = now + max(lag, 1)
	}
	f.hit = min(f.hit+hit, f.count)
	f.missing += bytes
}

// backOff is what the senders do when the news reaches them.
func (f *flows) backOff() {
	share := (1 - keptOnLoss) * f.hit / f.count
	f.inflight -= f.missing
	f.hit, f.missing = 0, 0
	f.starting = false
	f.peak = f.window
	f.window = max(f.window*(1-share), leastWindow*f.mss)
	f.level = f.window
	f.age = 0
	f.turn = math.Cbrt(max(f.peak-f.window, 0) / (cubicScale * f.mss))
}
