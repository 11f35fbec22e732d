package reconciler

import (
	"fmt"
	"time"

	"github.com/wanctl/wanctl/api/v1alpha1"
	"github.com/wanctl/wanctl/reconciler/plan"
	"github.com/wanctl/wanctl/reconciler/rollout"
	"github.com/wanctl/wanctl/reconciler/stage"
)

// staged lets a site's rollout lead its loops.
type staged struct {
	agent *Agent
	site  *site
}

// stage is the rollout of a site, as it was stored.
func (a *Agent) stage(s *site) *stage.Stage {
	name := s.live.Name
	state, err := a.store.ReadRollout(name)
	if err != nil {
		a.record(name, "site", v1alpha1.EventWarning, v1alpha1.ReasonTornStateSetAside, err.Error())
	}
	record, err := a.store.ReadVerdicts(name)
	if err != nil {
		a.record(name, "site", v1alpha1.EventWarning, v1alpha1.ReasonTornStateSetAside, err.Error())
	}
	return stage.New(state, record.Last(), a.store, staged{a, s})
}

// turn lets a site's rollout decide by what its loops show. Figures are left out
// where nothing is judged, for what they cost, unless all is asked for.
func (a *Agent) turn(s *site, now time.Time, all bool) {
	in := rollout.Input{Site: s.live, WANs: map[string]rollout.Observed{}, Origin: v1alpha1.OriginRecorded}
	all = all || !s.stage.Idle()
	for i := range s.live.Spec.WANs {
		name := s.live.Spec.WANs[i].Name
		in.WANs[name] = a.observed(s, name, now, all)
	}
	if err := s.stage.Turn(in, now); err != nil {
		a.storeFailed(err)
	}
}

// observed is what a rollout sees of a WAN.
func (a *Agent) observed(s *site, name string, now time.Time, figures bool) rollout.Observed {
	w := s.wans[name]
	if w == nil {
		return rollout.Observed{Profile: s.resume.WANs[name].Profile}
	}
	o := rollout.Observed{Profile: w.derived.Profile}
	if k := s.soaks[name]; k != nil {
		o.Soak = k.number
		if figures {
			o.Figures = k.collector.Figures(now.Sub(a.epoch))
		}
	}
	if t := w.trouble(); t.reason != "" {
		o.Trouble = rollout.Trouble{WAN: name, Reason: t.reason, Message: t.message}
	}
	if w.loop == nil || w.cancel == nil {
		return o
	}
	snap := w.loop.Snapshot()
	o.Running = snap.Reference.Started
	_, o.ReportsCPU = w.device.mailbox.Resources()
	for i, address := range w.reflectors() {
		if snap.Reflectors[i].Rationed() {
			o.Limited = append(o.Limited, address)
		}
	}
	return o
}

// profiles are those that the WANs must run by now. Where no rollout could be
// stored yet, a WAN goes on at what it runs, or ran when the agent last did.
func (s *site) profiles() map[string]string {
	profiles := map[string]string{}
	for i := range s.live.Spec.WANs {
		name := s.live.Spec.WANs[i].Name
		if profile, ok := s.stage.Assigned(name); ok {
			profiles[name] = profile
		} else if w := s.wans[name]; w != nil {
			profiles[name] = w.derived.Profile
		} else {
			profiles[name] = s.resume.WANs[name].Profile
		}
	}
	return profiles
}

// Run brings a loop to a profile. While a spec is being applied the loop is left
// to that, so that it is restarted once.
func (t staged) Run(name, profile string, number int64) {
	w := t.site.wans[name]
	if w == nil || t.site.applying {
		return
	}
	if from := w.derived.Profile; !plan.SameProfile(from, profile) {
		t.site.running = plan.WithProfiles(t.site.live, t.site.profiles())
		t.agent.record(t.site.live.Name, "wan/"+name, v1alpha1.EventNormal, v1alpha1.ReasonLoopRestarted,
			fmt.Sprintf("rollout: from %s to %s", from, profile))
		t.agent.restart(t.site, name)
	}
	t.site.beginSoak(name, number)
}

// Hold says which WANs no figures are to be taken of.
func (t staged) Hold(wans map[string]bool) {
	for name := range t.site.soaks {
		t.site.holdSoak(name, wans[name])
	}
}

// Tell records an event.
func (t staged) Tell(e rollout.Tell) {
	object := "site"
	if e.WAN != "" {
		object = "wan/" + e.WAN
	}
	t.agent.record(t.site.live.Name, object, e.Type, e.Reason, e.Message)
}
