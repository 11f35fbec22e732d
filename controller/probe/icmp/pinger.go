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

// pinger is one pro-bing Pinger: it sends a lifetime's probes, stays until the
// last of them is answered or overdue, and ends. All callbacks but
// notReceived run on one goroutine of pro-bing's, so that a probe is noted
// before its answer is.
type pinger struct {
	target *target
	addr   *net.IPAddr
	bing   *probing.Pinger
	cancel context.CancelFunc
	// ended is closed by cancel.
	ended <-chan struct{}
	// stirred holds a token after a probe has left.
	stirred chan struct{}
	// base is the ledger's number of the probe with sequence number 0.
	base uint64
	// spent is closed when the last probe has left.
	spent chan struct{}
	// failing is since when no probe could be sent; zero while they can.
	failing time.Time
	// cause is why the pinger was ended, if it was not for its lifetime.
	cause atomic.Pointer[error]
}

// hopeless is how long a pinger may fail to send before a new one, with a new
// socket and a new lookup, is tried.
const hopeless = 10 * time.Second

func newPinger(t *target, addr *net.IPAddr) *pinger {
	p := &pinger{target: t, addr: addr, base: t.ledger.next(t.index), spent: make(chan struct{}), stirred: make(chan struct{}, 1)}
	b := probing.New(t.host)
	b.SetIPAddr(addr)
	b.SetPrivileged(true)
	b.SetLogger(prohibition{p: p})
	b.Source = t.source
	b.Interval = t.beat.period
	b.Count = t.lifetime
	b.RecordRtts, b.RecordTTLs = false, false
	b.OnSend, b.OnSendError, b.OnRecv = p.sent, p.notSent, p.received
	b.OnRecvError = p.notReceived
	p.bing = b
	return p
}

// start runs the pinger until it is spent, which is no error: it then goes on
// by itself while answers may come. Any other end is one.
func (p *pinger) start(ctx context.Context) error {
	ctx, p.cancel = context.WithCancel(ctx)
	p.ended = ctx.Done()
	ended := make(chan error, 1)
	p.target.pingers.Go(func() {
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
		if cause := p.cause.Load(); cause != nil {
			err = *cause
		}
		if err == nil {
			err = errors.New("the pinger ended by itself")
		}
		return fmt.Errorf("probe reflector %s: %w", p.target.host, err)
	}
}

func (p *pinger) sent(packet *probing.Packet) {
	p.target.ledger.sent(p.target.index, time.Now())
	select {
	case p.stirred <- struct{}{}:
	default:
	}
	p.failing = time.Time{}
	p.target.sending()
	if packet.Seq == p.target.lifetime-1 {
		time.AfterFunc(p.target.timeout, p.cancel)
		close(p.spent)
	}
}

func (p *pinger) notSent(_ *probing.Packet, err error) {
	now := time.Now()
	p.target.failed(fmt.Errorf("probe reflector %s: %w", p.target.host, err))
	if p.failing.IsZero() {
		p.failing = now
	}
	if now.Sub(p.failing) >= hopeless {
		p.end(err)
	}
}

func (p *pinger) received(packet *probing.Packet) {
	now := time.Now()
	if packet.IPAddr.IP.Equal(p.addr.IP) {
		p.target.ledger.answered(p.target.index, p.base+uint64(packet.Seq), now)
	}
}

// notReceived is called several times a second while no answer comes. Where
// none can come since none is awaited, it holds up the goroutine that reads
// until the next probe leaves: waking it for nothing would cost more than the
// probes do.
func (p *pinger) notReceived(err error) {
	if timeout, ok := errors.AsType[net.Error](err); !ok || !timeout.Timeout() {
		return
	}
	select {
	case <-p.stirred:
	default:
	}
	if p.target.ledger.quiet(p.target.index, p.base, time.Now()) {
		select {
		case <-p.stirred:
		case <-p.ended:
		}
	}
}

func (p *pinger) end(cause error) {
	p.cause.CompareAndSwap(nil, &cause)
	p.cancel()
}

// prohibition is the logger of a pinger. Where a route prohibits sending
// (EACCES) pro-bing takes the address for a broadcast's and tries again for
// ever, deaf to its context; all it does in between is to log. That call ends
// its goroutine.
type prohibition struct {
	probing.NoopLogger
	p *pinger
}

// Infof ends the goroutine that sends.
func (l prohibition) Infof(string, ...any) {
	l.p.end(fmt.Errorf("send: %w", syscall.EACCES))
	runtime.Goexit()
}
