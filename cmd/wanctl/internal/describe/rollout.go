package describe

import (
	"cmp"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/wanctl/wanctl/api/v1alpha1"
	"github.com/wanctl/wanctl/cmd/wanctl/internal/figure"
	"github.com/wanctl/wanctl/cmd/wanctl/internal/table"
	"github.com/wanctl/wanctl/cmd/wanctl/internal/view"
)

// Rollout writes all that is known of a defaulted site's rollout.
func Rollout(out io.Writer, site *v1alpha1.Site, verdicts []v1alpha1.Verdict, events []v1alpha1.Event, now time.Time) error {
	p := newPage()
	p.top("Site", site.Name)
	rollout(p, &site.Spec.Rollout)
	stand(p, site.Status.Rollout, now)
	p.table("Verdicts", view.Verdicts(ofSite(site.Name, verdicts), now, true))
	p.table("Events", view.Events(aboutRollout(events), now))
	return p.writeTo(out)
}

// stand is where a rollout stands, with its WANs and gates.
func stand(p *page, st *v1alpha1.RolloutStatus, now time.Time) {
	p.head("Progress")
	if st == nil {
		p.line("Phase", "")
		return
	}
	p.line("Phase", string(st.Phase))
	p.line("Message", st.Message)
	if st.To != "" {
		p.line("Change", fmt.Sprintf("%s from %s to %s; stable is %s", cmp.Or(st.WAN, "whole site"), cmp.Or(st.From, figure.None), st.To, cmp.Or(st.LastStable, figure.None)))
	}
	p.line("Asked For", st.Target)
	p.line("Started", since(st.Started, now))
	if st.SoakStarted != nil && st.Phase != v1alpha1.RolloutApproved {
		p.line("Soak", fmt.Sprintf("since %s, %s left, at most %s", since(st.SoakStarted, now), view.Left(st, now), view.Until(st.Deadline, now)))
	}
	for _, issue := range st.Issues {
		p.line("Issue", issue)
	}
	if a := st.Approval; a != nil {
		p.line("Approved", fmt.Sprintf("%s by %s, %s ago", a.Profile, a.By, figure.Age(now, a.At.Time)))
	}
	p.table("WANs", rolloutWANs(st))
	p.table("Gates", view.Gates(st.Gates))
	if len(st.Failed) > 0 {
		p.table("Failed", failures(st))
	}
}

func rolloutWANs(st *v1alpha1.RolloutStatus) *table.Table {
	t := &table.Table{Columns: []string{"NAME", "PROFILE", "RESULT"}}
	for _, w := range st.WANs {
		t.Add(w.Name, w.Name, w.Profile, string(w.Result))
	}
	return t
}

func failures(st *v1alpha1.RolloutStatus) *table.Table {
	t := &table.Table{Columns: []string{"WAN", "PROFILE", "GATE", "GENERATION", "MESSAGE"}}
	for _, f := range st.Failed {
		t.Add(f.WAN+f.Profile, f.WAN, f.Profile, cmp.Or(string(f.Gate), figure.None), fmt.Sprint(f.Generation), cmp.Or(f.Message, figure.None))
	}
	return t
}

func ofSite(site string, verdicts []v1alpha1.Verdict) []view.Verdict {
	var all []view.Verdict
	for i := range verdicts {
		all = append(all, view.Verdict{Site: site, Verdict: verdicts[i]})
	}
	return all
}

// aboutRollout are the events that tell of a rollout.
func aboutRollout(events []v1alpha1.Event) []v1alpha1.Event {
	var all []v1alpha1.Event
	for _, e := range events {
		if strings.HasPrefix(e.Reason, "Rollout") || strings.HasPrefix(e.Reason, "Soak") || e.Reason == v1alpha1.ReasonRolledBack || strings.HasPrefix(e.Message, "rollout: ") {
			all = append(all, e)
		}
	}
	return all
}
