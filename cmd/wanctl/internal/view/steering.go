package view

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/wanctl/wanctl/api/v1alpha1"
	"github.com/wanctl/wanctl/cmd/wanctl/internal/figure"
	"github.com/wanctl/wanctl/cmd/wanctl/internal/table"
)

// Steering is one steering policy as an object of its own: its part of the
// site's manifest and of the site's status.
type Steering struct {
	metav1.TypeMeta `json:",inline"`
	Metadata        `json:"metadata"`
	// Site is the site's name.
	Site   string                  `json:"site"`
	Spec   v1alpha1.Steering       `json:"spec"`
	Status v1alpha1.SteeringStatus `json:"status"`
}

// SteeringList is a list of steering policies.
type SteeringList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`
	Items           []Steering `json:"items"`
}

// SteeringOf takes the policies out of sites.
func SteeringOf(sites []v1alpha1.Site) []Steering {
	var all []Steering
	for i := range sites {
		for _, spec := range sites[i].Spec.Steering {
			s := Steering{TypeMeta: typed("Steering"), Metadata: Metadata{Name: spec.Name}, Site: sites[i].Name, Spec: spec}
			if j := slices.IndexFunc(sites[i].Status.Steering, func(st v1alpha1.SteeringStatus) bool { return st.Name == spec.Name }); j >= 0 {
				s.Status = sites[i].Status.Steering[j]
			}
			all = append(all, s)
		}
	}
	return all
}

// ListOfSteering wraps policies, also when there are none.
func ListOfSteering(all []Steering) SteeringList {
	return SteeringList{TypeMeta: typed("SteeringList"), Items: append([]Steering{}, all...)}
}

// SteeringTable is a row for each policy.
func SteeringTable(all []Steering, now time.Time, wide bool) *table.Table {
	t := &table.Table{Columns: []string{"NAME", "SITE", "FROM", "TO", "ACTIVE", "CONFIDENCE", "REASON", "RULE", "TURNS", "SINCE"}}
	if wide {
		t.Columns = append(t.Columns, "GROUP", "PRIORITY", "DAMPING", "SWITCHES", "DRIFTS", "MESSAGE")
	}
	for i := range all {
		s := &all[i]
		st := &s.Status
		cells := []string{
			s.Name, s.Site, s.Spec.From, s.Spec.To, s.ActiveText(), s.confidence(), orNone(st.Reason), orNone(string(st.Rule.State)),
			strconv.FormatInt(st.Turns, 10), s.since(now),
		}
		if wide {
			cells = append(cells, orNone(s.Spec.Group), s.priority(), s.damping(), strconv.FormatInt(st.Rule.SwitchesTotal, 10),
				strconv.FormatInt(st.Rule.DriftsTotal, 10), orNone(st.Message))
		}
		t.Add(s.Site+"/"+s.Name, cells...)
	}
	return t
}

// reported says that an agent has written the policy's status.
func (s *Steering) reported() bool { return s.Status.Name != "" }

// ActiveText is True, False or Unknown.
func (s *Steering) ActiveText() string {
	switch {
	case !s.reported():
		return string(metav1.ConditionUnknown)
	case s.Status.Active:
		return string(metav1.ConditionTrue)
	}
	return string(metav1.ConditionFalse)
}

func (s *Steering) confidence() string {
	if !s.reported() {
		return figure.None
	}
	return strconv.Itoa(int(s.Status.Confidence))
}

func (s *Steering) priority() string {
	if s.Spec.Group == "" || s.Spec.Priority == nil {
		return figure.None
	}
	return strconv.Itoa(int(*s.Spec.Priority))
}

func (s *Steering) damping() string {
	if s.Status.Damping <= 1 {
		return figure.None
	}
	return fmt.Sprintf("x %d", s.Status.Damping)
}

func (s *Steering) since(now time.Time) string {
	if s.Status.Since == nil {
		return figure.None
	}
	return figure.Age(now, s.Status.Since.Time)
}
