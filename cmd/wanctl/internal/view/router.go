package view

import (
	"strconv"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/wanctl/wanctl/api/v1alpha1"
	"github.com/wanctl/wanctl/cmd/wanctl/internal/figure"
	"github.com/wanctl/wanctl/cmd/wanctl/internal/table"
)

// Router is a router of a site as an object of its own.
type Router struct {
	metav1.TypeMeta `json:",inline"`
	Metadata        `json:"metadata"`
	// Site is the site's name.
	Site   string                `json:"site"`
	Status v1alpha1.DeviceStatus `json:"status"`
}

// RouterList is a list of routers.
type RouterList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`
	Items           []Router `json:"items"`
}

// RoutersOf are the routers of all sites that WANs use.
func RoutersOf(sites []v1alpha1.Site) []Router {
	var routers []Router
	for i := range sites {
		for _, r := range sites[i].Status.Routers {
			routers = append(routers, Router{typed("Router"), Metadata{r.Name}, sites[i].Name, r})
		}
	}
	return routers
}

// ListOfRouters is an object of them.
func ListOfRouters(routers []Router) RouterList {
	return RouterList{TypeMeta: typed("RouterList"), Items: append([]Router{}, routers...)}
}

// Routers is a row for each router.
func Routers(routers []Router, wide bool) *table.Table {
	t := &table.Table{Columns: []string{"NAME", "SITE", "KIND", "ADDRESS", "VERSION", "ANSWERS", "CPU", "WRITES", "WRITE-P95", "FINDINGS"}}
	if wide {
		t.Columns = append(t.Columns, "BOARD", "UPTIME", "FREE-MEMORY", "FAILED", "HELD", "OUTAGES", "ERROR")
	}
	for i := range routers {
		r := &routers[i].Status
		findings := figure.None
		if n := len(r.Findings); n > 0 {
			findings = r.Findings[0].Reason
			if n > 1 {
				findings += " +" + strconv.Itoa(n-1)
			}
		}
		cpu := figure.None
		if r.CPUPercent != nil {
			cpu = strconv.FormatFloat(*r.CPUPercent, 'f', -1, 64) + "%"
		}
		cells := []string{
			r.Name, routers[i].Site, r.Kind, orNone(r.Address), orNone(r.Version), answers(r.Reachable), cpu,
			strconv.FormatInt(r.Writes.Total, 10), figure.Duration(r.Writes.P95), findings,
		}
		if wide {
			uptime, memory := figure.None, figure.None
			if r.Uptime != nil {
				uptime = figure.Span(r.Uptime.Duration)
			}
			if r.FreeMemory != nil {
				memory = r.FreeMemory.String()
			}
			cells = append(cells, orNone(r.Board), uptime, memory, strconv.FormatInt(r.Writes.Failed, 10),
				strconv.FormatInt(r.Writes.Held, 10), strconv.FormatInt(r.Outages, 10), orNone(r.LastError))
		}
		t.Add(routers[i].Site+"/"+r.Name, cells...)
	}
	return t
}

func answers(reachable *bool) string {
	switch {
	case reachable == nil:
		return string(metav1.ConditionUnknown)
	case *reachable:
		return string(metav1.ConditionTrue)
	}
	return string(metav1.ConditionFalse)
}
