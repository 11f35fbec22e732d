package reconciler

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/wanctl/wanctl/api/v1alpha1"
	"github.com/wanctl/wanctl/reconciler/plan"
	"github.com/wanctl/wanctl/reconciler/stage"
	"github.com/wanctl/wanctl/reconciler/status"
)

// site is one running site.
type site struct {
	// live is what is accepted: the spec and the status.
	live *v1alpha1.Site
	// running is what the loops run: the spec with the interval profiles that the
	// rollout lets WANs have by now.
	running *v1alpha1.Site
	// stage leads the loops from one profile to another.
	stage *stage.Stage
	// applying says that loops are being brought to a new spec.
	applying bool
	// source is the manifest that it came from.
	source string
	// fault is why the manifest on disk is not the one that runs.
	fault string
	wans  map[string]*wan
	// soaks are the evidence of each WAN, and soaksWrote when it was last stored.
	// leftSoaks is what an earlier run stored of them.
	soaks      map[string]*soak
	soaksWrote time.Time
	leftSoaks  map[string]status.Soak
	// steered is the running steering; nil where there is none.
	steered *steered
	// routers are the devices that new loops use, by name.
	routers map[string]*device
	// resume is what an earlier run left behind.
	resume status.Resume
	// changed is when the spec last changed.
	changed time.Time
	// wrote is when the status was last written, cost how long that took, and
	// news and figures what it said then.
	wrote         time.Time
	cost          time.Duration
	news, figures string
	// resumeStanding is what was last stored to go on from.
	resumeStanding string
}

// apply brings a site to a new spec, WAN by WAN. Interval profiles change as the
// rollout lets them; all else changes at once.
func (a *Agent) apply(ctx context.Context, desired *v1alpha1.Site, path string) {
	s := a.sites[desired.Name]
	var edited []plan.Field
	if s == nil {
		s = a.adopt(desired.Name)
		a.sites[desired.Name] = s
	} else if edited = plan.Fields(s.live, desired); len(edited) == 0 {
		s.source, s.fault = path, ""
		return
	}
	s.source, s.fault = path, ""
	if !plan.SpecEqual(&s.live.Spec, &desired.Spec) {
		s.live.Generation++
	}
	s.live.Spec, s.live.Labels, s.live.Annotations = desired.Spec, desired.Labels, desired.Annotations
	s.changed = time.Now()
	s.applying = true
	a.turn(s, s.changed, true)
	before := s.running
	s.running = plan.WithProfiles(s.live, s.profiles())
	for _, change := range changes(before, s.running, edited) {
		a.carryOut(ctx, s, change)
	}
	s.applying = false
	a.steer(ctx, s)
}

// changes are what brings loops from one spec to another, and what was edited
// beside that.
func changes(before, after *v1alpha1.Site, edited []plan.Field) []plan.Change {
	all := slices.DeleteFunc(plan.Compare(before, after), func(c plan.Change) bool { return c.Action == plan.Carry })
	explained := map[string]bool{}
	for _, c := range all {
		for _, f := range c.Fields {
			explained[f.Path] = true
		}
	}
	if rest := slices.DeleteFunc(edited, func(f plan.Field) bool { return explained[f.Path] }); len(rest) > 0 {
		all = append(all, plan.Change{Action: plan.Carry, Fields: rest})
	}
	return all
}

// adopt is a site that does not run yet, with what is stored of it.
func (a *Agent) adopt(name string) *site {
	s := &site{wans: map[string]*wan{}, soaks: map[string]*soak{}, routers: map[string]*device{}}
	stored, err := a.store.ReadSite(name)
	if err == nil {
		s.live = stored
	} else {
		s.live = &v1alpha1.Site{ObjectMeta: metav1.ObjectMeta{Name: name, CreationTimestamp: metav1.Now().Rfc3339Copy()}}
	}
	s.live.TypeMeta = metav1.TypeMeta{APIVersion: v1alpha1.APIVersion, Kind: v1alpha1.Kind}
	if s.resume, err = a.store.ReadResume(name); err != nil {
		a.record(name, "site", v1alpha1.EventWarning, v1alpha1.ReasonTornStateSetAside, err.Error())
	}
	if s.leftSoaks, err = a.store.ReadEvidence(name); err != nil {
		a.record(name, "site", v1alpha1.EventWarning, v1alpha1.ReasonTornStateSetAside, err.Error())
	}
	s.stage = a.stage(s)
	if a.lastCrash != "" {
		a.record(name, "site", v1alpha1.EventWarning, v1alpha1.ReasonAgentCrashed, "the last run of the agent crashed: "+a.lastCrash)
	}
	return s
}

// carryOut is one change of the plan.
func (a *Agent) carryOut(ctx context.Context, s *site, change plan.Change) {
	object := "wan/" + change.WAN
	if change.WAN == "" {
		object = "site"
	}
	a.record(s.live.Name, object, v1alpha1.EventNormal, reasons[change.Action], sentence(change, s.live.Generation))
	switch change.Action {
	case plan.Start:
		a.start(s, change.WAN, nil)
	case plan.Restart:
		a.restart(s, change.WAN)
	case plan.Retune:
		a.retune(s, change.WAN)
	case plan.Stop:
		a.retire(ctx, s, change.WAN)
	}
}

// reasons are those of the events that tell of a change.
var reasons = map[plan.Action]string{
	plan.Carry: v1alpha1.ReasonSpecChanged, plan.Start: v1alpha1.ReasonLoopStarted, plan.Restart: v1alpha1.ReasonLoopRestarted,
	plan.Retune: v1alpha1.ReasonLoopRetuned, plan.Stop: v1alpha1.ReasonLoopStopped,
}

// sentence says what a change was for.
func sentence(change plan.Change, generation int64) string {
	if change.Action == plan.Start || change.Action == plan.Stop || len(change.Fields) == 0 {
		return fmt.Sprintf("generation %d", generation)
	}
	const most = 4
	var parts []string
	for _, f := range change.Fields[:min(most, len(change.Fields))] {
		parts = append(parts, fmt.Sprintf("%s from %s to %s", f.Path, orNone(f.From), orNone(f.To)))
	}
	if more := len(change.Fields) - most; more > 0 {
		parts = append(parts, fmt.Sprintf("and %d more", more))
	}
	return fmt.Sprintf("generation %d: %s", generation, strings.Join(parts, ", "))
}

func orNone(value string) string {
	if value == "" {
		return "none"
	}
	return value
}

// remove ends a site whose manifest is gone: its loops stop, its shapers go
// back to their ceilings, its rules are switched off, and its live object is
// deleted.
func (a *Agent) remove(ctx context.Context, s *site) {
	name := s.live.Name
	a.unsteer(ctx, s)
	for _, change := range plan.Compare(s.live, nil) {
		a.carryOut(ctx, s, change)
	}
	s.releaseAll()
	delete(a.sites, name)
	a.record(name, "site", v1alpha1.EventNormal, v1alpha1.ReasonManifestRemoved, "the manifest is gone: loops stopped, shapers back at their ceilings, steering rules off")
	if err := a.store.RemoveSite(name); err != nil {
		a.storeErr = err
		a.log.Error(err, "a removed site's state stays behind", "site", name)
	}
}

// stop ends every loop and leaves shapers and rules as they are.
func (s *site) stop() {
	s.steered.halt()
	for _, w := range s.wans {
		w.halt()
	}
}
