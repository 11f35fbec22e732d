package router

import (
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// Figures are what a mailbox has done since it was made.
type Figures struct {
	// Writes the router acknowledged, those of all its WANs, and WritesFailed.
	Writes, WritesFailed int64
	// WriteP50, WriteP95 and WriteMax are how long a write took that was
	// acknowledged, read-back not included; 0 before the first.
	WriteP50, WriteP95, WriteMax time.Duration
	// Held is how often a write had to wait for the budget, BudgetFull when ten
	// writes will be saved up again: zero without a budget.
	Held       int64
	BudgetFull time.Time
	// Outages counts how often the router ceased to answer; LastError is why it
	// does not answer now.
	Outages   int64
	LastError *Error
	// Asked says that the router has answered, or has failed to.
	Asked bool
}

// tally counts for Figures.
type tally struct {
	figures Figures
	took    *hdrhistogram.Histogram
}

func newTally() tally { return tally{took: hdrhistogram.New(1, time.Minute.Microseconds(), 2)} }

// Figures are those of now.
func (m *Mailbox) Figures() Figures {
	// In this order: an outage is noted before that the router was asked.
	asked := m.asked.Load()
	outage := m.outage.Load()
	m.mu.Lock()
	defer m.mu.Unlock()
	f := m.tally.figures
	f.LastError, f.Asked = outage, asked
	if took := m.tally.took; took.TotalCount() > 0 {
		micros := func(us int64) time.Duration { return time.Duration(us) * time.Microsecond }
		f.WriteP50, f.WriteP95 = micros(took.ValueAtPercentile(50)), micros(took.ValueAtPercentile(95))
	}
	return f
}

// BudgetFull is when ten writes will be saved up again; zero without a budget.
func (m *Mailbox) BudgetFull() time.Time {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.tally.figures.BudgetFull
}

// count changes what Figures tells.
func (m *Mailbox) count(f func(*tally)) {
	m.mu.Lock()
	defer m.mu.Unlock()
	f(&m.tally)
}

// wrote notes a write that took so long.
func (t *tally) wrote(took time.Duration, err error) {
	if err != nil {
		t.figures.WritesFailed++
		return
	}
	t.figures.Writes++
	t.figures.WriteMax = max(t.figures.WriteMax, took)
	_ = t.took.RecordValue(min(max(took.Microseconds(), 1), t.took.HighestTrackableValue()))
}
