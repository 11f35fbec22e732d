package loop

import (
	"fmt"
	"strconv"
	"time"

	"github.com/wanctl/wanctl/api/v1alpha1"
	"github.com/wanctl/wanctl/controller/autorate"
	"github.com/wanctl/wanctl/controller/core"
	"github.com/wanctl/wanctl/controller/estimate"
)

// Event is a transition within a loop.
type Event struct {
	At      time.Time
	Type    v1alpha1.EventType
	Reason  string
	Message string
}

// notify tells of what changed in this cycle.
func (l *Loop) notify(now time.Time, before [2]autorate.State, out *core.Outcome) {
	for d := range before {
		s := &l.state.Autorate.Shapers[d]
		if s.State != before[d] {
			l.since[d] = now
			l.event(now, v1alpha1.EventNormal, v1alpha1.ReasonStateChanged, "%s went from %s to %s",
				autorate.Direction(d), before[d].API(), s.State.API())
		}
	}
	if out.Failed >= 0 {
		l.event(now, v1alpha1.EventWarning, v1alpha1.ReasonReflectorUnhealthy, "reflector %s %s and is left out",
			l.reflector(out.Failed), ailing[l.state.Quorum.Reflectors[out.Failed].Ailment])
	}
	if out.Recovered >= 0 {
		l.event(now, v1alpha1.EventNormal, v1alpha1.ReasonReflectorHealthy, "reflector %s is well and counts again", l.reflector(out.Recovered))
	}
	if out.RelearnedMS != 0 {
		l.event(now, v1alpha1.EventNormal, v1alpha1.ReasonBaselineRelearned,
			"the line is idle at another delay than the baseline said: it moved by %+.1f ms to %.1f ms", out.RelearnedMS, l.state.Reference.BaselineMS)
	}
	if silent := !l.state.Heard(l.config, l.input.Now); silent != l.silent && l.input.Now-l.began > l.config.Quorum.Timeout {
		l.silent = silent
		switch {
		case silent:
			l.event(now, v1alpha1.EventWarning, v1alpha1.ReasonProbesLost, "no reflector answers; rates are held")
		case l.state.Quorum.OnStandby():
			l.event(now, v1alpha1.EventNormal, v1alpha1.ReasonProbesRecovered, "no reflector answers; TCP connections stand in for probes")
		default:
			l.event(now, v1alpha1.EventNormal, v1alpha1.ReasonProbesRecovered, "probes are answered again")
		}
	}
}

// ailing says what an unhealthy reflector does.
var ailing = [...]string{
	estimate.Well:    "is well",
	estimate.Dead:    "no longer answers",
	estimate.Slow:    "answers later than the others, above its own baseline,",
	estimate.Limited: "loses a steady share of its probes, as if it limited their rate,",
}

// reflector is a reflector's address, or its number where it has none.
func (l *Loop) reflector(i int) string {
	if i < len(l.opts.Reflectors) {
		return l.opts.Reflectors[i]
	}
	return strconv.Itoa(i + 1)
}

func (l *Loop) event(now time.Time, kind v1alpha1.EventType, reason, format string, args ...any) {
	if l.opts.Notify != nil {
		l.opts.Notify(Event{At: now, Type: kind, Reason: reason, Message: fmt.Sprintf(format, args...)})
	}
}
