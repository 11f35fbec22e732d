package icmp

import (
	"net"
	"sync"
	"time"
)

// roster is who can be sent to. It knows each reflector's address, if it has
// one, and whose turn it is.
type roster struct {
	mu         sync.Mutex
	reflectors []reflector
	// turn counts what was tried.
	turn uint64
	// mixed says that the known addresses are of both families.
	mixed bool
	// news is closed, and made anew, when an address was found.
	news chan struct{}
}

// reflector is one host of the roster.
type reflector struct {
	// addr is nil where none is known. What it points to never changes.
	addr *net.IPAddr
	// trouble is why it cannot be sent to; nil while it can.
	trouble error
	// A reflector in trouble is left out until again, for pause.
	pause time.Duration
	again time.Time
	// turn is when it was tried last.
	turn uint64
}

// crew is the reflectors that one pinger sends to.
type crew struct {
	// members are indices of reflectors.
	members []int
	// apart says that it is one of several, since families are mixed.
	apart bool
}

// The pause before a reflector in trouble is tried again doubles from
// leastPause to longestPause.
const (
	leastPause   = 100 * time.Millisecond
	longestPause = 2 * time.Second
)

func newRoster(reflectors int) *roster {
	return &roster{reflectors: make([]reflector, reflectors), news: make(chan struct{})}
}

// crews divides the reflectors among pingers: one for all, those without an
// address included, or one for each where families are mixed.
func (r *roster) crews() []crew {
	r.mu.Lock()
	defer r.mu.Unlock()
	all := make([]int, len(r.reflectors))
	for i := range all {
		all[i] = i
	}
	if !r.mixed {
		return []crew{{members: all}}
	}
	each := make([]crew, len(all))
	for i := range all {
		each[i] = crew{members: all[i : i+1], apart: true}
	}
	return each
}

// untilNews is how long a crew waits that nobody has an address of.
const untilNews = time.Hour

// due is how long a crew has to wait until it can send, unless there is news
// before. ok is false when crews were divided anew.
func (r *roster) due(c crew, now time.Time) (wait time.Duration, news <-chan struct{}, ok bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	wait = untilNews
	for _, i := range c.members {
		if m := &r.reflectors[i]; m.addr != nil {
			wait = min(wait, max(0, m.again.Sub(now)))
		}
	}
	return wait, r.news, c.apart == r.mixed
}

// next is who of a crew is to be sent to at a time: who waits longest of those
// that are not left out, or of all where that is nobody. With a like, its
// address is of the same family. ok is false when there is nobody, or crews
// were divided anew.
func (r *roster) next(c crew, like *net.IPAddr, at time.Time) (member int, addr *net.IPAddr, ok bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if c.apart != r.mixed {
		return 0, nil, false
	}
	best, bestOut := -1, false
	for _, i := range c.members {
		m := &r.reflectors[i]
		if m.addr == nil || like != nil && isIPv4(m.addr) != isIPv4(like) {
			continue
		}
		out := m.again.After(at)
		if best < 0 || bestOut && !out || bestOut == out && m.turn < r.reflectors[best].turn {
			best, bestOut = i, out
		}
	}
	if best < 0 {
		return 0, nil, false
	}
	return best, r.reflectors[best].addr, true
}

// found notes a reflector's address.
func (r *roster) found(member int, addr *net.IPAddr) {
	r.mu.Lock()
	defer r.mu.Unlock()
	m := &r.reflectors[member]
	if m.addr != nil && m.addr.IP.Equal(addr.IP) && m.addr.Zone == addr.Zone {
		return
	}
	m.addr, m.pause, m.again = addr, 0, time.Time{}
	families := map[bool]bool{}
	for i := range r.reflectors {
		if a := r.reflectors[i].addr; a != nil {
			families[isIPv4(a)] = true
		}
	}
	r.mixed = len(families) > 1
	close(r.news)
	r.news = make(chan struct{})
}

// known says whether a reflector has an address.
func (r *roster) known(member int) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.reflectors[member].addr != nil
}

// sent notes that a reflector was sent to, and returns whether that is new.
func (r *roster) sent(member int) (again bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	m := &r.reflectors[member]
	again = m.trouble != nil
	m.trouble, m.pause, m.again = nil, 0, time.Time{}
	r.tried(m)
	return again
}

// failed notes why a reflector cannot be sent to. It returns whether that is
// new, and whether it has been so for long: its address may have changed then.
// A reflector that was tried though it was left out stays so no longer.
func (r *roster) failed(member int, why error, now time.Time) (first, long bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	m := &r.reflectors[member]
	first = m.trouble == nil
	m.trouble = why
	r.tried(m)
	if now.Before(m.again) {
		return first, false
	}
	long = m.pause == longestPause
	m.pause = min(max(2*m.pause, leastPause), longestPause)
	m.again = now.Add(m.pause)
	return first, long
}

func (r *roster) tried(m *reflector) {
	r.turn++
	m.turn = r.turn
}

// err is why no reflector at all can be sent to; nil while one can.
func (r *roster) err() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	for i := range r.reflectors {
		if r.reflectors[i].trouble == nil {
			return nil
		}
	}
	return r.reflectors[0].trouble
}

func isIPv4(a *net.IPAddr) bool { return a.IP.To4() != nil }
