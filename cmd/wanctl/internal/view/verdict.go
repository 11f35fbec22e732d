package view

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/wanctl/wanctl/api/v1alpha1"
	"github.com/wanctl/wanctl/cmd/wanctl/internal/figure"
	"github.com/wanctl/wanctl/cmd/wanctl/internal/table"
)

// Verdict is a verdict with the site that it is about.
type Verdict struct {
	Site             string `json:"site"`
	v1alpha1.Verdict `json:",inline"`
}

// VerdictList is a list of verdicts.
type VerdictList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`
	Items           []Verdict `json:"items"`
}

// ListOfVerdicts wraps verdicts, also when there are none.
func ListOfVerdicts(all []Verdict) VerdictList {
	return VerdictList{TypeMeta: typed("VerdictList"), Items: append([]Verdict{}, all...)}
}

// Verdicts is a row for each verdict; wide, with what was measured on its first
// WAN.
func Verdicts(all []Verdict, now time.Time, wide bool) *table.Table {
	t := &table.Table{Columns: []string{"SITE", "NUMBER", "VERDICT", "PROFILE", "WANS", "BY", "AGE", "MESSAGE"}}
	if wide {
		t.Columns = append(t.Columns, "SOAKED", "LOADED", "CYCLE-P95", "SKIPPED", "LATENCY-P95", "LOSS", "FLAPS", "CPU", "DELAY-P95", "DETECTION", "RECOVERY")
	}
	for i := range all {
		v := &all[i]
		cells := []string{
			v.Site, strconv.FormatInt(v.Number, 10), v.Verdict.Verdict, orNone(v.Profile), orNone(strings.Join(v.WANs, ",")),
			orNone(v.By), figure.Age(now, v.Decided.Time), orNone(v.Message),
		}
		if wide {
			cells = append(cells, measured(v.Measurements)...)
		}
		t.Add(fmt.Sprintf("%s/%d", v.Site, v.Number), cells...)
	}
	return t
}

// measured are the figures of the first measurement.
func measured(all []v1alpha1.Measurement) []string {
	cells := make([]string, 11)
	for i := range cells {
		cells[i] = figure.None
	}
	if len(all) == 0 {
		return cells
	}
	m := &all[0]
	cells[0], cells[1] = figure.Span(m.Soaked.Round(time.Second)), figure.Span(m.Loaded.Round(time.Second))
	cells[2], cells[4] = p95(m.Cycle), p95(m.ControlLatency)
	if m.Cycles > 0 {
		cells[3] = figure.Share(float64(m.Skipped) / float64(m.Cycles))
	}
	if m.Loss != nil {
		cells[5] = figure.Share(*m.Loss)
	}
	if m.Flapping != nil {
		cells[6] = strconv.FormatInt(*m.Flapping, 10)
	}
	if m.RouterCPU != nil {
		cells[7] = number(m.RouterCPU) + "%"
	}
	cells[8], cells[9], cells[10] = p95(m.DelayUnderLoad), p95(m.Detection), p95(m.Recovery)
	return cells
}

func p95(q *v1alpha1.MeasuredQuantiles) string {
	if q == nil {
		return figure.None
	}
	return figure.Duration(q.P95)
}
