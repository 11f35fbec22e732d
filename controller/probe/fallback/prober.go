// Package fallback tells a WAN that is down from one that only loses ICMP.
//
// It stands around another prober. While that one is answered it opens a TCP
// connection now and then, to know what each target takes on an idle line. Once
// nothing has been answered for a while it asks the gateway by echo requests and
// the targets by TCP, and publishes what it found. Connections that were
// answered are samples of standbys, which the loop follows while it hears no
// reflector. A refused connection is an answer as well: the host was reached.
package fallback

import (
	"context"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"github.com/wanctl/wanctl/controller/probe"
)

// Finding is what was found out while no reflector answered.
type Finding uint8

// The findings. Answered is that reflectors answer, Unknown that they do not
// and that nothing else could be asked or is known yet.
const (
	Answered Finding = iota
	Unknown
	// ICMPLost is that TCP connections work.
	ICMPLost
	// BeyondGateway is that the gateway answers and nothing beyond it.
	BeyondGateway
	// WANDown is that nothing answers.
	WANDown
)

// Config says what is asked, and how.
type Config struct {
	// Reflectors is how many the prober probes; standbys are numbered from there.
	Reflectors int
	// Targets are host:port.
	Targets []string
	// Gateway finds the next hop; ok is false where there is none.
	Gateway func() (addr netip.Addr, ok bool)
	// Source is the address to ask from; the routing's choice when invalid.
	Source netip.Addr
	// Follow hands the times of connections to the loop.
	Follow bool
	// Timeout is when a connection counts as failed.
	Timeout time.Duration
	// Silence is for how long nothing may have been answered. Every is the time
	// between two connections then, IdleEvery that between two to the same
	// target otherwise.
	Silence, Every, IdleEvery time.Duration
	// Notify is told of every change, from the prober's goroutine.
	Notify func(from, to Finding)
}

// backlog is how many samples wait for Collect at most.
const backlog = 64

// Prober is a probe.Prober around another.
type Prober struct {
	probe.Prober
	cfg     Config
	cancel  context.CancelFunc
	running sync.WaitGroup
	// answered is when the inner prober was last answered, in nanoseconds since
	// began.
	answered atomic.Int64
	began    time.Time
	finding  atomic.Pointer[Finding]

	mu      sync.Mutex
	samples []probe.Sample
	// connected and echoed are when a target and the gateway last answered.
	connected, echoed time.Time
}

var _ probe.Prober = (*Prober)(nil)

// New stands around inner, which Close closes as well.
func New(inner probe.Prober, cfg Config) *Prober {
	ctx, cancel := context.WithCancel(context.Background())
	p := &Prober{Prober: inner, cfg: cfg, cancel: cancel, began: time.Now(), samples: make([]probe.Sample, 0, backlog)}
	answered := Answered
	p.finding.Store(&answered)
	p.running.Go(func() { p.run(ctx) })
	return p
}

// Collect implements probe.Prober. Samples of standbys come after the others.
func (p *Prober) Collect(now time.Time, buf []probe.Sample) ([]probe.Sample, probe.Waiting) {
	from := len(buf)
	buf, waiting := p.Prober.Collect(now, buf)
	for _, s := range buf[from:] {
		if !s.Lost {
			p.answered.Store(int64(now.Sub(p.began)))
			break
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	buf = append(buf, p.samples...)
	p.samples = p.samples[:0]
	return buf, waiting
}

// Finding is what was found last.
func (p *Prober) Finding() Finding { return *p.finding.Load() }

// Close implements probe.Prober.
func (p *Prober) Close() error {
	p.cancel()
	p.running.Wait()
	return p.Prober.Close()
}

func (p *Prober) gateway() (addr netip.Addr, ok bool) {
	if p.cfg.Gateway == nil {
		return addr, false
	}
	return p.cfg.Gateway()
}
