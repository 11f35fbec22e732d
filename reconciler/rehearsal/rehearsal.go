// Package rehearsal brings a change of interval out over simulated links, in
// virtual time: the rollout, the gates and the verdicts are an agent's, the lines
// a manifest's. The same manifest gives the same verdict.
package rehearsal

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/wanctl/wanctl/api/v1alpha1"
	"github.com/wanctl/wanctl/controller/core"
	"github.com/wanctl/wanctl/controller/simulate"
	"github.com/wanctl/wanctl/reconciler/derive"
	"github.com/wanctl/wanctl/reconciler/plan"
	"github.com/wanctl/wanctl/reconciler/rollout"
	"github.com/wanctl/wanctl/reconciler/stage"
	"github.com/wanctl/wanctl/reconciler/status"
)

// Options say what to rehearse.
type Options struct {
	// From is the profile that runs before, on every WAN; empty is the next slower
	// one of the ladder, for each.
	From string
	// ReadFile reads the traces that a manifest names.
	ReadFile func(name string) ([]byte, error)
	// Tell, where given, is told of each step as it comes.
	Tell func(Step)
}

// Step is one event of the rollout.
type Step struct {
	// After is the virtual time since the change was asked for.
	After time.Duration `json:"afterNanoseconds"`
	// WAN is what it is about; empty for the site.
	WAN     string `json:"wan,omitempty"`
	Reason  string `json:"reason"`
	Message string `json:"message"`
}

// Outcome is what came of it.
type Outcome struct {
	Site string `json:"site"`
	// Verdict is the one that ended it, as a rollout's; Approved says that it is
	// for what the manifest asks for.
	Verdict  string                `json:"verdict"`
	Approved bool                  `json:"approved"`
	Phase    v1alpha1.RolloutPhase `json:"phase"`
	Message  string                `json:"message"`
	// Lasted is the virtual time from the change to the verdict.
	Lasted   time.Duration         `json:"lastedNanoseconds"`
	Steps    []Step                `json:"steps"`
	Gates    []v1alpha1.GateStatus `json:"gates"`
	Verdicts []v1alpha1.Verdict    `json:"verdicts"`
}

// How long trouble may last before nothing more is waited for, and the longest
// rehearsal.
const (
	givenUp = 10 * time.Minute
	longest = 60 * 24 * time.Hour
)

// theatre is a site on simulated lines.
type theatre struct {
	opts  Options
	site  *v1alpha1.Site
	stage *stage.Stage
	lines map[string]*line
	now   time.Duration
	// asked is when the change was asked for, and rehearsing says that it was.
	asked      time.Duration
	rehearsing bool
	out        Outcome
}

// line is one WAN's, and what it runs.
type line struct {
	*simulate.Line
	profile string
	soak    int64
}

// Run rehearses the rollout of a defaulted site. It ends with the first verdict
// that is no approval, with the last approval, or where the rollout would wait
// for a person. Approval by a person is not waited for.
func Run(ctx context.Context, site *v1alpha1.Site, opts Options) (*Outcome, error) {
	wanted := site.DeepCopy()
	wanted.Spec.Rollout.Approval, wanted.Spec.Rollout.Approve = v1alpha1.ApprovalAuto, ""
	from, err := before(wanted, opts.From)
	if err != nil {
		return nil, err
	}
	t := &theatre{opts: opts, lines: map[string]*line{}, out: Outcome{Site: site.Name, Steps: []Step{}, Gates: []v1alpha1.GateStatus{}, Verdicts: []v1alpha1.Verdict{}}}
	t.rehearsing = len(from) == 0
	t.stage = stage.New(rollout.State{}, 0, t, t)
	for i := range wanted.Spec.WANs {
		wan := &wanted.Spec.WANs[i]
		l, err := simulate.NewLine(wanted, wan, opts.ReadFile)
		if err != nil {
			return nil, err
		}
		t.lines[wan.Name] = &line{Line: l}
	}
	wanted.Generation = 1
	if len(from) > 0 {
		if err := t.warmUp(ctx, wanted, from); err != nil {
			return nil, err
		}
		wanted.Generation = 2
	}
	t.site, t.asked, t.rehearsing = wanted, t.now, true
	return t.play(ctx)
}

// warmUp lets the profiles of before run for as long as a WAN's soak, so that
// there is something to compare with.
func (t *theatre) warmUp(ctx context.Context, wanted *v1alpha1.Site, from map[string]string) error {
	t.site = plan.WithProfiles(wanted, from)
	for name, l := range t.lines {
		l.profile = from[name]
	}
	if err := t.turn(); err != nil {
		return err
	}
	for end := t.now + max(wanted.Spec.Rollout.Soak.PerWAN.Duration, time.Minute); t.now < end; {
		if err := t.advance(ctx); err != nil {
			return err
		}
	}
	return nil
}

func (t *theatre) play(ctx context.Context) (*Outcome, error) {
	if err := t.turn(); err != nil {
		return nil, err
	}
	for !t.over() {
		if t.now > longest {
			return nil, fmt.Errorf("rehearse site %s: no verdict within %s of virtual time; shorten spec.rollout.soak", t.site.Name, longest)
		}
		if err := t.advance(ctx); err != nil {
			return nil, err
		}
	}
	s := t.stage.State()
	t.out.Phase, t.out.Message, t.out.Lasted = s.Phase, s.Message, t.now-t.asked
	if n := len(t.out.Verdicts); n > 0 {
		last := &t.out.Verdicts[n-1]
		t.out.Verdict, t.out.Message, t.out.Gates = last.Verdict, last.Message, last.Gates
		t.out.Approved = approval(last)
	}
	return &t.out, nil
}

