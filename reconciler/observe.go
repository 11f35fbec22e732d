package reconciler

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/wanctl/wanctl/api/v1alpha1"
	"github.com/wanctl/wanctl/reconciler/status"
)

// writeEvery is the longest time between two writes of a status.
const writeEvery = 10 * time.Second

// figuresEvery is the shortest time between two writes for the sake of figures
// alone, and writeShare bounds what they may take of the time: a write that took
// a while is followed by so many times as long without one.
const figuresEvery, writeShare = 2 * time.Second, 250

// observe looks at every loop, brings the live objects up to date and writes
// down those that changed, or all of them when forced.
func (a *Agent) observe(now time.Time, force bool) {
	var live []*v1alpha1.Site
	for _, name := range slices.Sorted(maps.Keys(a.sites)) {
		s := a.sites[name]
		a.watch(s, now, force)
		if force {
			a.storeRollout(s)
		} else {
			a.turn(s, now, false)
		}
		a.view(s, now)
		news, figures := significance(s.live)
		told, due := news != s.news, now.Sub(s.wrote) >= writeEvery
		rested := now.Sub(s.wrote) >= min(max(figuresEvery, writeShare*s.cost), writeEvery)
		if force || told || due || figures != s.figures && rested {
			s.news, s.figures, s.wrote = news, figures, now
			a.write(s, now)
			s.cost = time.Since(now)
			if a.opts.InlineStatus && (force || told || due) {
				a.writeInline(s)
			}
		}
		if standing := s.standing(); standing != s.resumeStanding {
			s.resumeStanding = standing
			a.writeResume(s, now)
		}
		if a.opts.Observe != nil {
			live = append(live, s.live.DeepCopy())
		}
	}
	if err := a.store.FlushEvents(); err != nil {
		a.storeFailed(err)
	}
	if a.opts.Observe != nil {
		a.opts.Observe(live)
	}
}

// view brings a site's status up to date.
func (a *Agent) view(s *site, now time.Time) {
	st := &s.live.Status
	st.Source, st.UpdatedAt = s.source, &metav1.Time{Time: now}
	st.WANs = st.WANs[:0]
	for i := range s.live.Spec.WANs {
		if w := s.wans[s.live.Spec.WANs[i].Name]; w != nil {
			st.WANs = append(st.WANs, w.status(a.epoch))
		}
	}
	if s.steered != nil {
		s.steered.shell.Look(s.sources())
	}
	st.Steering = s.steeringStatus(a.epoch)
	st.Routers = s.devices()
	st.Rollout, st.Verdicts = s.stage.Status(), s.stage.State().Newest
	if s.fault == "" {
		st.ObservedGeneration = s.live.Generation
	}
	a.summarise(s, now)
}

// standing is what a restart must not lose: the rates that its WANs stand at, and
// which way its policies point.
func (s *site) standing() string {
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(s.wans)) {
		if w := s.wans[name]; w.loop != nil {
			settled := w.loop.Snapshot().Settled
			fmt.Fprintf(&b, "%s=%.0f/%.0f ", name, coarse(settled[0]), coarse(settled[1]))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(s.routers)) {
		if full := s.routers[name].mailbox.BudgetFull(); !full.IsZero() {
			fmt.Fprintf(&b, "%s=%d ", name, full.UnixMilli())
		}
	}
	return b.String() + s.steeringStanding()
}

// coarse is a rate in steps of 2 %: less is not worth a write of its own, and is
// stored with the next status.
func coarse(bitsPerSecond int64) float64 { return math.Log(float64(max(bitsPerSecond, 1))) / 0.02 }

