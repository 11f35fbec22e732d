// Package rehearsal brings a change of interval out over simulated links, in
// virtual time: the rollout, the gates and the verdicts are an agent's, the lines
// a manifest's. The same manifest gives the same verdict.
package rehearsal

import (
	"context"
	"fmt"
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
	// Profiles are asked for one after the other, of the whole site, each once the
	// one before was approved; without any it is what the manifest asks for.
	Profiles []string
	// ReadFile reads the traces that a manifest names.
	ReadFile func(name string) ([]byte, error)
	// Tell, where given, is told of each step as it comes.
	Tell func(Step)
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
	// asked is when the first change was asked for, and rehearsing says that it
	// was; decided is how many verdicts there were before the present one.
	asked      time.Duration
	rehearsing bool
	decided    int
	out        Outcome
}

// line is one WAN's, and what it runs.
type line struct {
	*simulate.Line
	profile string
	soak    int64
}

// Run rehearses the rollout of a defaulted site. It ends where the rollout comes
// to rest, with the first rollback, or where it would wait for a person; of several
// profiles with the first that was not approved. Approval by a person is not waited
// for.
func Run(ctx context.Context, site *v1alpha1.Site, opts Options) (*Outcome, error) {
	changes, err := changes(site, opts.Profiles)
	if err != nil {
		return nil, err
	}
	wanted := changes[0]
	from, err := before(wanted, opts.From)
	if err != nil {
		return nil, err
	}
	t := &theatre{opts: opts, lines: map[string]*line{}, out: newOutcome(site.Name)}
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
	generation := int64(1)
	if len(from) > 0 {
		wanted.Generation = generation
		if err := t.warmUp(ctx, wanted, from); err != nil {
			return nil, err
		}
		generation++
	}
	t.asked, t.rehearsing = t.now, true
	for _, change := range changes {
		change.Generation = generation
		generation++
		t.site = change
		if err := t.play(ctx); err != nil {
			return nil, err
		}
		if !t.out.Approved {
			break
		}
	}
	t.out.end(site, t.site, t.stage.State())
	return &t.out, nil
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

// play rehearses one change.
func (t *theatre) play(ctx context.Context) error {
	begun := t.now
	t.decided = len(t.out.Verdicts)
	if err := t.turn(); err != nil {
		return err
	}
	for !t.over() {
		if t.now > longest {
			return fmt.Errorf("rehearse site %s: no verdict within %s of virtual time; shorten spec.rollout.soak", t.site.Name, longest)
		}
		if err := t.advance(ctx); err != nil {
			return err
		}
	}
	t.out.changed(t.site, t.stage.State(), t.out.Verdicts[t.decided:], t.now-begun)
	t.out.Lasted = t.now - t.asked
	return nil
}

// over says that the rollout has come to rest, or that it will not.
func (t *theatre) over() bool {
	for i := range t.out.Verdicts[t.decided:] {
		if t.out.Verdicts[t.decided+i].Verdict == "rollback" {
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
