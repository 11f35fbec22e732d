package main

import (
	"time"

	"github.com/wanctl/wanctl/api/v1alpha1"
	"github.com/wanctl/wanctl/controller/autorate"
	"github.com/wanctl/wanctl/controller/loop"
	"github.com/wanctl/wanctl/reconciler"
)

// observers are shown everything in their order.
type observers []reconciler.Observer

func (o observers) LoopStarted(site, wan string, l *loop.Loop, epoch time.Time) {
	for _, each := range o {
		each.LoopStarted(site, wan, l, epoch)
	}
}

func (o observers) LoopStopped(site, wan string) {
	for _, each := range o {
		each.LoopStopped(site, wan)
	}
}

func (o observers) Applied(site, wan string, dir autorate.Direction, bitsPerSecond int64, latency time.Duration) {
	for _, each := range o {
		each.Applied(site, wan, dir, bitsPerSecond, latency)
	}
}

func (o observers) Event(e v1alpha1.Event) {
	for _, each := range o {
		each.Event(e)
	}
}

func (o observers) Writing(begun bool) {
	for _, each := range o {
		each.Writing(begun)
	}
}
