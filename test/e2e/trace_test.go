//go:build e2e

package e2e

import (
	"fmt"
	"strings"
	"sync"
	"time"
)

// trace notes every second what the line carries and what wanctl makes of it,
// for a person to judge by.
type trace struct {
	bench *bench
	began time.Time
	stop  func()

	mu   sync.Mutex
	rows []string
}

const traceHeader = "   t | line down/up | shaper down/up | carried down/up | ping p50/max/lost | wanctl: profile load baseline, reasons down/up"

func startTrace(b *bench) *trace {
	tr := &trace{bench: b, began: time.Now()}
	quit, done := make(chan struct{}), make(chan struct{})
	tr.stop = sync.OnceFunc(func() { close(quit); <-done })
	go func() {
		defer close(done)
		ticker := time.NewTicker(time.Second)
		defer ticker.Stop()
		last, err := b.line.carried()
		for err == nil {
			select {
			case <-quit:
				return
			case <-ticker.C:
			}
			last, err = tr.note(last)
		}
		tr.add("the trace ends: " + err.Error())
	}()
	return tr
}

// note adds a row for the time since the last reading of the counters.
func (tr *trace) note(last counters) (counters, error) {
	b := tr.bench
	now, err := b.line.carried()
	if err != nil {
		return now, err
	}
	shaperDown, err := b.line.rate("ifb")
	if err != nil {
		return now, err
	}
	shaperUp, err := b.line.rate("wan")
	if err != nil {
		return now, err
	}
	down, up := now.since(last)
	// What left in the last second may still be on its way.
	p := b.ping.between(last.at.Add(-time.Second), last.at)
	row := fmt.Sprintf("%4.0f | %4.0f/%-4.0f | %5.2f/%-5.2f | %5.2f/%-5.2f | %5.1f/%5.1f/%d",
		now.at.Sub(tr.began).Seconds(), float64(b.capacity.Load()), float64(lineUp), shaperDown, shaperUp, down, up, p.p50, p.max, p.lost)
	if b.agent.running.Load() {
		if w, err := b.agent.wan(dsl); err == nil {
			row += fmt.Sprintf(" | %s %s %s, %s/%s", w.Profile, rtt(w.RTT.Load), rtt(w.RTT.Baseline), w.Download.Reason, w.Upload.Reason)
		}
	}
	tr.add(row)
	return now, nil
}

func (tr *trace) add(row string) {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	tr.rows = append(tr.rows, row)
}

// take returns the rows since the last call.
func (tr *trace) take() string {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	rows := append([]string{traceHeader}, tr.rows...)
	tr.rows = nil
	return strings.Join(rows, "\n")
}
