package view

import (
	"fmt"
	"strconv"
	"time"

	"github.com/wanctl/wanctl/api/v1alpha1"
	"github.com/wanctl/wanctl/cmd/wanctl/internal/figure"
	"github.com/wanctl/wanctl/cmd/wanctl/internal/table"
)

// Status is a row for each WAN: what its loop measures and does.
func Status(sites []v1alpha1.Site, now time.Time, wide bool) *table.Table {
	t := &table.Table{Columns: []string{
		"NAME", "WAN", "PROFILE", "DOWNLOAD", "UPLOAD", "RTT", "BASELINE", "STATE", "READY", "VERDICT", "AGE",
	}}
	if wide {
		t.Columns = append(t.Columns, "DELTA", "LOSS", "DELIVERED", "REASON", "CYCLES", "P99", "SKIPPED", "ROUTER", "LEFT")
	}
	for i := range sites {
		site := &sites[i]
		ready := conditionStatus(site, v1alpha1.ConditionReady)
		age := figure.Age(now, site.CreationTimestamp.Time)
		for _, w := range wansOf(site) {
			st := &w.status
			cells := []string{
				site.Name, w.spec.Name, orNone(st.Profile), figure.Rate(st.Download.Rate), figure.Rate(st.Upload.Rate),
				figure.RTT(st.RTT.Current), figure.RTT(st.RTT.Baseline), w.state(), ready, w.verdict(), age,
			}
			if wide {
				cells = append(cells,
					figure.RTT(st.RTT.Delta), w.loss(), w.delivered(), w.reason(), strconv.FormatInt(st.Cycle.Count, 10),
					figure.Duration(st.Cycle.P99), strconv.FormatInt(st.Cycle.Skipped, 10), w.router(), w.left(now))
			}
			t.Add(site.Name+"/"+w.spec.Name, cells...)
		}
	}
	return t
}

// Sites is a row for each site.
func Sites(sites []v1alpha1.Site, now time.Time, wide bool) *table.Table {
	t := &table.Table{Columns: []string{"NAME", "GENERATION", "WANS", "READY", "ACCEPTED", "REASON", "SOURCE", "AGE"}}
	if wide {
		t.Columns = append(t.Columns, "OBSERVED", "PROGRESSING", "STABLE", "DEGRADED")
	}
	for i := range sites {
		site := &sites[i]
		cells := []string{
			site.Name, strconv.FormatInt(site.Generation, 10), strconv.Itoa(len(site.Spec.WANs)),
			conditionStatus(site, v1alpha1.ConditionReady), conditionStatus(site, v1alpha1.ConditionAccepted), reasonOf(site),
			orNone(site.Status.Source), figure.Age(now, site.CreationTimestamp.Time),
		}
		if wide {
			cells = append(cells, strconv.FormatInt(site.Status.ObservedGeneration, 10))
			for _, c := range []string{v1alpha1.ConditionProgressing, v1alpha1.ConditionStable, v1alpha1.ConditionDegraded} {
				cells = append(cells, conditionStatus(site, c))
			}
		}
		t.Add(site.Name, cells...)
	}
	return t
}

// WANs is a row for each WAN; its age is that of its loop.
func WANs(wans []WAN, now time.Time, wide bool) *table.Table {
	t := &table.Table{Columns: []string{"NAME", "SITE", "ROUTER", "PROFILE", "STATE", "DOWNLOAD", "UPLOAD", "RTT", "LOSS", "AGE"}}
	if wide {
		t.Columns = append(t.Columns, "BASELINE", "DELTA", "DELIVERED", "REASON", "RESTARTS", "RETUNES", "P99", "SKIPPED")
	}
	for i := range wans {
		w := running{spec: &wans[i].Spec, status: wans[i].Status}
		st := &w.status
		cells := []string{
			wans[i].Name, wans[i].Site, w.router(), orNone(st.Profile), w.state(), figure.Rate(st.Download.Rate), figure.Rate(st.Upload.Rate),
			figure.RTT(st.RTT.Current), w.loss(), age(now, &w),
		}
		if wide {
			cells = append(cells,
				figure.RTT(st.RTT.Baseline), figure.RTT(st.RTT.Delta), w.delivered(), w.reason(), strconv.FormatInt(st.Restarts, 10),
				strconv.FormatInt(st.Retunes, 10), figure.Duration(st.Cycle.P99), strconv.FormatInt(st.Cycle.Skipped, 10))
		}
		t.Add(wans[i].Site+"/"+wans[i].Name, cells...)
	}
	return t
}

// Events is a row for each event; its site is named where there are several.
func Events(events []v1alpha1.Event, now time.Time) *table.Table {
	several := false
	for _, e := range events {
		several = several || e.Site != events[0].Site
	}
	t := &table.Table{Columns: []string{"LAST", "TYPE", "REASON", "OBJECT", "MESSAGE"}}
	if several {
		t.Columns = append([]string{"SITE"}, t.Columns...)
	}
	for _, e := range events {
		cells := []string{last(&e, now), string(e.Type), e.Reason, e.Object, e.Message}
		if several {
			cells = append([]string{e.Site}, cells...)
		}
		t.Add(fmt.Sprintf("%s %s %d %d", e.Site, e.Object, e.FirstTime.UnixNano(), e.Count), cells...)
	}
	return t
}

// last is when an event last happened, and how often since when.
func last(e *v1alpha1.Event, now time.Time) string {
	age := figure.Age(now, e.Time.Time)
	if e.Count > 1 {
		return fmt.Sprintf("%s (x%d over %s)", age, e.Count, figure.Age(now, e.FirstTime.Time))
	}
	return age
}

func age(now time.Time, w *running) string {
	if w.status.Started == nil {
		return figure.None
	}
	return figure.Age(now, w.status.Started.Time)
}
