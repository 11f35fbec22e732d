package loop

import (
	"math"
	"sync/atomic"
	"time"

	"github.com/wanctl/wanctl/controller/autorate"
)

// Record is what one cycle measured, decided and cost.
type Record struct {
	// At is when the cycle began, since the loop's epoch.
	At time.Duration
	// RTTMS is the median in milliseconds; Answered says that it is new.
	RTTMS    float32
	Answered bool
	// LoadMS and BaselineMS are in milliseconds; 0 before the first answer.
	LoadMS, BaselineMS float32
	// Rates are what the law wants, in bit/s, by Direction; below 2^48.
	Rates [2]int64
	// Delivered are in bit/s, by Direction; Counted says that they are known.
	Delivered [2]float32
	Counted   bool
	// Held says that a shaper has dropped, marked or queued packets of late.
	Held   [2]bool
	States [2]autorate.State
	// DelayMS is the fast delay in milliseconds, NewestMS that of the newest
	// answer; Measured says that they are known.
	DelayMS, NewestMS float32
	Measured          bool
	// Answers and Losses are the probes of which it became known what became of
	// them, those of dead reflectors left out; up to 65,535.
	Answers, Losses int
	// Skipped is how many deadlines were missed before this cycle, up to 65,535.
	Skipped int64
	// Work is the cycle's own time, Late how long after its deadline it began;
	// both are cut off at 4 s.
	Work, Late time.Duration
}

// keepRecords is how far back a loop's records reach: a reader that comes more
// often misses none.
const keepRecords = 2 * time.Second

// words is the size of a packed record: one cache line.
const words = 8

// records are a loop's newest. One goroutine adds and any number read; neither
// waits, locks or allocates. A record that is overwritten while it is read is
// noticed by the count having moved on, and left out.
type records struct {
	slots [][words]atomic.Uint64
	// count is how many were added whole.
	count atomic.Uint64
}

func newRecords(interval time.Duration) *records {
	size := 16
	for time.Duration(size)*interval < keepRecords {
		size *= 2
	}
	return &records{slots: make([][words]atomic.Uint64, size)}
}

func (r *records) add(rec *Record) {
	n := r.count.Load()
	slot := &r.slots[n&uint64(len(r.slots)-1)]
	for i, word := range rec.pack() {
		slot[i].Store(word)
	}
	r.count.Store(n + 1)
}

// since appends to buf the records from the given one on, as far as they are
// still there, and returns the number of the next.
func (r *records) since(from uint64, buf []Record) ([]Record, uint64) {
	size, count := uint64(len(r.slots)), r.count.Load()
	from = max(from, count-min(count, size))
	for ; from < count; from++ {
		var packed [words]uint64
		slot := &r.slots[from&(size-1)]
		for i := range packed {
			packed[i] = slot[i].Load()
		}
		if r.count.Load() < from+size {
			buf = append(buf, unpack(&packed))
		}
	}
	return buf, count
}

// The bits of a record's last word; above them is NewestMS.
const (
	answeredBit, countedBit = 1 << 0, 1 << 1
	heldDownloadBit         = 1 << 2
	heldUploadBit           = 1 << 3
	measuredBit             = 1 << 4

	downloadShift, uploadShift, stateMask = 8, 10, 3
	skippedShift                          = 16
)

// rateBits is how many bits a rate has; a count of probes is above them.
const rateBits = 48

func (rec *Record) pack() [words]uint64 {
	flags := uint64(rec.States[0])<<downloadShift | uint64(rec.States[1])<<uploadShift | short(rec.Skipped)<<skippedShift |
		bit(rec.Answered, answeredBit) | bit(rec.Counted, countedBit) | bit(rec.Measured, measuredBit) |
		bit(rec.Held[0], heldDownloadBit) | bit(rec.Held[1], heldUploadBit)
	return [words]uint64{
		uint64(rec.At), pair(rec.RTTMS, rec.LoadMS), pair(rec.BaselineMS, rec.DelayMS),
		rateAnd(rec.Rates[0], rec.Answers), rateAnd(rec.Rates[1], rec.Losses), pair(rec.Delivered[0], rec.Delivered[1]),
		nanos(rec.Work)<<32 | nanos(rec.Late), pair(rec.NewestMS, 0) | flags,
	}
}

