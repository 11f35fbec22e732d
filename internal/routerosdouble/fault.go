package routerosdouble

import "time"

// Fault is something that goes wrong.
type Fault int

// The faults. Those of a connection last until Mend; those of a reply strike
// one reply for each Break.
const (
	// None is no fault.
	None Fault = iota
	// SilentAfterAccept takes connections and never reads from them.
	SilentAfterAccept
	// SilentAtLogin never answers a login.
	SilentAtLogin
	// Deaf reads commands of connections that are logged in, carries none out
	// and never answers: the other end of a half-open connection.
	Deaf
	// Slow delays every reply.
	Slow
	// SplitBytes sends every reply a byte at a time.
	SplitBytes

	// Late carries out a command and delays its reply alone.
	Late
	// ResetMidSentence carries out a command and breaks the connection half way
	// through its reply.
	ResetMidSentence
	// ResetBefore breaks the connection instead of carrying out a command.
	ResetBefore
	// Fatal ends the connection with !fatal instead of carrying out a command.
	Fatal
	// HugeWord announces a word of 4 GiB instead of a reply.
	HugeWord
	// StaleReply sends a reply that belongs to another command before the right
	// one.
	StaleReply
	// Untagged leaves the tag out of a reply.
	Untagged
	// Interrupted answers a command with a trap of category 2 without carrying
	// it out.
	Interrupted
	// Endless sends data rows for ever.
	Endless
)

// lasting says that a fault is a connection's.
func (f Fault) lasting() bool { return f < Late }

// Break lets something go wrong from now on, or with the reply to the next
// command after the login. Delay is of use to Slow and Late.
func (r *Router) Break(f Fault, delay time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if f.lasting() {
		r.fault, r.delay = f, delay
		return
	}
	r.once = append(r.once, blow{f, delay})
}

// blow is a fault of one reply.
type blow struct {
	fault Fault
	delay time.Duration
}

// Mend ends what Break began. A connection that met SilentAfterAccept or
// SilentAtLogin stays silent.
func (r *Router) Mend() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.fault, r.delay, r.once = None, 0, nil
}

// lastingFault is the connections' fault now.
func (r *Router) lastingFault() (Fault, time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.fault, r.delay
}

// nextBlow takes the fault of the next reply.
func (r *Router) nextBlow() blow {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.once) == 0 {
		return blow{}
	}
	next := r.once[0]
	r.once = r.once[1:]
	return next
}
