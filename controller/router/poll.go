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
}

func newPoll(s *Slot) *poll {
	p := &poll{box: s.box}
	p.chore = chore{slot: s, index: -1, serve: p.serve}
	wan := Queue{WAN: s.lanes[Download].queue.WAN}
	p.trouble = trouble{worse: CountersFailed, better: CountersBack, queue: wan, err: &s.errs[2]}
	return p
}

// lead is how long before their moment counters are read: time enough for a
// kernel's answer, and too short to sleep again in between on a slow machine.
const lead = 200 * time.Microsecond

// next is when to read after now, at least half a PollEvery later.
func (p *poll) next(now time.Time) time.Time {
	every := p.box.opts.PollEvery
	start := p.box.epoch.Add(time.Duration(p.slot.start.Load()) - lead)
	return start.Add((now.Add(every/2).Sub(start)/every + 1) * every)
}

func (p *poll) serve(ctx context.Context) time.Time {
	next := p.next(time.Now())
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
	p.recovered(p.box, p.slot)
	return latest(next, time.Now())
}
