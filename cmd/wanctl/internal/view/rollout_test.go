package view

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/wanctl/wanctl/api/v1alpha1"
)

var noon = time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)

func in(d time.Duration) *metav1.Time { return &metav1.Time{Time: noon.Add(d)} }

// staged is a site with the WANs att and spectrum in a rollout.
func staged(r *v1alpha1.RolloutStatus, verdicts ...v1alpha1.Verdict) v1alpha1.Site {
	var s v1alpha1.Site
	s.Name = "home"
	s.Spec.WANs = []v1alpha1.WAN{{Name: "att"}, {Name: "spectrum"}}
	s.Status.Rollout, s.Status.Verdicts = r, verdicts
	return s
}

func results(att, spectrum v1alpha1.RolloutResult) []v1alpha1.RolloutWAN {
	return []v1alpha1.RolloutWAN{{Name: "att", Profile: "50ms", Result: att}, {Name: "spectrum", Profile: "500ms", Result: spectrum}}
}

func TestTheVerdictOfAWAN(t *testing.T) {
	earlier := v1alpha1.Verdict{Verdict: "approved-500ms", WANs: []string{"att", "spectrum"}}
	for _, tc := range []struct {
		name string
		site v1alpha1.Site
		want [4]string // verdict and time left, of att and of spectrum
	}{
		{"nothing is known without a rollout", staged(nil), [4]string{"-", "-", "-", "-"}},
		{"one is watched while the other waits", staged(&v1alpha1.RolloutStatus{Phase: v1alpha1.RolloutSoaking, WAN: "att", SoakEnds: in(43 * time.Minute),
			WANs: results(v1alpha1.ResultSoaking, v1alpha1.ResultWaiting)}, earlier), [4]string{"Soaking", "43m", "Waiting", "-"}},
		{"one has passed while the other is watched", staged(&v1alpha1.RolloutStatus{Phase: v1alpha1.RolloutSoaking, WAN: "spectrum", SoakEnds: in(time.Minute),
			WANs: results(v1alpha1.ResultPassed, v1alpha1.ResultSoaking)}, earlier), [4]string{"Passed", "-", "Soaking", "60s"}},
		{"all are watched in the end", staged(&v1alpha1.RolloutStatus{Phase: v1alpha1.RolloutSoaking, Deadline: in(time.Hour),
			WANs: results(v1alpha1.ResultPassed, v1alpha1.ResultPassed)}, earlier), [4]string{"Soaking", "extended", "Soaking", "extended"}},
		{"a person is waited for", staged(&v1alpha1.RolloutStatus{Phase: v1alpha1.RolloutAwaitingApproval,
			WANs: results(v1alpha1.ResultPassed, v1alpha1.ResultPassed)}, earlier), [4]string{"AwaitingApproval", "-", "AwaitingApproval", "-"}},
		{"the newest that names the WAN counts", staged(&v1alpha1.RolloutStatus{Phase: v1alpha1.RolloutRolledBack,
			WANs: results(v1alpha1.ResultApproved, v1alpha1.ResultFailed)}, earlier, v1alpha1.Verdict{Verdict: "rollback", WANs: []string{"spectrum"}},
			v1alpha1.Verdict{Verdict: "issues: router unreachable", WANs: []string{"spectrum"}}), [4]string{"approved-500ms", "-", "rollback", "-"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			rows := Status([]v1alpha1.Site{tc.site}, noon, true)
			var got [4]string
			for i, row := range rows.Rows {
				got[2*i], got[2*i+1] = row[9], row[len(row)-1]
			}
			if got != tc.want {
				t.Errorf("%v, want %v", got, tc.want)
			}
		})
	}
}

func TestALineBelowTheTableSaysHowARolloutGoes(t *testing.T) {
	soaking := &v1alpha1.RolloutStatus{Phase: v1alpha1.RolloutSoaking, WAN: "att", From: "500ms", To: "50ms", SoakEnds: in(43 * time.Minute), Message: "soaks for 1h"}
	broken := *soaking
	broken.SoakEnds, broken.Issues = nil, []string{"wan att: router edge does not answer"}
	got := RolloutNotes([]v1alpha1.Site{staged(soaking), staged(&broken), staged(&v1alpha1.RolloutStatus{Phase: v1alpha1.RolloutApproved}), staged(nil)}, noon)
	want := []string{
		"home: rollout Soaking, wan att, 500ms to 50ms, 43m left: soaks for 1h",
		"home: rollout Soaking, wan att, 500ms to 50ms: wan att: router edge does not answer",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestGatesThatDoNotPassAreNamed(t *testing.T) {
	gate := func(name v1alpha1.GateName, result v1alpha1.GateResult) v1alpha1.GateStatus {
		return v1alpha1.GateStatus{Name: name, Result: result}
	}
	for want, gates := range map[string][]v1alpha1.GateStatus{
		"-":                    nil,
		"1/2":                  {gate("CycleTime", v1alpha1.GatePass), gate("Benefit", v1alpha1.GateInconclusive)},
		"1/2 Thin: Cadence":    {gate("CycleTime", v1alpha1.GatePass), gate("Cadence", v1alpha1.GateThin)},
		"0/2 Abort: ProbeLoss": {gate("ProbeLoss", v1alpha1.GateAbort), gate("Cadence", v1alpha1.GateThin)},
	} {
		if got := gatesText(gates); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
