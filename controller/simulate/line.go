package simulate

import (
	"fmt"
	"time"

	"github.com/wanctl/wanctl/api/v1alpha1"
	"github.com/wanctl/wanctl/controller/autorate"
	"github.com/wanctl/wanctl/controller/core"
	"github.com/wanctl/wanctl/controller/evidence"
	"github.com/wanctl/wanctl/controller/fluid"
	simrouter "github.com/wanctl/wanctl/controller/router/simulated"
)

// Line is one WAN over its simulated link whose loop is restarted now and then,
// and watched. Times are durations since the beginning, and rise from call to
// call. It is not safe for concurrent use.
type Line struct {
	wan    *v1alpha1.WAN
	router *v1alpha1.Simulated
	link   *simrouter.Link
	loop   *run
	began  time.Duration
	next   time.Duration

	collector *evidence.Collector
	held      bool
	rates     [2]int64
	failed    int64
}

// NewLine is the line of a WAN of a defaulted site, with no loop yet.
func NewLine(site *v1alpha1.Site, wan *v1alpha1.WAN, readFile func(string) ([]byte, error)) (*Line, error) {
	config, err := fluid.Compile(site, wan, readFile)
	if err != nil {
		return nil, fmt.Errorf("simulate wan %s: %w", wan.Name, err)
	}
	l := &Line{wan: wan, link: simrouter.NewLink(fluid.New(config), start)}
	if router := site.RouterFor(wan); router != nil {
		l.router = router.Simulated
	}
	return l, nil
}

// Restart begins a loop with other parameters: what the last one learnt is
// carried over, as an agent does.
func (l *Line) Restart(config *core.Config, now time.Duration) {
	before := l.loop
	l.loop = newRunAt(l.wan, config, l.link, Wanctl, now)
	if before != nil {
		names := l.reflectors()
		l.loop.state = before.state.Carry(config, before.config.Interval, names, names)
		l.loop.apply(start.Add(now))
	}
	l.began, l.next = now, now+config.Interval
	l.rates = l.loop.tally.rates
}

// Soak begins to take evidence, with none from before.
func (l *Line) Soak(opts evidence.Options) { l.collector = evidence.New(opts) }

// Hold says whether no evidence is to be taken.
func (l *Line) Hold(held bool) {
	if held && !l.held && l.collector != nil {
		l.collector.Interrupt()
	}
	l.held = held
}

// Advance turns all cycles until a time, and looks at the router then.
func (l *Line) Advance(until time.Duration) {
	for l.loop != nil && l.next <= until {
		l.cycle()
	}
	if l.collector == nil || l.held {
		l.failed = 0
		return
	}
	r := evidence.Reading{At: until, Failed: l.failed}
	l.failed = 0
	r.CPUPercent, r.CPUKnown = l.CPU(until)
	l.collector.Read(&r)
}

// cycle is the next one, and the deadlines that it misses.
func (l *Line) cycle() {
	r, now := l.loop, l.next
	interval, work := r.config.Interval, l.work()
	due := max(int64((work+interval-1)/interval), 1)
	intervals := int64(1)
	if now-l.began > interval {
		intervals = due
	}
	r.step(now, intervals)
	var applied []evidence.Applied
	if at := start.Add(now); l.Fault(now, v1alpha1.FaultRouterDown, v1alpha1.FaultQueueMissing) == "" {
		r.apply(at)
		applied = l.acknowledged(now, work)
	} else if r.tally.rates != [2]int64{r.state.Autorate.Shapers[0].Rate, r.state.Autorate.Shapers[1].Rate} {
		l.failed++
	}
	if l.collector != nil && !l.held {
		cycle := l.evidence(now, work, intervals-1)
		l.collector.Cycle(&cycle)
		for i := range applied {
			l.collector.Applied(&applied[i])
		}
	}
	l.next = now + time.Duration(due)*interval
}

// acknowledged are the rates that have changed. They are told of before the next
// cycle, however long the router takes.
func (l *Line) acknowledged(now, work time.Duration) (applied []evidence.Applied) {
	latency := work
	if l.router != nil && l.router.ApplyLatency != nil {
		latency += l.router.ApplyLatency.Duration
	}
	at := now + min(latency, l.loop.config.Interval-1)
	for d, rate := range l.loop.tally.rates {
		if rate != l.rates[d] {
			applied = append(applied, evidence.Applied{At: at, Direction: autorate.Direction(d), BitsPerSecond: rate, Latency: latency})
		}
	}
	l.rates = l.loop.tally.rates
	return applied
}

func (l *Line) evidence(now, work time.Duration, skipped int64) evidence.Cycle {
	r := l.loop
	delay := r.state.Newest(r.config)
	c := evidence.Cycle{
		At: now, Work: work, Skipped: skipped, Answers: int64(r.state.Answers), Lost: int64(r.state.Losses),
		DelayMS: delay.MedianMS, NewestMS: delay.AnsweredMS, Measured: delay.OK,
		BaselineMS: r.state.Reference.BaselineMS, Delivered: r.state.Delivered.BitsPerSecond, Counted: r.state.Delivered.OK, Held: r.state.Delivered.Held,
	}
	for d := range c.Rates {
		c.Rates[d], c.States[d] = r.state.Autorate.Shapers[d].Rate, r.state.Autorate.Shapers[d].State
	}
	return c
}

// Figures sum up the soak until now.
func (l *Line) Figures(now time.Duration) evidence.Figures {
	if l.collector == nil {
		return evidence.Figures{}
	}
	return l.collector.Figures(now)
}

// Started says that there is a loop.
func (l *Line) Started() bool { return l.loop != nil }

// Running says that the loop measures.
func (l *Line) Running() bool { return l.loop != nil && l.loop.state.Reference.Started }

// patience is how long a loop may be silent after its start.
const patience = 5 * time.Second

// Silent says that no reflector answers.
func (l *Line) Silent(now time.Duration) bool {
	return l.loop != nil && now-l.began > patience && !l.loop.state.Heard(l.loop.config, now)
}

// Limited are the reflectors that ration their answers.
func (l *Line) Limited() (addresses []string) {
	if l.loop == nil {
		return nil
	}
	for i, address := range l.reflectors() {
		if l.loop.state.Quorum.Reflectors[i].Rationed() {
			addresses = append(addresses, address)
		}
	}
	return addresses
}

// Fault is the first of such faults that the router has now; empty for none.
func (l *Line) Fault(now time.Duration, kinds ...v1alpha1.SimulatedFaultKind) v1alpha1.SimulatedFaultKind {
	if l.router == nil {
		return ""
	}
	for _, f := range l.router.Faults {
		for _, kind := range kinds {
			if f.Kind == kind && f.At.Duration <= now && now < f.At.Duration+f.For.Duration {
				return kind
			}
		}
	}
	return ""
}

// CPU is the load in percent that the router tells.
func (l *Line) CPU(now time.Duration) (percent float64, known bool) {
	if l.router == nil {
		return 0, false
	}
	for _, step := range l.router.CPU {
		if step.At.Duration <= now {
			percent, known = float64(step.Percent), true
		}
	}
	return percent, known
}

// work is how long a cycle takes: what the manifest says.
func (l *Line) work() time.Duration {
	if l.router == nil || l.router.CycleWork == nil {
		return 0
	}
	return l.router.CycleWork.Duration
}

func (l *Line) reflectors() []string {
	if len(l.wan.Probe.Reflectors) == 0 {
		return []string{"default"}
	}
	return l.wan.Probe.Reflectors
}
