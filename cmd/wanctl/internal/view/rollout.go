package view

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/duration"

	"github.com/wanctl/wanctl/api/v1alpha1"
	"github.com/wanctl/wanctl/cmd/wanctl/internal/figure"
	"github.com/wanctl/wanctl/cmd/wanctl/internal/table"
)

// Rollout is a site's rollout as an object of its own: its part of the manifest
// and of the status.
type Rollout struct {
	metav1.TypeMeta `json:",inline"`
	// Metadata names the site.
	Metadata `json:"metadata"`
	Spec     v1alpha1.Rollout       `json:"spec"`
	Status   v1alpha1.RolloutStatus `json:"status"`
}

// RolloutList is a list of rollouts.
type RolloutList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`
	Items           []Rollout `json:"items"`
}

// RolloutsOf takes the rollouts out of sites.
func RolloutsOf(sites []v1alpha1.Site) []Rollout {
	var all []Rollout
	for i := range sites {
		r := Rollout{TypeMeta: typed("Rollout"), Metadata: Metadata{Name: sites[i].Name}, Spec: sites[i].Spec.Rollout}
		if st := sites[i].Status.Rollout; st != nil {
			r.Status = *st
		}
		all = append(all, r)
	}
	return all
}

// ListOfRollouts wraps rollouts, also when there are none.
func ListOfRollouts(all []Rollout) RolloutList {
	return RolloutList{TypeMeta: typed("RolloutList"), Items: append([]Rollout{}, all...)}
}

// Rollouts is a row for each site.
func Rollouts(all []Rollout, now time.Time, wide bool) *table.Table {
	t := &table.Table{Columns: []string{"NAME", "PHASE", "WAN", "FROM", "TO", "STABLE", "LEFT", "GATES", "MESSAGE"}}
	if wide {
		t.Columns = append(t.Columns, "STRATEGY", "APPROVAL", "DEADLINE", "FAILED", "ISSUES")
	}
	for i := range all {
		r := &all[i]
		st := &r.Status
		cells := []string{
			r.Name, orNone(string(st.Phase)), orNone(st.WAN), orNone(st.From), orNone(st.To), orNone(st.LastStable),
			Left(st, now), gatesText(st.Gates), orNone(st.Message),
		}
		if wide {
			cells = append(cells, orNone(string(r.Spec.Strategy)), orNone(string(r.Spec.Approval)), Until(st.Deadline, now),
				failedText(st.Failed), orNone(strings.Join(st.Issues, "; ")))
		}
		t.Add(r.Name, cells...)
	}
	return t
}

// Left is how long a soak lasts still if nothing interrupts it.
func Left(st *v1alpha1.RolloutStatus, now time.Time) string {
	if st.SoakEnds == nil && st.Deadline != nil {
		return "extended"
	}
	return Until(st.SoakEnds, now)
}

// Until is how long it is until a time.
func Until(t *metav1.Time, now time.Time) string {
	if t == nil {
		return figure.None
	}
	return duration.HumanDuration(max(t.Sub(now), 0))
}

// gatesText is how many gates pass, and which are the worst.
func gatesText(gates []v1alpha1.GateStatus) string {
	if len(gates) == 0 {
		return figure.None
	}
	by := map[v1alpha1.GateResult][]string{}
	for i := range gates {
		by[gates[i].Result] = append(by[gates[i].Result], string(gates[i].Name))
	}
	text := fmt.Sprintf("%d/%d", len(by[v1alpha1.GatePass]), len(gates))
	for _, worst := range []v1alpha1.GateResult{v1alpha1.GateAbort, v1alpha1.GateThin} {
		if names := by[worst]; len(names) > 0 {
			return fmt.Sprintf("%s %s: %s", text, worst, strings.Join(names, ","))
		}
	}
	return text
}

func failedText(failed []v1alpha1.RolloutFailure) string {
	var parts []string
	for i := range failed {
		parts = append(parts, failed[i].WAN+"@"+failed[i].Profile)
	}
	return orNone(strings.Join(parts, ","))
}

// Gates is a row for each gate.
func Gates(gates []v1alpha1.GateStatus) *table.Table {
	t := &table.Table{Columns: []string{"GATE", "RESULT", "FIGURE", "PASS", "ABORT", "UNIT", "EVIDENCE", "WAN", "MESSAGE"}}
	for i := range gates {
		g := &gates[i]
		t.Add(string(g.Name), string(g.Name), string(g.Result), number(g.Figure), number(&g.Pass), number(g.Abort), orNone(g.Unit),
			fmt.Sprintf("%d of %d", g.Evidence, g.MinEvidence), orNone(g.WAN), orNone(g.Message))
	}
	return t
}

// number is a figure to three digits.
func number(v *float64) string {
	if v == nil {
		return figure.None
	}
	return strconv.FormatFloat(round(*v), 'f', -1, 64)
}

func round(v float64) float64 {
	rounded, err := strconv.ParseFloat(strconv.FormatFloat(v, 'g', 3, 64), 64)
	if err != nil {
		return v
	}
	return rounded
}

// RolloutNotes are a line for each rollout that goes on, for below a table.
func RolloutNotes(sites []v1alpha1.Site, now time.Time) []string {
	var lines []string
	for i := range sites {
		st := sites[i].Status.Rollout
		if st == nil || st.Phase == "" || st.Phase == v1alpha1.RolloutApproved {
			continue
		}
		line := fmt.Sprintf("%s: rollout %s", sites[i].Name, st.Phase)
		if st.WAN != "" {
			line += ", wan " + st.WAN
		}
		if st.From != "" && st.From != st.To {
			line += fmt.Sprintf(", %s to %s", st.From, st.To)
		} else if st.To != "" {
			line += " at " + st.To
		}
		if left := Left(st, now); left != figure.None {
			line += ", " + left + " left"
		}
		if len(st.Issues) > 0 {
			line += ": " + strings.Join(st.Issues, "; ")
		} else if st.Message != "" {
			line += ": " + st.Message
		}
		lines = append(lines, line)
	}
	return lines
}

// verdict is what a rollout says of a WAN: that it is being watched, or the
// newest verdict on it.
func (r running) verdict() string {
	if st := r.site.Status.Rollout; st != nil {
		i := slices.IndexFunc(st.WANs, func(w v1alpha1.RolloutWAN) bool { return w.Name == r.spec.Name })
		if i >= 0 {
			switch result := st.WANs[i].Result; {
			case result == v1alpha1.ResultApproved, result == v1alpha1.ResultFailed:
			case st.Phase == v1alpha1.RolloutPaused, st.Phase == v1alpha1.RolloutAwaitingApproval:
				if result != v1alpha1.ResultWaiting {
					return string(st.Phase)
				}
				return string(result)
			case result == v1alpha1.ResultPassed && st.WAN == "" && st.Phase == v1alpha1.RolloutSoaking:
				return string(v1alpha1.ResultSoaking)
			default:
				return string(result)
			}
		}
	}
	verdicts := r.site.Status.Verdicts
	for i := len(verdicts) - 1; i >= 0; i-- {
		if slices.Contains(verdicts[i].WANs, r.spec.Name) && !strings.HasPrefix(verdicts[i].Verdict, "issues") {
			return verdicts[i].Verdict
		}
	}
	return figure.None
}

// left is how long a WAN's soak lasts still.
func (r running) left(now time.Time) string {
	st := r.site.Status.Rollout
	if st == nil || r.verdict() != string(v1alpha1.ResultSoaking) {
		return figure.None
	}
	return Left(st, now)
}
