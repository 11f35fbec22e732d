package loop

import (
	"time"

	hdr "github.com/HdrHistogram/hdrhistogram-go"
)

// figures are a loop's own cost and punctuality. Times are kept in
// nanoseconds, to two digits, from 100 ns to a minute.
type figures struct {
	work, late *hdr.Histogram
	// workMax and lateMax are the longest, exactly.
	workMax, lateMax  time.Duration
	overruns, skipped int64
	// taken are the figures as of the quantiles' last time.
	taken   Cycles
	takenAt time.Time
}

func newFigures() figures {
	return figures{work: newHistogram(), late: newHistogram()}
}

func newHistogram() *hdr.Histogram { return hdr.New(100, int64(time.Minute), 2) }

func (f *figures) record(work, late time.Duration, skipped int64, interval time.Duration) {
	record(f.work, work)
	record(f.late, late)
	f.workMax, f.lateMax = max(f.workMax, work), max(f.lateMax, late)
	f.skipped += skipped
	if work > interval {
		f.overruns++
	}
}

// record counts what lies beyond the histogram's range at its end.
func record(h *hdr.Histogram, d time.Duration) {
	_ = h.RecordValue(min(max(int64(d), h.LowestTrackableValue()), h.HighestTrackableValue()))
}

// Cycles are a loop's figures since it started.
type Cycles struct {
	Count, Overruns, Skipped              int64
	WorkP50, WorkP95, WorkP99, WorkMax    time.Duration
	LatenessP50, LatenessP99, LatenessMax time.Duration
}

// cycles are the figures now, with quantiles and extremes that are at most
// quantilesEvery old.
func (f *figures) cycles(now time.Time) Cycles {
	if now.Sub(f.takenAt) >= quantilesEvery || f.taken.Count == 0 {
		f.takenAt = now
		f.taken = Cycles{
			WorkP50: quantile(f.work, 50), WorkP95: quantile(f.work, 95), WorkP99: quantile(f.work, 99),
			LatenessP50: quantile(f.late, 50), LatenessP99: quantile(f.late, 99),
			WorkMax: f.workMax, LatenessMax: f.lateMax,
		}
	}
	f.taken.Count, f.taken.Overruns, f.taken.Skipped = f.work.TotalCount(), f.overruns, f.skipped
	return f.taken
}

func quantile(h *hdr.Histogram, percent float64) time.Duration {
	return time.Duration(h.ValueAtQuantile(percent))
}
