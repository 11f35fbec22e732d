package view

import (
	"slices"
	"strconv"
	"time"

	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/wanctl/wanctl/api/v1alpha1"
	"github.com/wanctl/wanctl/cmd/wanctl/internal/figure"
	"github.com/wanctl/wanctl/cmd/wanctl/internal/table"
)

// severity orders states from the worst.
var severity = []v1alpha1.State{v1alpha1.Red, v1alpha1.SoftRed, v1alpha1.Yellow, v1alpha1.Green, ""}

// Top is a row for each WAN, the worst first: by its worse direction's state,
// then by its delta.
func Top(sites []v1alpha1.Site) *table.Table {
	var wans []running
	for i := range sites {
		wans = append(wans, wansOf(&sites[i])...)
	}
	slices.SortStableFunc(wans, func(a, b running) int {
		if d := a.severity() - b.severity(); d != 0 {
			return d
		}
		return int(min(max(b.delta()-a.delta(), -1), 1))
	})
	t := &table.Table{Columns: []string{
		"NAME", "WAN", "STATE", "RTT", "DELTA", "LOSS", "DOWNLOAD", "USED", "UPLOAD", "USED", "P99", "SKIPPED", "REASON", "ROUTER",
	}}
	for _, w := range wans {
		st := &w.status
		t.Add(w.site.Name+"/"+w.spec.Name,
			w.site.Name, w.spec.Name, w.state(), figure.RTT(st.RTT.Current), figure.RTT(st.RTT.Delta), w.loss(),
			figure.Rate(st.Download.Rate), used(&st.Download), figure.Rate(st.Upload.Rate), used(&st.Upload),
			figure.Duration(st.Cycle.P99), strconv.FormatInt(st.Cycle.Skipped, 10), w.reason(), w.router())
	}
	return t
}

// severity is the place of the worse direction's state; less is worse.
func (r running) severity() int {
	return min(slices.Index(severity, r.status.Download.State), slices.Index(severity, r.status.Upload.State))
}

func (r running) delta() time.Duration {
	if r.status.RTT.Delta == nil {
		return 0
	}
	return r.status.RTT.Delta.Duration
}

// used is the share of the shaper's rate that was delivered.
func used(s *v1alpha1.ShaperStatus) string {
	if s.Rate == nil || s.Delivered == nil || s.Rate.Sign() <= 0 {
		return figure.None
	}
	return figure.Share(quotient(s.Delivered, s.Rate))
}

func quotient(a, b *resource.Quantity) float64 {
	return a.AsApproximateFloat64() / b.AsApproximateFloat64()
}