func approval(v *v1alpha1.Verdict) bool { return strings.HasPrefix(v.Verdict, "approved-") }

// over says that there is a verdict, or that none will come.
func (t *theatre) over() bool {
	for i := range t.out.Verdicts {
		if v := &t.out.Verdicts[i]; !approval(v) && !strings.HasPrefix(v.Verdict, "issues: ") {
			return true
		}
	}
	s := t.stage.State()
	switch s.Phase {
	case v1alpha1.RolloutPaused, v1alpha1.RolloutApproved, v1alpha1.RolloutRolledBack:
		return true
	}
	return s.TroubleFor >= givenUp
}

// look is how often the rollout decides: once a second, and less often where it
// takes hours.
func (t *theatre) look() time.Duration {
	soak := &t.site.Spec.Rollout.Soak
	if min(soak.PerWAN.Duration, soak.Final.Duration) < 10*time.Minute {
		return time.Second
	}
	return 10 * time.Second
}

// advance lets the lines run until the next decision, and takes it.
func (t *theatre) advance(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	look := t.look()
	for _, at := range []time.Duration{t.now + look/2, t.now + look} {
		for _, l := range t.lines {
			l.Advance(at)
		}
	}
	t.now += look
	return t.turn()
}

// turn lets the rollout decide by what the lines show.
func (t *theatre) turn() error {
	in := rollout.Input{Site: t.site, WANs: map[string]rollout.Observed{}, Origin: v1alpha1.OriginSimulated}
	for i := range t.site.Spec.WANs {
		in.WANs[t.site.Spec.WANs[i].Name] = t.observed(&t.site.Spec.WANs[i])
	}
	if err := t.stage.Turn(in, time.Unix(0, 0).UTC().Add(t.now)); err != nil {
		return fmt.Errorf("rehearse site %s: %w", t.site.Name, err)
	}
	for name, l := range t.lines {
		if l.soak != 0 {
			continue
		}
		if profile, ok := t.stage.Assigned(name); ok {
			t.Run(name, profile, 0)
		}
	}
	return nil
}

func (t *theatre) observed(wan *v1alpha1.WAN) rollout.Observed {
	l := t.lines[wan.Name]
	o := rollout.Observed{Profile: l.profile, Running: l.Running(), Soak: l.soak, Figures: l.Figures(t.now), Limited: l.Limited()}
	_, o.ReportsCPU = l.CPU(t.now)
	switch {
	case l.Fault(t.now, v1alpha1.FaultRouterDown) != "":
		o.Trouble = rollout.Trouble{Reason: v1alpha1.ReasonRouterUnreachable, Message: fmt.Sprintf("wan %s: router %s is down", wan.Name, wan.Router)}
	case l.Fault(t.now, v1alpha1.FaultQueueMissing) != "":
		o.Trouble = rollout.Trouble{Reason: v1alpha1.ReasonQueueMissing, Message: fmt.Sprintf("wan %s: router %s has lost its queues", wan.Name, wan.Router)}
	case l.Silent(t.now):
		o.Trouble = rollout.Trouble{Reason: v1alpha1.ReasonProbesLost, Message: fmt.Sprintf("wan %s: no reflector answers; rates are held", wan.Name)}
	}
	return o
}

// WriteRollout keeps nothing: a rehearsal is not resumed.
func (t *theatre) WriteRollout(string, *rollout.State) error { return nil }

// AddVerdicts collects them.
func (t *theatre) AddVerdicts(_ string, verdicts ...v1alpha1.Verdict) (status.VerdictsRecord, error) {
	t.out.Verdicts = append(t.out.Verdicts, verdicts...)
	return t.out.Verdicts, nil
}

// Run restarts a WAN's loop and its soak, as they differ.
func (t *theatre) Run(name, profile string, soak int64) {
	l := t.lines[name]
	at := plan.WithProfiles(t.site, map[string]string{name: profile})
	for i := range at.Spec.WANs {
		wan := &at.Spec.WANs[i]
		if wan.Name != name {
			continue
		}
		derived := derive.WAN(at, wan)
		config := core.NewConfig(at, wan, &derived)
		if !l.Started() || l.profile != profile {
			l.Restart(config, t.now)
		}
		if soak > 0 && l.soak != soak {
			l.Soak(rollout.Watched(at, wan, profile, config.Interval, config.Autorate.Thresholds.GreenMS))
		}
		l.profile, l.soak = profile, soak
	}
}

// Hold says which WANs no figures are to be taken of.
func (t *theatre) Hold(wans map[string]bool) {
	for name, l := range t.lines {
		l.Line.Hold(wans[name])
	}
}

// Tell notes an event, once the change was asked for.
func (t *theatre) Tell(e rollout.Tell) {
	if !t.rehearsing {
		return
	}
	step := Step{After: t.now - t.asked, WAN: e.WAN, Reason: e.Reason, Message: e.Message}
	t.out.Steps = append(t.out.Steps, step)
	if t.opts.Tell != nil {
		t.opts.Tell(step)
	}
}
