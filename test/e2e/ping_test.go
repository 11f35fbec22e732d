//go:build e2e

package e2e

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"sync"
	"testing"
	"time"

	probing "github.com/prometheus-community/pro-bing"
)

// pinger measures the round-trip time from the client to the server all the
// time.
type pinger struct {
	mu     sync.Mutex
	echoes []echo
}

type echo struct {
	sent time.Time
	// rtt is 0 while there is no answer.
	rtt time.Duration
}

const pingEvery = 50 * time.Millisecond

// startPing pings until the test's end.
func startPing(t *testing.T, l *line) *pinger {
	t.Helper()
	p := &pinger{}
	bing := probing.New(target)
	bing.SetPrivileged(true)
	bing.SetLogger(nil)
	bing.Interval = pingEvery
	bing.RecordRtts, bing.RecordTTLs = false, false
	bing.OnSend = func(*probing.Packet) { p.send(time.Now()) }
	bing.OnRecv = func(packet *probing.Packet) { p.receive(packet.Seq, time.Now()) }
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() {
		ended <- l.client.own(func() error { return bing.RunWithContext(ctx) })
	}()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil && !errors.Is(err, context.Canceled) {
			t.Errorf("ping from the client: %v", err)
		}
	})
	return p
}

func (p *pinger) send(now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.echoes = append(p.echoes, echo{sent: now})
}

func (p *pinger) receive(seq int, now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if seq < len(p.echoes) && p.echoes[seq].rtt == 0 {
		p.echoes[seq].rtt = now.Sub(p.echoes[seq].sent)
	}
}

// delays are round-trip times in milliseconds.
type delays struct {
	p50, p95, max float64
	sent, lost    int
}

func (d delays) String() string {
	return fmt.Sprintf("ping p50 %.1f ms, p95 %.1f ms, max %.1f ms, %d of %d lost", d.p50, d.p95, d.max, d.lost, d.sent)
}

// between sums up the pings that left between two times. One without an answer
// counts as late as can be in the percentiles, and not at all in the maximum.
func (p *pinger) between(from, to time.Time) delays {
	p.mu.Lock()
	defer p.mu.Unlock()
	var d delays
	var ms []float64
	for _, e := range p.echoes {
		if e.sent.Before(from) || !e.sent.Before(to) {
			continue
		}
		d.sent++
		if e.rtt == 0 {
			d.lost++
			ms = append(ms, math.Inf(1))
			continue
		}
		ms = append(ms, float64(e.rtt)/float64(time.Millisecond))
		d.max = max(d.max, ms[len(ms)-1])
	}
	if len(ms) == 0 {
		return d
	}
	slices.Sort(ms)
	d.p50, d.p95 = ms[len(ms)/2], ms[len(ms)*95/100]
	return d
}
