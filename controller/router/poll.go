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
	// lead is how long before their moment counters begin to be read.
	lead time.Duration
}

func newPoll(s *Slot) *poll {
	p := &poll{box: s.box}
	p.chore = chore{slot: s, index: -1, serve: p.serve}
	wan := Queue{WAN: s.lanes[Download].queue.WAN}
	p.trouble = trouble{worse: CountersFailed, better: CountersBack, queue: wan, err: &s.errs[2]}
	return p
}

// leadShare is the most of PollEvery that lead may be. A reading that comes in
// too late adds one part in leadStep of PollEvery to lead, and each of the others
// takes one part in leadFade of that: so many are in time for one that is late,
// and a rare slow one changes little.
const leadShare, leadStep, leadFade = 4, 64, 16

// learn adapts lead to a reading that was due, and has just come in.
func (p *poll) learn(due, now time.Time) {
	took, step := now.Sub(due), p.box.opts.PollEvery/leadStep
	want := min(max(took+took/16-Patience, 0), p.box.opts.PollEvery/leadShare)
	p.lead = min(max(want, p.lead-step/leadFade), p.lead+step)
}

// next is the moment of the next reading after now, which begins at least half a
// PollEvery later.
func (p *poll) next(now time.Time) time.Time {
	every := p.box.opts.PollEvery
	start := p.box.epoch.Add(time.Duration(p.slot.start.Load()))
	return start.Add((now.Add(p.lead+every/2).Sub(start)/every + 1) * every)
}

func (p *poll) serve(ctx context.Context) time.Time {
	due, moment := p.due, p.next(time.Now())
	begin := moment.Add(-p.lead)
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
	p.slot.reading.done(moment.Sub(p.box.epoch))
	p.learn(due, time.Now())
	p.recovered(p.box, p.slot)
	return latest(begin, time.Now())
}
