package metrics

import "github.com/wanctl/wanctl/api/v1alpha1"

var (
	policyInfo   = gauge("steering_info", "1, with the policy's WANs and its router as labels.", "site", "policy", "from", "to", "router")
	policyActive = gauge("steering_active", "1 while new connections take the alternate.", "site", "policy")
	confidence   = gauge("steering_confidence_ratio", "How sure the policy is that new connections belong on the alternate: it turns there at 1 and back at 0.", "site", "policy")
	term         = gauge("steering_confidence_term_ratio", "What a term adds to the confidence.", "site", "policy", "term")
	termOf       = gauge("steering_confidence_term_limit_ratio", "The most that a term can add to the confidence; of one that takes away, the least.", "site", "policy", "term")
	turns        = counter("steering_turns_total", "Turns in both directions since the policy began, restarts of the agent included.", "site", "policy")
	lastTurn     = gauge("steering_last_turn_timestamp_seconds", "When the policy last turned; none before the first turn.", "site", "policy")
	damping      = gauge("steering_damping_factor", "By how many times RED and GREEN must last longer, since the policy turned so often; 1 is not.", "site", "policy")
	ruleState    = gauge("steering_rule_state", "1 for the state that the policy's rule on the router was last read in.", "site", "policy", "state")
	ruleUp       = gauge("steering_rule_up", "1 where the router switches the rule as it is told.", "site", "policy")
	switches     = counter("steering_rule_switches_total", "Confirmed switches of the rule since the agent started.", "site", "policy")
	ruleDrifts   = counter("steering_rule_drifts_total", "How often something else had switched the rule.", "site", "policy")
)

// ruleStates are what a rule may be.
var ruleStates = []v1alpha1.RuleState{v1alpha1.RuleUnknown, v1alpha1.RuleOn, v1alpha1.RuleOff, v1alpha1.RuleMixed}

func (e *emitter) steering(site string, p *v1alpha1.SteeringStatus) {
	e.emit(policyInfo, 1, site, p.Name, p.From, p.To, p.Rule.Router)
	e.flag(policyActive, p.Active, site, p.Name)
	e.emit(confidence, float64(p.Confidence)/100, site, p.Name)
	for _, t := range p.Terms {
		e.emit(term, float64(t.Points)/100, site, p.Name, t.Name)
		e.emit(termOf, float64(t.Of)/100, site, p.Name, t.Name)
	}
	e.emit(turns, float64(p.Turns), site, p.Name)
	e.time(lastTurn, p.Since, site, p.Name)
	e.emit(damping, float64(p.Damping), site, p.Name)
	if p.Rule.State != "" {
		for _, state := range ruleStates {
			e.flag(ruleState, p.Rule.State == state, site, p.Name, string(state))
		}
	}
	e.flag(ruleUp, p.Rule.LastError == "", site, p.Name)
	e.emit(switches, float64(p.Rule.SwitchesTotal), site, p.Name)
	e.emit(ruleDrifts, float64(p.Rule.DriftsTotal), site, p.Name)
}