// writeResume stores what a restart would go on from, and says whether it could.
func (a *Agent) writeResume(s *site, now time.Time) (ok bool) {
	resume := status.Resume{WANs: map[string]status.WANResume{}, Routers: s.routersResume()}
	maps.Copy(resume.WANs, s.resume.WANs)
	for name, w := range s.wans {
		if w.loop == nil {
			continue
		}
		if snap := w.loop.Snapshot(); snap.Reference.Started {
			resume.WANs[name] = resumable(w, snap, s.live.Generation, now)
		}
	}
	maps.DeleteFunc(resume.WANs, func(name string, _ status.WANResume) bool { return find(s.live, name) == nil })
	resume.Steering = s.savedSteering(a.epoch, now)
	s.resume = resume
	if err := a.store.WriteResume(s.live.Name, resume); err != nil {
		a.storeFailed(err)
		return false
	}
	return true
}

// write stores a site's live object and what a restart would go on from.
func (a *Agent) write(s *site, now time.Time) {
	if !a.writeResume(s, now) {
		return
	}
	if err := a.store.WriteSite(s.live); err != nil {
		a.storeFailed(err)
		return
	}
	if a.storeErr != nil {
		a.storeErr = nil
		a.log.Info("state can be written again")
	}
}

// storeFailed remembers that state cannot be written; loops go on regardless.
func (a *Agent) storeFailed(err error) {
	if a.storeErr == nil {
		a.log.Error(err, "state cannot be written; loops go on")
	}
	a.storeErr = err
}

// significance is what makes a status worth writing before its time: news at
// once, figures when there is room. What never stands still is in neither.
func significance(site *v1alpha1.Site) (news, figures string) {
	var n, f strings.Builder
	fmt.Fprintf(&n, "%d/%d", site.Generation, site.Status.ObservedGeneration)
	for _, c := range site.Status.Conditions {
		fmt.Fprintf(&n, "|%s=%s/%s/%s", c.Type, c.Status, c.Reason, c.Message)
	}
	for i := range site.Status.WANs {
		w := &site.Status.WANs[i]
		fmt.Fprintf(&n, "|%s %s %d %d %s", w.Name, w.Profile, w.Restarts, w.Retunes, w.Router.LastError)
		fmt.Fprintf(&f, "|%s %s %s %s", w.Download.State, w.Upload.State, w.Download.Rate, w.Upload.Rate)
	}
	for i := range site.Status.Steering {
		p := &site.Status.Steering[i]
		fmt.Fprintf(&n, "|%s %v %d %d %s %s %d", p.Name, p.Active, p.Turns, p.Damping, p.Rule.State, p.Rule.LastError, p.Rule.DriftsTotal)
		fmt.Fprintf(&f, "|%s %d", p.Reason, p.Confidence)
	}
	for i := range site.Status.Routers {
		r := &site.Status.Routers[i]
		fmt.Fprintf(&n, "|%s %v %s %s %d", r.Name, r.Reachable != nil && *r.Reachable, r.LastError, r.Version, len(r.Findings))
		fmt.Fprintf(&f, "|%s %d", r.Name, r.Writes.Total)
	}
	rolloutSignificance(&n, &f, &site.Status)
	return n.String(), f.String()
}

// rolloutSignificance adds that of a rollout: each decision is news, and so is a
// gate that turns.
func rolloutSignificance(news, figures *strings.Builder, st *v1alpha1.SiteStatus) {
	fmt.Fprintf(news, "|%d", len(st.Verdicts))
	if n := len(st.Verdicts); n > 0 {
		fmt.Fprintf(news, " %d", st.Verdicts[n-1].Number)
	}
	r := st.Rollout
	if r == nil {
		return
	}
	fmt.Fprintf(news, "|%s %s %s %s %v %v", r.Phase, r.WAN, r.To, r.Message, r.Issues, r.WANs)
	for i := range r.Gates {
		g := &r.Gates[i]
		fmt.Fprintf(news, "|%s %s", g.Name, g.Result)
		if g.Figure != nil {
			fmt.Fprintf(figures, "|%s %.2g", g.Name, *g.Figure)
		}
	}
}

// storeRollout writes where a rollout stands as the agent ends.
func (a *Agent) storeRollout(s *site) {
	if err := s.stage.Store(); err != nil {
		a.storeFailed(err)
	}
}