func unpack(p *[words]uint64) Record {
	flags := p[7]
	rec := Record{
		At:   time.Duration(p[0]),
		Work: time.Duration(p[6] >> 32), Late: time.Duration(p[6] & math.MaxUint32),
		Answered: flags&answeredBit != 0, Counted: flags&countedBit != 0, Measured: flags&measuredBit != 0,
		Held:    [2]bool{flags&heldDownloadBit != 0, flags&heldUploadBit != 0},
		States:  [2]autorate.State{autorate.State(flags >> downloadShift & stateMask), autorate.State(flags >> uploadShift & stateMask)},
		Skipped: int64(flags >> skippedShift & math.MaxUint16),
	}
	rec.RTTMS, rec.LoadMS = unpair(p[1])
	rec.BaselineMS, rec.DelayMS = unpair(p[2])
	rec.Rates[0], rec.Answers = unrate(p[3])
	rec.Rates[1], rec.Losses = unrate(p[4])
	rec.Delivered[0], rec.Delivered[1] = unpair(p[5])
	rec.NewestMS, _ = unpair(flags)
	return rec
}

func bit(set bool, b uint64) uint64 {
	if set {
		return b
	}
	return 0
}

func short(n int64) uint64 { return uint64(min(max(n, 0), math.MaxUint16)) }

func rateAnd(bitsPerSecond int64, n int) uint64 {
	return uint64(min(max(bitsPerSecond, 0), 1<<rateBits-1)) | short(int64(n))<<rateBits
}

func unrate(w uint64) (bitsPerSecond int64, n int) {
	return int64(w & (1<<rateBits - 1)), int(w >> rateBits)
}

func pair(a, b float32) uint64 {
	return uint64(math.Float32bits(a))<<32 | uint64(math.Float32bits(b))
}

func unpair(w uint64) (a, b float32) {
	return math.Float32frombits(uint32(w >> 32)), math.Float32frombits(uint32(w))
}

func nanos(d time.Duration) uint64 { return uint64(min(max(d, 0), math.MaxUint32)) }

// note adds the cycle that began at now to the records.
func (l *Loop) note(now time.Time, work, late time.Duration, skipped int64) {
	s := l.state
	delay := s.Newest(l.config)
	rec := Record{
		At: now.Sub(l.opts.Epoch), Work: work, Late: late, Skipped: skipped,
		Answers: s.Answers, Losses: s.Losses,
		DelayMS: float32(delay.MedianMS), NewestMS: float32(delay.AnsweredMS), Measured: delay.OK,
		RTTMS: float32(s.CurrentMS), Answered: s.AnsweredAt == l.input.Now && s.AnsweredAt > 0,
		Rates:     [2]int64{s.Autorate.Shapers[0].Rate, s.Autorate.Shapers[1].Rate},
		Delivered: [2]float32{float32(s.Delivered.BitsPerSecond[0]), float32(s.Delivered.BitsPerSecond[1])},
		Counted:   s.Delivered.OK,
		Held:      s.Delivered.Held,
		States:    [2]autorate.State{s.Autorate.Shapers[0].State, s.Autorate.Shapers[1].State},
	}
	if s.Reference.Started {
		rec.LoadMS, rec.BaselineMS = float32(s.Reference.LoadMS), float32(s.Reference.BaselineMS)
	}
	l.records.add(&rec)
}

// Records appends to buf what the loop's cycles recorded from the given one
// on, the first being 0, and returns the number of the next to ask for. They
// reach back two seconds; what is older is left out. Any goroutine may call
// it.
func (l *Loop) Records(from uint64, buf []Record) (records []Record, next uint64) {
	return l.records.since(from, buf)
}
