package router

import (
	"cmp"
	"time"

	"github.com/go-logr/logr"
)

// Options tune a Mailbox; what is left out has a default.
type Options struct {
	// Log gets transitions, never single calls; it discards when left out.
	Log logr.Logger
	// PollEvery is how often counters are read; 100 ms when left out.
	PollEvery time.Duration
	// VerifyEvery is how often an unchanged queue is read back to find drift;
	// 10 s when left out.
	VerifyEvery time.Duration
	// ReadBackAfter is how long after a write a queue is read back, for devices
	// whose acknowledgement is proof enough for the moment; at once when left
	// out. A queue that is written again meanwhile is read back after that.
	ReadBackAfter time.Duration
	// CallTimeout bounds each call of the device; 3 s when left out.
	CallTimeout time.Duration
	// WritesPerMinute is the write budget of the whole router, for those that
	// keep their configuration in flash. Ten writes may be saved up. 0 is no
	// budget.
	WritesPerMinute int
	// BudgetFull is when ten writes will be saved up, as an earlier Mailbox of
	// the same router had it in its Figures: a restart earns nothing. The past is
	// a full budget.
	BudgetFull time.Time
	// ResourcesEvery is how often a Gauge is read; 5 s when left out.
	ResourcesEvery time.Duration
	// InspectEvery is how often an Inspector looks again; a minute when left out.
	InspectEvery time.Duration
	// MinBackoff and MaxBackoff bound the pause after an error that may pass
	// by itself; 500 ms and 30 s when left out.
	MinBackoff, MaxBackoff time.Duration
	// OnEvent, if set, is told of transitions. The mailbox's goroutine calls
	// it; it must not block.
	OnEvent func(Event)
	// OnApply, if set, is told of every write that was confirmed: the rate in
	// bit/s, and how long after the arrival of the sample that led to it; 0
	// where none did. As with OnEvent, it must not block.
	OnApply func(q Queue, bitsPerSecond int64, latency time.Duration)
}

// slowRetry is the pause after an error that only a person can mend.
const slowRetry = 10 * time.Second

func (o Options) withDefaults() Options {
	if o.Log.GetSink() == nil {
		o.Log = logr.Discard()
	}
	o.PollEvery = cmp.Or(o.PollEvery, 100*time.Millisecond)
	o.VerifyEvery = cmp.Or(o.VerifyEvery, 10*time.Second)
	o.CallTimeout = cmp.Or(o.CallTimeout, 3*time.Second)
	o.MinBackoff = cmp.Or(o.MinBackoff, 500*time.Millisecond)
	o.MaxBackoff = max(o.MinBackoff, cmp.Or(o.MaxBackoff, 30*time.Second))
	o.ResourcesEvery = cmp.Or(o.ResourcesEvery, 5*time.Second)
	o.InspectEvery = cmp.Or(o.InspectEvery, time.Minute)
	if o.OnEvent == nil {
		o.OnEvent = func(Event) {}
	}
	if o.OnApply == nil {
		o.OnApply = func(Queue, int64, time.Duration) {}
	}
	return o
}
