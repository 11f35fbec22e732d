package describe

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/wanctl/wanctl/api/v1alpha1"
	"github.com/wanctl/wanctl/cmd/wanctl/internal/figure"
	"github.com/wanctl/wanctl/cmd/wanctl/internal/table"
	"github.com/wanctl/wanctl/cmd/wanctl/internal/view"
	"github.com/wanctl/wanctl/reconciler/derive"
)

// WAN writes all that is known of one WAN of a defaulted site. Of the events,
// those of the WAN and its router are shown.
func WAN(out io.Writer, site *v1alpha1.Site, name string, events []v1alpha1.Event, now time.Time) error {
	i := slices.IndexFunc(site.Spec.WANs, func(w v1alpha1.WAN) bool { return w.Name == name })
	if i < 0 {
		return fmt.Errorf("describe WAN %s: site %s has none of that name", name, site.Name)
	}
	wan := &site.Spec.WANs[i]
	st := &v1alpha1.WANStatus{}
	if j := slices.IndexFunc(site.Status.WANs, func(s v1alpha1.WANStatus) bool { return s.Name == name }); j >= 0 {
		st = &site.Status.WANs[j]
	}
	p := newPage()
	p.top("Name", wan.Name)
	p.top("Site", site.Name)
	p.top("Router", routerText(site.RouterFor(wan), wan.Router))
	p.top("Profile", profile(site, wan, st))
	p.top("Started", since(st.Started, now))
	p.top("Restarts", strconv.FormatInt(st.Restarts, 10))
	p.top("Retunes", strconv.FormatInt(st.Retunes, 10))
	roundTrips(p, st)
	shaper(p, "Download", &wan.Download, &st.Download, st.Router.Download, now)
	shaper(p, "Upload", &wan.Upload, &st.Upload, st.Router.Upload, now)
	parameters(p, site, wan, st)
	thresholds(p, site, wan)
	probes(p, site, wan, st)
	cycles(p, st)
	router(p, st)
	conditions(p, site, now)
	about := slices.DeleteFunc(slices.Clone(events), func(e v1alpha1.Event) bool {
		return e.Object != "wan/"+name && e.Object != "router/"+wan.Router
	})
	p.table("Events", view.Events(about, now))
	return p.writeTo(out)
}

// profile is the profile that runs, and the one that is wanted where it is
// another.
func profile(site *v1alpha1.Site, wan *v1alpha1.WAN, st *v1alpha1.WANStatus) string {
	want := site.EffectiveIntervalProfile(wan)
	switch st.Profile {
	case want:
		return want
	case "":
		return want + " (not running)"
	}
	return fmt.Sprintf("%s (the manifest wants %s)", st.Profile, want)
}

func roundTrips(p *page, st *v1alpha1.WANStatus) {
	p.head("Round-Trip Time")
	p.line("Current", figure.RTT(st.RTT.Current))
	p.line("Load", figure.RTT(st.RTT.Load))
	p.line("Baseline", figure.RTT(st.RTT.Baseline))
	p.line("Delta", figure.RTT(st.RTT.Delta))
	p.line("Loss", fmt.Sprintf("%s (%d of %d probes since the start)", figure.Share(st.RTT.Loss), st.RTT.Lost, st.RTT.Sent))
}

func shaper(p *page, name string, spec *v1alpha1.Shaper, st *v1alpha1.ShaperStatus, applied *resource.Quantity, now time.Time) {
	p.head(name)
	p.line("State", string(st.State))
	p.line("Rate", fmt.Sprintf("%s%s, applied %s", figure.Rate(st.Rate), reasonText(st.Reason), figure.Rate(applied)))
	p.line("Delivered", figure.Rate(st.Delivered))
	p.line("Queue", queue(spec))
	p.line("States", strconv.Itoa(int(spec.States)))
	p.line("Ceiling", figure.Rate(&spec.Ceiling))
	p.line("Floors", fmt.Sprintf("green %s, yellow %s, softRed %s, red %s",
		figure.Rate(spec.Floors.Green), figure.Rate(spec.Floors.Yellow), figure.Rate(spec.Floors.SoftRed), figure.Rate(spec.Floors.Red)))
	p.line("Decrease", fmt.Sprintf("x %s every %s", figure.Factor(*spec.Decrease.Factor), span(spec.Decrease.Every)))
	p.line("Increase", fmt.Sprintf("+ %s every %s, after %s of GREEN", figure.Rate(spec.Increase.Step), span(spec.Increase.Every), span(spec.Increase.After)))
	p.table("  Decisions", decisions(st.Decisions, now))
}

// decisions is a table of changes of the rate, newest first.
func decisions(list []v1alpha1.DecisionStatus, now time.Time) *table.Table {
	t := &table.Table{Columns: []string{"  AGO", "FROM", "TO", "REASON", "DELAY", "DELIVERED"}}
	for _, d := range slices.Backward(list) {
		t.Add("", "  "+figure.Age(now, d.Time.Time), figure.Rate(&d.From), figure.Rate(&d.To), d.Reason, figure.RTT(d.Delay), figure.Rate(d.Delivered))
	}
	return t
}

