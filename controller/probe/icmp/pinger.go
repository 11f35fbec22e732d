package icmp

import (
	"context"
	"errors"
	"fmt"
	"net"
	"runtime"
	"sync/atomic"
	"syscall"
	"time"

	probing "github.com/prometheus-community/pro-bing"
)

// pinger is one pro-bing Pinger: it sends a lifetime's probes to a crew, stays
// until the last of them is answered or overdue, and ends. The callbacks that note
// a probe and its answer run on one goroutine of pro-bing's, so that a probe is
// noted before its answer is.
type pinger struct {
	keeper *keeper
	crew   crew
	beat   beat
	bing   *probing.Pinger
	cancel context.CancelFunc
	// ended is closed by cancel.
	ended <-chan struct{}
	// stirred holds a token after a probe has left; begun is set by the first.
	stirred chan struct{}
	begun   atomic.Bool
	// spent is closed when the last probe has left.
	spent chan struct{}

	// The goroutine that sends owns the rest. The next probe is for member, at
	// addr. aim is what pro-bing sends to; it is written in place, since
	// SetIPAddr also writes what the goroutine that reads looks at.
	member int
	addr   *net.IPAddr
	aim    *net.IPAddr
	// departures are the newest probes, by sequence number modulo their count.
	departures []departure
	// refused counts reflectors that a route prohibits, in this turn.
	refused int
	// failing is since when no probe could be sent; zero while they can.
	failing time.Time
}

// departure is what a sequence number was used for.
type departure struct {
	sequence, member int
	// number is the ledger's.
	number uint64
	ip     net.IP
}

// hopeless is how long a pinger may fail to send before a new one, with a new
// socket, is tried.
const hopeless = 10 * time.Second

// newPinger makes one that sends first to a member, at addr; the rest of the
// crew takes turns where it has addresses of the same family.
func newPinger(k *keeper, c crew, beat beat, member int, addr *net.IPAddr) *pinger {
	aim, period := *addr, beat.period
	p := &pinger{
		keeper: k, crew: c, beat: beat, member: member, addr: addr, aim: &aim,
		spent: make(chan struct{}), stirred: make(chan struct{}, 1),
		departures: make([]departure, min(int(k.timeout/period)+slack, k.lifetime)),
	}
	b := probing.New(k.hosts[member])
	b.SetIPAddr(p.aim)
	b.SetPrivileged(true)
	b.SetLogger(prohibition{p: p})
	b.Source = k.source
	b.Interval = period
	b.Count = k.lifetime
	b.RecordRtts, b.RecordTTLs = false, false
	b.OnSend, b.OnSendError, b.OnRecv = p.sent, p.notSent, p.received
	b.OnRecvError = p.notReceived
	p.bing = b
	return p
}

// start runs the pinger until it is spent: it then goes on by itself while
// answers may come. An error is why it ended before, unless that was for what
// is noted of the reflectors already.
func (p *pinger) start(ctx context.Context) error {
	ctx, p.cancel = context.WithCancel(ctx)
	p.bing.OnSetup = func() { p.ready(ctx) }
	p.ended = ctx.Done()
	ended := make(chan error, 1)
	p.keeper.pingers.Go(func() {
		defer p.cancel()
		ended <- p.bing.RunWithContext(ctx)
	})
	select {
	case <-p.spent:
		return nil
	case err := <-ended:
		select {
		case <-p.spent:
			return nil
		default:
		}
		if !p.failing.IsZero() {
			return nil
		}
		if err == nil {
			err = errors.New("the pinger ended by itself")
		}
		return err
	}
}

// starting is what pro-bing takes on a slow machine (250 million instructions a
// second) from here until its clock runs.
const starting = 600 * time.Microsecond

// ready holds pro-bing's clock until it is to start, which is also when in each
// interval it will go off for the pinger's life: with the other timers of that
// moment, so that they wake the process once.
func (p *pinger) ready(ctx context.Context) {
	moment := p.beat.after(time.Now().Add(starting))
	// A pinger that ends meanwhile finds out by itself.
	_ = meet(ctx, moment.Add(-starting))
}

func (p *pinger) sent(packet *probing.Packet) {
	now := time.Now()
	p.departures[packet.Seq%len(p.departures)] = departure{
		sequence: packet.Seq, member: p.member, number: p.keeper.ledger.sent(p.member, now), ip: p.addr.IP,
	}
	p.begun.Store(true)
	select {
	case p.stirred <- struct{}{}:
	default:
	}
	p.failing, p.refused = time.Time{}, 0
	p.keeper.sent(p.member)
	if packet.Seq == p.keeper.lifetime-1 || !p.turn(now.Add(p.beat.period)) {
		// pro-bing compares what was sent with Count on this goroutine.
		p.bing.Count = packet.Seq + 1
		time.AfterFunc(p.keeper.timeout, p.cancel)
		close(p.spent)
	}
}

// turn aims at who is to be sent to at a time; false where there is nobody, or
// another pinger's turn has come.
func (p *pinger) turn(at time.Time) bool {
	member, addr, ok := p.keeper.roster.next(p.crew, p.addr, at)
	if ok {
		p.member, p.addr, *p.aim = member, addr, *addr
	}
	return ok
}

func (p *pinger) notSent(_ *probing.Packet, err error) {
	now := time.Now()
	p.refused = 0
	p.failed(now, err)
	if now.Sub(p.failing) >= hopeless || !p.turn(now.Add(p.beat.period)) {
		p.cancel()
	}
}

// failed notes an error. Its address is aim, of which it says at once what is
// true now.
func (p *pinger) failed(now time.Time, err error) {
	p.keeper.failed(p.member, fmt.Errorf("probe reflector %s: %w", p.keeper.hosts[p.member], err))
	if p.failing.IsZero() {
		p.failing = now
	}
}

func (p *pinger) received(packet *probing.Packet) {
	now := time.Now()
	d := &p.departures[packet.Seq%len(p.departures)]
	if d.sequence == packet.Seq && packet.IPAddr.IP.Equal(d.ip) {
		p.keeper.ledger.answered(d.member, d.number, now)
	}
}

// notReceived is called several times a second while no answer comes. Where
// none can come since none is awaited, it holds up the goroutine that reads
// until the next probe leaves: waking it for nothing would cost more than the
// probes do. Before the first has left it does not, since a pinger that cannot
// send it ends only when that goroutine does.
func (p *pinger) notReceived(err error) {
	if timeout, ok := errors.AsType[net.Error](err); !ok || !timeout.Timeout() || !p.begun.Load() {
		return
	}
	select {
	case <-p.stirred:
	default:
	}
	if p.keeper.ledger.quiet(p.crew.members, time.Now()) {
		select {
		case <-p.stirred:
		case <-p.ended:
		}
	}
}

// prohibition is the logger of a pinger. Where a route prohibits sending
// (EACCES) pro-bing takes the address for a broadcast's and tries again for
// ever, deaf to its context; all it does in between is to log.
type prohibition struct {
	probing.NoopLogger
	p *pinger
}

// Infof aims at another reflector, which that same probe then goes to. When
// all are prohibited it ends the goroutine that sends.
func (l prohibition) Infof(string, ...any) {
	p, now := l.p, time.Now()
	p.failed(now, fmt.Errorf("send: %w", syscall.EACCES))
	p.refused++
	if p.refused < len(p.crew.members) && p.turn(now) {
		return
	}
	p.cancel()
	runtime.Goexit()
}
