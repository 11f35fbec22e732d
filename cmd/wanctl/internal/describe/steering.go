package describe

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strconv"
	"time"

	"github.com/wanctl/wanctl/api/v1alpha1"
	"github.com/wanctl/wanctl/cmd/wanctl/internal/figure"
	"github.com/wanctl/wanctl/cmd/wanctl/internal/table"
	"github.com/wanctl/wanctl/cmd/wanctl/internal/view"
)

// Steering writes all that is known of one steering policy of a defaulted site:
// why it is where it is, and how far from turning.
func Steering(out io.Writer, site *v1alpha1.Site, name string, events []v1alpha1.Event, now time.Time) error {
	all := view.SteeringOf([]v1alpha1.Site{*site})
	i := slices.IndexFunc(all, func(s view.Steering) bool { return s.Name == name })
	if i < 0 {
		return fmt.Errorf("describe steering %s: site %s has none of that name", name, site.Name)
	}
	spec, st := &all[i].Spec, &all[i].Status
	p := newPage()
	p.top("Name", name)
	p.top("Site", site.Name)
	p.top("From", wanText(site, spec.From))
	p.top("To", wanText(site, spec.To))
	p.top("Group", groupText(spec))
	stands(p, spec, st, now)
	p.table("Confidence", terms(st))
	turning(p, site, spec, st)
	p.head("Rule")
	p.line("Rule", spec.Rule)
	p.line("Router", routerText(routerOf(site, spec.Router), spec.Router))
	p.line("State", string(st.Rule.State))
	p.line("Switches", fmt.Sprintf("%d, %d drifts corrected", st.Rule.SwitchesTotal, st.Rule.DriftsTotal))
	p.line("Last Error", st.Rule.LastError)
	about := slices.DeleteFunc(slices.Clone(events), func(e v1alpha1.Event) bool { return e.Object != "steering/"+name })
	p.table("Events", view.Events(about, now))
	return p.writeTo(out)
}

// stands says which WAN new connections take, since when and why.
func stands(p *page, spec *v1alpha1.Steering, st *v1alpha1.SteeringStatus, now time.Time) {
	p.head("State")
	takes := spec.From
	if st.Active {
		takes = spec.To
	}
	if st.Name == "" {
		takes = ""
	}
	p.line("New Connections Take", takes)
	p.line("Since", since(st.Since, now))
	p.line("Reason", st.Reason)
	p.line("Message", st.Message)
	p.line("Turns", strconv.FormatInt(st.Turns, 10))
}

// terms are what makes up the confidence, and their sum.
func terms(st *v1alpha1.SteeringStatus) *table.Table {
	t := &table.Table{Columns: []string{"TERM", "POINTS", "OF", "FIGURE"}}
	for _, term := range st.Terms {
		t.Add(term.Name, term.Name, strconv.Itoa(int(term.Points)), strconv.Itoa(int(term.Of)), cmp.Or(term.Figure, figure.None))
	}
	if len(st.Terms) > 0 {
		t.Add("sum", "sum", strconv.Itoa(int(st.Confidence)), "100", figure.None)
	}
	return t
}

// turning says what a turn takes.
func turning(p *page, site *v1alpha1.Site, spec *v1alpha1.Steering, st *v1alpha1.SteeringStatus) {
	var from *v1alpha1.WAN
	for i := range site.Spec.WANs {
		if site.Spec.WANs[i].Name == spec.From {
			from = &site.Spec.WANs[i]
		}
	}
	times, factor := site.EffectiveTimeConstants(from), time.Duration(max(1, st.Damping))
	floor := ""
	if *spec.Confirm.AtFloor {
		floor = "; or its shaper at the floor for RED while traffic passes"
	}
	p.head("Turns")
	p.line("To "+spec.To, fmt.Sprintf("%s RED for %s, with at least %d packets dropped and %d queued%s; or %s down",
		spec.From, figure.Span(factor*times.Red.Duration), *spec.Confirm.MinDrops, *spec.Confirm.MinQueuedPackets, floor, spec.From))
	p.line("Unless", fmt.Sprintf("%s is RED, down, or loses more than %s of its probes, or did so within %s",
		spec.To, figure.Share(*spec.MaxLoss), span(spec.HoldDown)))
	p.line("Back to "+spec.From, fmt.Sprintf("%s GREEN for %s; or %s down and %s not", spec.From, figure.Span(factor*times.Green.Duration), spec.To, spec.From))
	p.line("Hold-Down", fmt.Sprintf("%s; at most two turns within twice that", span(spec.HoldDown)))
	p.line("Damping", fmt.Sprintf("x %d; each turn beyond %d within %s doubles how long RED and GREEN must last, up to 8 times",
		factor, *spec.Damping.Turns, span(spec.Damping.Window)))
}

func wanText(site *v1alpha1.Site, name string) string {
	for i := range site.Status.WANs {
		if w := &site.Status.WANs[i]; w.Name == name {
			return fmt.Sprintf("%s (download %s, upload %s, RTT %s, loss %s)",
				name, cmp.Or(string(w.Download.State), figure.None), cmp.Or(string(w.Upload.State), figure.None), figure.RTT(w.RTT.Current), figure.Share(w.RTT.Loss))
		}
	}
	return name
}

func groupText(spec *v1alpha1.Steering) string {
	if spec.Group == "" {
		return ""
	}
	return fmt.Sprintf("%s, priority %d", spec.Group, *spec.Priority)
}

func routerOf(site *v1alpha1.Site, name string) *v1alpha1.Router {
	return site.RouterFor(&v1alpha1.WAN{Router: name})
}
