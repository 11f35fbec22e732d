package fluid

// leastBuffer is the fewest bytes a bottleneck's FIFO holds: ten packets.
const leastBuffer = 10 * wirePacket

// fifo is a bottleneck: a queue without any management, full when it is full.
// The traffic of others shares it.
type fifo struct {
	// backlog and cross are the queued bytes of the WAN and of others.
	backlog, cross float64
	// carry is what it carries in a step, crossIn what arrives of others, and
	// limit what it holds, in bytes.
	carry, crossIn, limit float64
	// refused is the share of the last step's arrivals that found it full.
	refused float64
}

// pass takes one step's arrivals and returns what leaves and what is lost.
func (f *fifo) pass(in float64) (out, lost float64) {
	if f.crossIn > 0 {
		return f.share(in)
	}
	f.refused = 0
	f.backlog += in
	out = min(f.backlog, f.carry)
	f.backlog -= out
	if f.backlog > f.limit && in > 0 {
		lost = min(in, f.backlog-f.limit)
		f.backlog -= lost
		f.refused = lost / in
	}
	return out, lost
}

// share is pass with cross traffic: what is served is as mixed as what is
// queued, and what is refused as mixed as what arrives.
func (f *fifo) share(in float64) (out, lost float64) {
	f.backlog += in
	f.cross += f.crossIn
	queued := f.backlog + f.cross
	served := min(queued, f.carry)
	left := 1 - served/queued
	out = f.backlog * (1 - left)
	f.backlog *= left
	f.cross *= left
	f.refused = 0
	if over := queued - served - f.limit; over > 0 {
		f.refused = min(over/(in+f.crossIn), 1)
		lost = min(in*f.refused, f.backlog)
		f.backlog -= lost
		f.cross = max(f.cross-f.crossIn*f.refused, 0)
	}
	return out, lost
}

// queued is all that waits, in bytes.
func (f *fifo) queued() float64 { return f.backlog + f.cross }

// steady says that without the WAN's traffic nothing would ever change.
func (f *fifo) steady() bool {
	return f.backlog == 0 && (f.crossIn == 0 || f.cross == 0 && f.crossIn <= f.carry)
}
