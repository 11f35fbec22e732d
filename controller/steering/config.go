package steering

import (
	"fmt"

	"github.com/wanctl/wanctl/api/v1alpha1"
)

// NewPolicy compiles a policy of a defaulted site; RED and GREEN last as long as
// its primary's time constants say.
func NewPolicy(site *v1alpha1.Site, p *v1alpha1.Steering) *Policy {
	var from *v1alpha1.WAN
	for i := range site.Spec.WANs {
		if site.Spec.WANs[i].Name == p.From {
			from = &site.Spec.WANs[i]
		}
	}
	times := site.EffectiveTimeConstants(from)
	return &Policy{
		Name: p.Name, From: p.From, To: p.To, Group: p.Group, Priority: *p.Priority,
		Config: Config{
			Red: times.Red.Duration, Green: times.Green.Duration, HoldDown: p.HoldDown.Duration,
			MinDrops: *p.Confirm.MinDrops, MinQueued: *p.Confirm.MinQueuedPackets, AtFloor: *p.Confirm.AtFloor, MaxLoss: *p.MaxLoss,
			FreeTurns: int(*p.Damping.Turns), Window: p.Damping.Window.Duration,
		},
	}
}

// Explain says in a sentence why a policy is where it is, and how far it is from
// turning.
func (s *State) Explain(p *Policy) string {
	text := s.Reason.Sentence(p.From, p.To)
	c := &p.Config
	switch s.Reason {
	case Congesting:
		text += fmt.Sprintf(": %v of %v", tenths(s.longest()), s.need(c.Red, c))
	case Clearing:
		text += fmt.Sprintf(": %v of %v", tenths(s.greenFor), s.need(c.Green, c))
	case AlternateRecovering:
		text += fmt.Sprintf(": %v of %v", tenths(s.last-s.unwellAt), c.HoldDown)
	case HeldDown:
		text += fmt.Sprintf(": %v ago, hold-down %v", tenths(s.last-s.TurnedAt), c.HoldDown)
	}
	if factor := s.Factor(c); factor > 1 {
		text += fmt.Sprintf("; damped: %d turns within %v, RED and GREEN must last %d times as long", s.Recent(c), c.Window, factor)
	}
	return text
}
