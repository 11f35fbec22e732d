package metrics

import (
	"slices"
	"strings"

	"github.com/wanctl/wanctl/api/v1alpha1"
)

var (
	rolloutPhase    = gauge("rollout_phase", "1 for the phase that the rollout of a change of interval is in.", "site", "phase")
	rolloutStarted  = gauge("rollout_started_timestamp_seconds", "When the rollout began.", "site")
	soakStarted     = gauge("rollout_soak_started_timestamp_seconds", "When the present soak began.", "site")
	soakEnds        = gauge("rollout_soak_end_timestamp_seconds", "When the present soak ends if nothing interrupts it.", "site")
	soakDeadline    = gauge("rollout_soak_deadline_timestamp_seconds", "Until when the present soak goes on for want of evidence.", "site")
	rolloutInterval = gauge("rollout_interval_seconds", "Intervals of the rollout: what is asked for (target), what the WAN that is watched is brought from and to, and what it would go back to (stable).", "site", "of")
	rolloutIssues   = gauge("rollout_issues", "What is broken that is not the interval's fault and holds up the soak.", "site")
	rolloutFailures = gauge("rollout_failed_profiles", "Profiles of WANs that are not tried again until the spec changes.", "site")
	rolloutWAN      = gauge("rollout_wan_result", "1 for how far a WAN has come in the rollout.", "site", "wan", "result")
	gateFigure      = gauge("rollout_gate_figure", "What a gate has measured in the present soak, in the gate's own unit; none while unknown.", "site", "gate")
	gateLimit       = gauge("rollout_gate_limit", "The figure up to which a gate passes, is thin, and beyond which it aborts.", "site", "gate", "limit")
	gateResult      = gauge("rollout_gate_result", "1 for what comes of a gate.", "site", "gate", "result")
	gateEvidence    = gauge("rollout_gate_evidence", "Observations that a gate has.", "site", "gate")
	gateLeast       = gauge("rollout_gate_evidence_wanted", "Observations that a gate needs.", "site", "gate")
	approvedAt      = gauge("rollout_last_approval_timestamp_seconds", "When a person last approved a profile; none before.", "site")
	verdictCount    = counter("rollout_verdicts_total", "Verdicts on the site since it was first managed, restarts of the agent included.", "site")
	lastVerdict     = gauge("rollout_last_verdict", "1 for the kind of the newest verdict: approved, finalize, rollback or issues.", "site", "verdict")
	lastVerdictAt   = gauge("rollout_last_verdict_timestamp_seconds", "When the newest verdict was decided.", "site")
)

var (
	rolloutPhases = []v1alpha1.RolloutPhase{
		v1alpha1.RolloutPending, v1alpha1.RolloutProgressing, v1alpha1.RolloutSoaking, v1alpha1.RolloutAwaitingApproval,
		v1alpha1.RolloutApproved, v1alpha1.RolloutFinalizing, v1alpha1.RolloutRolledBack, v1alpha1.RolloutPaused,
	}
	rolloutResults = []v1alpha1.RolloutResult{
		v1alpha1.ResultWaiting, v1alpha1.ResultSoaking, v1alpha1.ResultPassed, v1alpha1.ResultThin, v1alpha1.ResultApproved, v1alpha1.ResultFailed,
	}
	gateResults  = []v1alpha1.GateResult{v1alpha1.GatePass, v1alpha1.GateThin, v1alpha1.GateAbort, v1alpha1.GateInconclusive}
	verdictKinds = []string{"approved", "finalize", "rollback", "issues"}
)

func (e *emitter) rollout(s *v1alpha1.Site) {
	site, r := s.Name, s.Status.Rollout
	if r == nil {
		return
	}
	for _, phase := range rolloutPhases {
		e.flag(rolloutPhase, r.Phase == phase, site, string(phase))
	}
	e.time(rolloutStarted, r.Started, site)
	e.time(soakStarted, r.SoakStarted, site)
	e.time(soakEnds, r.SoakEnds, site)
	e.time(soakDeadline, r.Deadline, site)
	for of, profile := range map[string]string{"target": r.Target, "from": r.From, "to": r.To, "stable": r.LastStable} {
		if interval, err := v1alpha1.ParseProfile(profile); err == nil {
			e.emit(rolloutInterval, interval.Seconds(), site, of)
		}
	}
	e.emit(rolloutIssues, float64(len(r.Issues)), site)
	e.emit(rolloutFailures, float64(len(r.Failed)), site)
	for _, w := range r.WANs {
		if !slices.ContainsFunc(s.Spec.WANs, func(spec v1alpha1.WAN) bool { return spec.Name == w.Name }) {
			continue
		}
		for _, result := range rolloutResults {
			e.flag(rolloutWAN, w.Result == result, site, w.Name, string(result))
		}
	}
	for i := range r.Gates {
		e.gate(site, &r.Gates[i])
	}
	if r.Approval != nil {
		e.time(approvedAt, &r.Approval.At, site)
	}
}

func (e *emitter) gate(site string, g *v1alpha1.GateStatus) {
	name := string(g.Name)
	if g.Figure != nil {
		e.emit(gateFigure, *g.Figure, site, name)
	}
	e.emit(gateLimit, g.Pass, site, name, "pass")
	if g.Thin != nil {
		e.emit(gateLimit, *g.Thin, site, name, "thin")
	}
	if g.Abort != nil {
		e.emit(gateLimit, *g.Abort, site, name, "abort")
	}
	for _, result := range gateResults {
		e.flag(gateResult, g.Result == result, site, name, string(result))
	}
	e.emit(gateEvidence, float64(g.Evidence), site, name)
	e.emit(gateLeast, float64(g.MinEvidence), site, name)
}

// verdicts are oldest first.
func (e *emitter) verdicts(site string, verdicts []v1alpha1.Verdict) {
	if len(verdicts) == 0 {
		return
	}
	newest := &verdicts[len(verdicts)-1]
	e.emit(verdictCount, float64(newest.Number), site)
	for _, kind := range verdictKinds {
		e.flag(lastVerdict, strings.HasPrefix(newest.Verdict, kind), site, kind)
	}
	e.time(lastVerdictAt, &newest.Decided, site)
}
