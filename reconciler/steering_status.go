package reconciler

import (
	"errors"
	"fmt"
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/wanctl/wanctl/api/v1alpha1"
	"github.com/wanctl/wanctl/controller/loop"
	"github.com/wanctl/wanctl/controller/router"
	"github.com/wanctl/wanctl/controller/steering"
	"github.com/wanctl/wanctl/controller/steering/shell"
	"github.com/wanctl/wanctl/reconciler/status"
)

// steeringStatus are a site's policies in the manifest's order.
func (s *site) steeringStatus(epoch time.Time) []v1alpha1.SteeringStatus {
	if s.steered == nil {
		return nil
	}
	stand := map[string]steering.Policy{}
	for _, p := range s.steered.shell.Policies() {
		stand[p.Name] = p
	}
	var all []v1alpha1.SteeringStatus
	for i := range s.live.Spec.Steering {
		name := s.live.Spec.Steering[i].Name
		p, ok := stand[name]
		if !ok {
			continue
		}
		key := s.steered.keys[name]
		st := policyStatus(&p, epoch)
		st.Rule = ruleStatus(key, s.steered.rules[key].keeper.State())
		all = append(all, st)
	}
	return all
}

func policyStatus(p *steering.Policy, epoch time.Time) v1alpha1.SteeringStatus {
	state := &p.State
	st := v1alpha1.SteeringStatus{
		Name: p.Name, From: p.From, To: p.To, Active: state.Active, Reason: string(state.Reason), Message: state.Explain(p),
		Confidence: int32(state.Confidence), Turns: state.Total, Damping: int32(state.Factor(&p.Config)),
	}
	if state.Turned {
		st.Since = &metav1.Time{Time: epoch.Add(state.TurnedAt)}
	}
	for _, t := range state.Terms {
		st.Terms = append(st.Terms, v1alpha1.SteeringTerm{Name: t.Name, Points: int32(t.Points), Of: int32(t.Of), Figure: t.Figure})
	}
	return st
}

func ruleStatus(key ruleKey, k shell.KeeperState) v1alpha1.RuleStatus {
	st := v1alpha1.RuleStatus{Router: key.router, Rule: key.rule, State: k.Rule, SwitchesTotal: k.Switches, DriftsTotal: k.Drifts}
	if k.Err != nil {
		st.LastError = k.Err.Error()
	}
	return st
}

// savedSteering is what the policies would go on from.
func (s *site) savedSteering(epoch, now time.Time) map[string]status.SteeringResume {
	if s.steered == nil {
		return nil
	}
	saved := map[string]status.SteeringResume{}
	for _, p := range s.steered.shell.Policies() {
		key := s.steered.keys[p.Name]
		v := p.State.Save(now.Sub(epoch))
		saved[p.Name] = status.SteeringResume{SavedAt: now, From: p.From, To: p.To, Router: key.router, Rule: key.rule, Saved: v}
	}
	return saved
}

// steeringEvent passes on what a policy did, from the shell's goroutine.
func (a *Agent) steeringEvent(site string, e shell.Event) {
	p := &e.Policy
	event := siteEvent{site: site, object: "steering/" + p.Name}
	event.Event = loop.Event{At: time.Now(), Type: v1alpha1.EventNormal, Reason: e.Reason}
	why := p.State.Reason.Sentence(p.From, p.To)
	switch e.Reason {
	case v1alpha1.ReasonSteered:
		event.Message = fmt.Sprintf("new connections take %s: %s%s", p.To, why, termsText(e.Terms))
		event.Type = v1alpha1.EventWarning
	case v1alpha1.ReasonSteeredBack:
		event.Message = fmt.Sprintf("new connections take %s again: %s", p.From, why)
	case v1alpha1.ReasonSteeringHeld:
		stays := p.From
		if p.State.Active {
			stays = p.To
		}
		event.Message = fmt.Sprintf("new connections stay on %s: %s", stays, why)
	case v1alpha1.ReasonSteeringDamped, v1alpha1.ReasonSteeringUndamped:
		event.Message = dampingText(p)
		if e.Reason == v1alpha1.ReasonSteeringDamped {
			event.Type = v1alpha1.EventWarning
		}
	case v1alpha1.ReasonSteeringResumed:
		event.Message = fmt.Sprintf("the rule was found on: new connections take %s until %s is GREEN for long enough", p.To, p.From)
	}
	a.post(event)
}

func dampingText(p *steering.Policy) string {
	c, factor := &p.Config, p.State.Factor(&p.Config)
	need := fmt.Sprintf("RED must last %v and GREEN %v", time.Duration(factor)*c.Red, time.Duration(factor)*c.Green)
	if factor == 1 {
		return fmt.Sprintf("%d turns within %v are no longer too many: %s", p.State.Recent(c), c.Window, need)
	}
	return fmt.Sprintf("%d turns within %v, of which %d are free: %s, %d times as long", p.State.Recent(c), c.Window, c.FreeTurns, need, factor)
}

// termsText is what made up a confidence.
func termsText(terms []steering.Term) string {
	var parts []string
	for _, t := range terms {
		if t.Figure != "" && t.Name != "down" && t.Points > 0 {
			parts = append(parts, t.Name+" "+t.Figure)
		}
	}
	if len(parts) == 0 {
		return ""
	}
	return " (" + strings.Join(parts, ", ") + ")"
}

// ruleEvent passes on what happened to a rule, from its keeper's goroutine.
func (a *Agent) ruleEvent(site, policy string, key ruleKey, e shell.KeeperEvent) {
	event := siteEvent{site: site, object: "steering/" + policy}
	event.Event = loop.Event{At: time.Now(), Type: v1alpha1.EventNormal, Reason: e.Reason}
	is := "off"
	if e.On {
		is = "on"
	}
	switch {
	case e.Err != nil:
		event.Type, event.Reason, event.Message = v1alpha1.EventWarning, ruleReason(e.Err), e.Err.Error()
	case e.Reason == v1alpha1.ReasonRuleDriftCorrected:
		event.Type = v1alpha1.EventWarning
		event.Message = fmt.Sprintf("something had switched the rule %q on router %s to %s; it is %s again", key.rule, key.router, e.Found, is)
	case e.Reason == v1alpha1.ReasonRuleSwitched:
		event.Message = fmt.Sprintf("the rule %q on router %s is %s", key.rule, key.router, is)
	default:
		event.Message = fmt.Sprintf("the rule %q on router %s can be read and switched again", key.rule, key.router)
	}
	a.post(event)
}

// ruleReason is the reason of an error about a rule.
func ruleReason(err error) string {
	e, ok := errors.AsType[*router.Error](err)
	switch {
	case ok && e.Kind == router.Missing:
		return v1alpha1.ReasonRuleMissing
	case ok && e.Kind != router.Failed:
		return reasonOf(e)
	}
	return v1alpha1.ReasonRuleFailed
}
