package rehearsal_test

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wanctl/wanctl/api/v1alpha1"
	"github.com/wanctl/wanctl/reconciler/rehearsal"
)

// experiment is the example, with pairs of strings replaced.
func experiment(t *testing.T, patch ...string) *v1alpha1.Site {
	t.Helper()
	data, err := os.ReadFile("../../examples/experiment.yaml")
	if err != nil {
		t.Fatal(err)
	}
	text := string(data)
	for i := 0; i < len(patch); i += 2 {
		if !strings.Contains(text, patch[i]) {
			t.Fatalf("the example has no %q", patch[i])
		}
		text = strings.ReplaceAll(text, patch[i], patch[i+1])
	}
	sites, faults := v1alpha1.Decode("experiment.yaml", []byte(text))
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	return sites[0]
}

// short are soaks that say what the example's longer ones say.
var short = []string{"perWAN: 1h, final: 2h", "perWAN: 30m, final: 30m"}

func TestTheVerdictIsWhatTheLinesAndTheRouterBear(t *testing.T) {
	for _, tt := range []struct {
		name    string
		patch   []string
		from    string
		verdict string
		phase   v1alpha1.RolloutPhase
		gate    v1alpha1.GateName
	}{
		{"a quiet router bears a faster loop", nil, "500ms", "approved-50ms", v1alpha1.RolloutApproved, ""},
		{"from 500ms to 250ms", []string{"intervalProfile: 50ms", "intervalProfile: 250ms"}, "", "approved-250ms", v1alpha1.RolloutApproved, ""},
		{"from 500ms to 100ms", []string{"intervalProfile: 50ms", "intervalProfile: 100ms"}, "500ms", "approved-100ms", v1alpha1.RolloutApproved, ""},
		{"cycles take nearly all of the interval", []string{"cycleWork: 6ms", "cycleWork: 46ms"}, "500ms", "finalize-100ms", v1alpha1.RolloutApproved, v1alpha1.GateCycleTime},
		{"the router is busy", []string{"percent: 12", "percent: 70"}, "500ms", "rollback", v1alpha1.RolloutRolledBack, v1alpha1.GateRouterCPU},
		{"the router is down for long", []string{"cycleWork: 6ms", "cycleWork: 6ms\n      faults: [{at: 40m, for: 30m, kind: RouterDown}]"}, "500ms", "issues: router unreachable", v1alpha1.RolloutSoaking, ""},
		{"there is never any load", []string{"flows: 1", "flows: 0", "flows: 2", "flows: 0", "flows: 4", "flows: 0"}, "500ms", "issues: too little evidence", v1alpha1.RolloutPaused, v1alpha1.GateBenefit},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := rehearsal.Run(t.Context(), experiment(t, slices.Concat(short, tt.patch)...), rehearsal.Options{From: tt.from})
			if err != nil {
				t.Fatal(err)
			}
			if !strings.HasPrefix(got.Verdict, tt.verdict) || got.Phase != tt.phase {
				t.Errorf("the verdict is %q in phase %s: %s", got.Verdict, got.Phase, got.Message)
			}
			if got.Approved != strings.HasPrefix(tt.verdict, "approved-") {
				t.Errorf("%s is approved: %t", got.Verdict, got.Approved)
			}
			if !strings.Contains(got.Message, string(tt.gate)) {
				t.Errorf("%q does not speak of %s", got.Message, tt.gate)
			}
			for _, v := range got.Verdicts {
				if v.Origin != v1alpha1.OriginSimulated {
					t.Errorf("verdict %s has the origin %s", v.Verdict, v.Origin)
				}
			}
		})
	}
}

func TestTheSameManifestGivesTheSameOutcome(t *testing.T) {
	site := experiment(t, "perWAN: 1h, final: 2h", "perWAN: 10m, final: 10m", "intervalProfile: 50ms", "intervalProfile: 100ms")
	var first *rehearsal.Outcome
	for range 2 {
		got, err := rehearsal.Run(t.Context(), site, rehearsal.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if first == nil {
			first = got
		} else if diff := cmp.Diff(first, got); diff != "" {
			t.Errorf("the second run differs:\n%s", diff)
		}
	}
}

func TestAProfileWithNothingSlowerIsWatchedOnItsOwn(t *testing.T) {
	site := experiment(t, "intervalProfile: 50ms", "intervalProfile: 500ms", "perWAN: 1h, final: 2h", "perWAN: 10m, final: 1h")
	got, err := rehearsal.Run(t.Context(), site, rehearsal.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if got.Verdict != "approved-500ms" {
		t.Errorf("the verdict is %q: %s", got.Verdict, got.Message)
	}
}
