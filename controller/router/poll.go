package router

import (
	"context"
	"time"
)

// poll reads the counters of a slot.
type poll struct {
	chore
	trouble
	box *Mailbox
	// lead is how long before their moment counters are read.
	lead time.Duration
}

func newPoll(s *Slot) *poll {
	p := &poll{box: s.box, lead: leastLead}
	p.chore = chore{slot: s, index: -1, serve: p.serve}
	wan := Queue{WAN: s.lanes[Download].queue.WAN}
	p.trouble = trouble{worse: CountersFailed, better: CountersBack, queue: wan, err: &s.errs[2]}
	return p
}

// leastLead is for a kernel's answer on a fast machine: longer would be to sleep
// again until the moment. A router that takes longer has as much more, so that
// the moment finds this reading and not the one before; leadShare is the most of
// PollEvery that it may be, and one part in leadFade of it goes with each reading
// that would do with less.
const leastLead, leadShare, leadFade = 200 * time.Microsecond, 4, 64

// learn adapts lead to a reading that was due, and has just come in.
func (p *poll) learn(due, now time.Time) {
	took := now.Sub(due)
	took += took / 16
	p.lead = min(max(took, p.lead-p.lead/leadFade, leastLead), p.box.opts.PollEvery/leadShare)
}

// next is when to read after now, at least half a PollEvery later.
func (p *poll) next(now time.Time) time.Time {
	every := p.box.opts.PollEvery
	start := p.box.epoch.Add(time.Duration(p.slot.start.Load()) - p.lead)
	return start.Add((now.Add(every/2).Sub(start)/every + 1) * every)
}

func (p *poll) serve(ctx context.Context) time.Time {
	due, next := p.due, p.next(time.Now())
	download, upload := p.slot.lanes[Download].queue, p.slot.lanes[Upload].queue
	var counters Counters
	err := p.box.call(ctx, "read the counters of", upload.Name, func(ctx context.Context) (err error) {
		counters, err = p.box.device.Counters(ctx, download, upload)
		return err
	})
	switch {
	case ctx.Err() != nil:
		return time.Time{}
	case err != nil:
		return p.failed(p.box, p.slot, err)
	}
	p.slot.counters.Store(&counters)
	p.learn(due, time.Now())
	p.recovered(p.box, p.slot)
	return latest(next, time.Now())
}
