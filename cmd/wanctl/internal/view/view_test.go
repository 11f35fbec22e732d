package view_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/wanctl/wanctl/api/v1alpha1"
	"github.com/wanctl/wanctl/cmd/wanctl/internal/table"
	"github.com/wanctl/wanctl/cmd/wanctl/internal/view"
)

var now = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

// cell is the cell of a table's only row.
func cell(t *testing.T, tab *table.Table, column string) string {
	t.Helper()
	i := slices.Index(tab.Columns, column)
	if i < 0 || len(tab.Rows) != 1 {
		t.Fatalf("no column %s or not one row in %v", column, tab)
	}
	return tab.Rows[0][i]
}

// home is a site of one WAN in the given states.
func home(download, upload v1alpha1.State) v1alpha1.Site {
	s := v1alpha1.Site{}
	s.Name = "home"
	s.Spec.WANs = []v1alpha1.WAN{{Name: "att", Router: "edge"}}
	s.Status.WANs = []v1alpha1.WANStatus{{
		Name: "att", Download: v1alpha1.ShaperStatus{State: download}, Upload: v1alpha1.ShaperStatus{State: upload},
	}}
	return s
}

func TestTheStateIsOneWordWhereBothDirectionsAgree(t *testing.T) {
	for _, tc := range []struct {
		download, upload v1alpha1.State
		want             string
	}{
		{v1alpha1.Green, v1alpha1.Green, "GREEN"},
		{v1alpha1.SoftRed, v1alpha1.Yellow, "SOFT_RED/YELLOW"},
		{"", v1alpha1.Red, "-/RED"},
		{"", "", "-"},
	} {
		if got := cell(t, view.Status([]v1alpha1.Site{home(tc.download, tc.upload)}, now, false), "STATE"); got != tc.want {
			t.Errorf("%q and %q read %s, want %s", tc.download, tc.upload, got, tc.want)
		}
	}
}

func TestARouterThatDoesNotAnswerIsMarked(t *testing.T) {
	s := home(v1alpha1.Green, v1alpha1.Green)
	s.Status.WANs[0].Router.LastError = "set the rate of edge: no route"
	if got := cell(t, view.Status([]v1alpha1.Site{s}, now, true), "ROUTER"); got != "edge (failing)" {
		t.Errorf("the router reads %s", got)
	}
}

func TestASitesReasonIsThatOfWhatIsWrong(t *testing.T) {
	accepted := metav1.Condition{Type: v1alpha1.ConditionAccepted, Status: metav1.ConditionTrue, Reason: v1alpha1.ReasonManifestAccepted}
	refused := metav1.Condition{Type: v1alpha1.ConditionAccepted, Status: metav1.ConditionFalse, Reason: v1alpha1.ReasonManifestInvalid}
	ready := metav1.Condition{Type: v1alpha1.ConditionReady, Status: metav1.ConditionTrue, Reason: v1alpha1.ReasonLoopsRunning}
	for _, tc := range []struct {
		name       string
		conditions []metav1.Condition
		want       string
	}{
		{"nothing is known", nil, "-"},
		{"all is well", []metav1.Condition{accepted, ready}, v1alpha1.ReasonLoopsRunning},
		{"the manifest was refused while loops run", []metav1.Condition{ready, refused}, v1alpha1.ReasonManifestInvalid},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s := home("", "")
			s.Status.Conditions = tc.conditions
			if got := cell(t, view.Sites([]v1alpha1.Site{s}, now, false), "REASON"); got != tc.want {
				t.Errorf("the reason is %s, want %s", got, tc.want)
			}
		})
	}
}

func TestEventsNameTheirSiteWhereThereAreSeveral(t *testing.T) {
	event := func(site string) v1alpha1.Event {
		at := metav1.NewMicroTime(now.Add(-time.Minute))
		return v1alpha1.Event{Time: at, FirstTime: at, Count: 1, Site: site, Object: "site", Reason: "Settled"}
	}
	one := view.Events([]v1alpha1.Event{event("home"), event("home")}, now)
	two := view.Events([]v1alpha1.Event{event("home"), event("office")}, now)
	if one.Columns[0] != "LAST" || two.Columns[0] != "SITE" {
		t.Errorf("columns are %v and %v", one.Columns, two.Columns)
	}
	if diff := cmp.Diff([]string{"office", "60s", "", "Settled", "site", ""}, two.Rows[1]); diff != "" {
		t.Errorf("row (-want +got):\n%s", diff)
	}
}
