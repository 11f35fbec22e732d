package loop

import (
	"math"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/wanctl/wanctl/controller/autorate"
)

func TestARecordIsReadAsItWasAdded(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		float := func(name string) float32 { return rapid.Float32Range(0, 1e10).Draw(t, name) }
		span := func(name string, most int64) time.Duration {
			return time.Duration(rapid.Int64Range(0, most).Draw(t, name))
		}
		state := func(name string) autorate.State { return autorate.State(rapid.IntRange(0, 3).Draw(t, name)) }
		want := Record{
			At: span("at", math.MaxInt64), RTTMS: float("rtt"), LoadMS: float("load"), BaselineMS: float("baseline"),
			Answered: rapid.Bool().Draw(t, "answered"), Counted: rapid.Bool().Draw(t, "counted"),
			Rates:   [2]int64{rapid.Int64Range(0, 1<<48-1).Draw(t, "down"), rapid.Int64Range(0, 1<<48-1).Draw(t, "up")},
			DelayMS: -float("delay"), NewestMS: -float("newest"), Measured: rapid.Bool().Draw(t, "measured"),
			Answers: rapid.IntRange(0, math.MaxUint16).Draw(t, "answers"), Losses: rapid.IntRange(0, math.MaxUint16).Draw(t, "losses"),
			Skipped: rapid.Int64Range(0, math.MaxUint16).Draw(t, "skipped"), Held: [2]bool{rapid.Bool().Draw(t, "held a"), rapid.Bool().Draw(t, "held b")},
			Delivered: [2]float32{float("in"), float("out")}, States: [2]autorate.State{state("a"), state("b")},
			Work: span("work", math.MaxUint32), Late: span("late", math.MaxUint32),
		}
		r := newRecords(time.Second)
		r.add(&want)
		if got, next := r.since(0, nil); len(got) != 1 || got[0] != want || next != 1 {
			t.Fatalf("read %+v and next %d, want %+v", got, next, want)
		}
	})
}

func TestRecordsReachBackTwoSecondsAtAnyInterval(t *testing.T) {
	for _, interval := range []time.Duration{5 * time.Millisecond, 50 * time.Millisecond, 2 * time.Second} {
		r := newRecords(interval)
		const added = 5000
		for i := range added {
			r.add(&Record{At: time.Duration(i) * interval})
		}
		got, next := r.since(0, nil)
		first, last := got[0].At, got[len(got)-1].At
		if next != added || last != (added-1)*interval || last-first < keepRecords-interval {
			t.Errorf("at %v the records go from %v to %v, next %d", interval, first, last, next)
		}
		if rest, _ := r.since(next-3, nil); len(rest) != 3 {
			t.Errorf("%d records from the third last on", len(rest))
		}
	}
}

// Every field of a record is made of its number, so that one that is put
// together from two is noticed.
func TestARecordReadWhileItIsOverwrittenIsWholeOrLeftOut(t *testing.T) {
	r := newRecords(time.Second)
	numbered := func(n uint64) Record {
		return Record{At: time.Duration(n), Rates: [2]int64{int64(n), int64(n)}, RTTMS: float32(n % 1024), LoadMS: float32(n % 1024), NewestMS: float32(n % 1024), Answers: int(n % 1024), Losses: int(n % 1024), Work: time.Duration(n % 4096)}
	}
	const added = 200_000
	var writer sync.WaitGroup
	writer.Go(func() {
		for n := range uint64(added) {
			rec := numbered(n)
			r.add(&rec)
		}
	})
	var next, last uint64
	buf := make([]Record, 0, 64)
	for next < added {
		buf, next = r.since(next, buf[:0])
		for _, rec := range buf {
			if n := uint64(rec.At); rec != numbered(n) || n < last {
				t.Fatalf("record %d after %d: %+v", n, last, rec)
			}
			last = uint64(rec.At)
		}
	}
	writer.Wait()
}

func BenchmarkRecord(b *testing.B) {
	r, rec := newRecords(50*time.Millisecond), Record{RTTMS: 20, Rates: [2]int64{1e8, 1e7}}
	b.ReportAllocs()
	for b.Loop() {
		r.add(&rec)
	}
}
