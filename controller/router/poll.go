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

func (p *poll) serve(ctx context.Context) time.Time {
	next := time.Now().Add(p.box.opts.PollEvery)
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
