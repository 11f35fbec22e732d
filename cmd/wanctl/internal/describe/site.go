package describe

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/wanctl/wanctl/api/v1alpha1"
	"github.com/wanctl/wanctl/cmd/wanctl/internal/figure"
	"github.com/wanctl/wanctl/cmd/wanctl/internal/table"
	"github.com/wanctl/wanctl/cmd/wanctl/internal/view"
)

// Site writes all that is known of a defaulted site, but for the detail that
// WAN gives.
func Site(out io.Writer, site *v1alpha1.Site, events []v1alpha1.Event, now time.Time) error {
	p := newPage()
	p.top("Name", site.Name)
	p.top("Labels", pairs(site.Labels))
	p.top("Annotations", pairs(site.Annotations))
	p.top("Source", site.Status.Source)
	p.top("Created", since(&site.CreationTimestamp, now))
	p.top("Generation", strconv.FormatInt(site.Generation, 10)+observed(site))
	p.top("Updated", since(site.Status.UpdatedAt, now))
	p.top("Interval Profile", site.Spec.IntervalProfile)
	timeConstants(p, site)
	siteThresholds(p, site)
	p.table("Routers", routers(site))
	p.table("WANs", view.WANs(view.WANsOf([]v1alpha1.Site{*site}), now, false))
	p.table("Steering", steering(site))
	rollout(p, &site.Spec.Rollout)
	if st := site.Status.Rollout; st != nil {
		stand(p, st, now)
	}
	conditions(p, site, now)
	p.table("Events", view.Events(events, now))
	return p.writeTo(out)
}

// observed says so when the loops do not run the newest generation.
func observed(site *v1alpha1.Site) string {
	if site.Status.ObservedGeneration == site.Generation {
		return ""
	}
	return fmt.Sprintf(" (the loops run generation %d)", site.Status.ObservedGeneration)
}

func timeConstants(p *page, site *v1alpha1.Site) {
	t := site.EffectiveTimeConstants(nil)
	p.head("Time Constants")
	p.line("baseline", span(t.Baseline))
	p.line("load", span(t.Load))
	p.line("detection", span(t.Detection))
	p.line("softRed", span(t.SoftRed))
	p.line("red", span(t.Red))
	p.line("green", span(t.Green))
	p.line("history", span(t.History))
}

func siteThresholds(p *page, site *v1alpha1.Site) {
	t := site.EffectiveThresholds(nil)
	p.head("Thresholds")
	p.line("green", span(t.Green))
	p.line("softRed", span(t.SoftRed))
	p.line("hardRed", span(t.HardRed))
	p.line("baselineUpdate", span(t.BaselineUpdate))
}

func routers(site *v1alpha1.Site) *table.Table {
	t := &table.Table{Columns: []string{"NAME", "KIND", "ADDRESS"}}
	for i := range site.Spec.Routers {
		r := &site.Spec.Routers[i]
		kind, address := figure.None, figure.None
		switch {
		case r.RouterOS != nil:
			kind, address = "routerOS", r.RouterOS.Address
		case r.Linux != nil:
			kind = "linux"
		case r.Simulated != nil:
			kind = "simulated"
		}
		t.Add(r.Name, r.Name, kind, address)
	}
	return t
}

func steering(site *v1alpha1.Site) *table.Table {
	t := &table.Table{Columns: []string{"NAME", "FROM", "TO", "RULE", "ACTIVE", "REASON"}}
	for _, s := range view.SteeringOf([]v1alpha1.Site{*site}) {
		t.Add(s.Name, s.Name, s.Spec.From, s.Spec.To, s.Spec.Rule, s.ActiveText(), cmp.Or(s.Status.Reason, figure.None))
	}
	return t
}

func rollout(p *page, r *v1alpha1.Rollout) {
	p.head("Rollout")
	p.line("Strategy", string(r.Strategy))
	p.line("Order", strings.Join(r.Order, ", "))
	p.line("Soak", fmt.Sprintf("%s per WAN, %s at the end", span(r.Soak.PerWAN), span(r.Soak.Final)))
	p.line("Ladder", strings.Join(r.Ladder, ", "))
	p.line("Approval", string(r.Approval))
}

func pairs(m map[string]string) string {
	var list []string
	for _, k := range slices.Sorted(maps.Keys(m)) {
		list = append(list, k+"="+m[k])
	}
	if len(list) == 0 {
		return "<none>"
	}
	return strings.Join(list, ", ")
}