func thresholds(p *page, site *v1alpha1.Site, wan *v1alpha1.WAN) {
	own, all := wan.Thresholds, site.EffectiveThresholds(wan)
	p.head("Thresholds")
	p.line("green", threshold(own.Green, all.Green))
	p.line("softRed", threshold(own.SoftRed, all.SoftRed))
	p.line("hardRed", threshold(own.HardRed, all.HardRed))
	p.line("baselineUpdate", threshold(own.BaselineUpdate, all.BaselineUpdate))
}

// threshold says where a threshold comes from as well.
func threshold(own, effective *metav1.Duration) string {
	if own != nil {
		return span(effective) + " (this WAN's own)"
	}
	return span(effective)
}

func probes(p *page, site *v1alpha1.Site, wan *v1alpha1.WAN, st *v1alpha1.WANStatus) {
	p.head("Probe")
	p.line("Source", wan.Probe.Source)
	p.line("Timeout", span(wan.Probe.Timeout))
	p.line("Initial RTT", figure.RTT(wan.Probe.InitialRTT))
	p.line("Fallback", fallback(site.EffectiveFallback(wan)))
	t := &table.Table{Columns: []string{"ADDRESS", "HEALTHY", "BASELINE", "SENT", "LOST"}}
	for _, r := range st.Reflectors {
		healthy := "False"
		switch {
		case r.Healthy:
			healthy = "True"
		case r.Ailment != "":
			healthy += " (" + r.Ailment + ")"
		}
		t.Add(r.Address, r.Address, healthy, figure.RTT(r.Baseline), strconv.FormatInt(r.Sent, 10), strconv.FormatInt(r.Lost, 10))
	}
	p.table("Reflectors", t)
}

// fallback is what is asked while no reflector answers.
func fallback(f v1alpha1.Fallback) string {
	if f.Gateway == "" && len(f.TCP) == 0 {
		return ""
	}
	text := "rates " + string(f.Rates)
	if len(f.TCP) > 0 {
		text += ", tcp " + strings.Join(f.TCP, ", ")
	}
	if f.Gateway != "" {
		text += ", gateway " + f.Gateway
	}
	return text
}

func cycles(p *page, st *v1alpha1.WANStatus) {
	c := &st.Cycle
	p.head("Cycle")
	p.line("Count", strconv.FormatInt(c.Count, 10))
	p.line("Work", fmt.Sprintf("p50 %s, p95 %s, p99 %s, max %s",
		figure.Duration(c.P50), figure.Duration(c.P95), figure.Duration(c.P99), figure.Duration(c.Max)))
	p.line("Lateness", "p99 "+figure.Duration(c.LatenessP99))
	p.line("Overruns", strconv.FormatInt(c.Overruns, 10))
	p.line("Skipped", strconv.FormatInt(c.Skipped, 10))
}

func router(p *page, st *v1alpha1.WANStatus) {
	r := &st.Router
	p.head("Router")
	p.line("Applied", fmt.Sprintf("download %s, upload %s", figure.Rate(r.Download), figure.Rate(r.Upload)))
	p.line("Applies", fmt.Sprintf("%d, %d failed, %d drifts corrected", r.AppliesTotal, r.FailuresTotal, r.DriftsTotal))
	p.line("Latency", "p95 "+figure.Duration(r.ApplyP95)+" from sample to confirmed write")
	p.line("Last Error", r.LastError)
}

func conditions(p *page, site *v1alpha1.Site, now time.Time) {
	t := &table.Table{Columns: []string{"TYPE", "STATUS", "REASON", "SINCE", "MESSAGE"}}
	for _, c := range site.Status.Conditions {
		t.Add(c.Type, c.Type, string(c.Status), c.Reason, figure.Age(now, c.LastTransitionTime.Time), c.Message)
	}
	p.table("Conditions", t)
}

func queue(s *v1alpha1.Shaper) string {
	var more []string
	if s.QueueKind != "" {
		more = append(more, "kind "+string(s.QueueKind))
	}
	if s.Class != "" {
		more = append(more, "class "+s.Class)
	}
	if len(more) > 0 {
		return fmt.Sprintf("%s (%s)", s.Queue, strings.Join(more, ", "))
	}
	return s.Queue
}

func routerText(r *v1alpha1.Router, name string) string {
	switch {
	case r == nil:
		return name
	case r.RouterOS != nil:
		return fmt.Sprintf("%s (RouterOS at %s)", name, r.RouterOS.Address)
	case r.Linux != nil:
		return name + " (this Linux machine)"
	case r.Simulated != nil:
		return name + " (simulated)"
	}
	return name
}

func reasonText(reason string) string {
	if reason == "" {
		return ""
	}
	return " (" + reason + ")"
}

func since(t *metav1.Time, now time.Time) string {
	if t == nil {
		return ""
	}
	return fmt.Sprintf("%s (%s ago)", t.UTC().Format(time.RFC3339), figure.Age(now, t.Time))
}

func span(d *metav1.Duration) string {
	if d == nil {
		return figure.None
	}
	return figure.Span(d.Duration)
}

// derived are the parameters that the loop runs, or would run.
func derived(site *v1alpha1.Site, wan *v1alpha1.WAN, st *v1alpha1.WANStatus) v1alpha1.Derived {
	if st.Derived != nil {
		return *st.Derived
	}
	return derive.WAN(site, wan)
}
