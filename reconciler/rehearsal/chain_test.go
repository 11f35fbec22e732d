package rehearsal_test

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/wanctl/wanctl/api/v1alpha1"
	"github.com/wanctl/wanctl/reconciler/rehearsal"
)

// moves are the changes of profile that steps tell of: "att 500ms 250ms".
func moves(steps []rehearsal.Step) (all []string) {
	for _, s := range steps {
		words := strings.Fields(strings.TrimSuffix(s.Message, ";"))
		if (s.Reason == v1alpha1.ReasonRolloutProgressing || s.Reason == v1alpha1.ReasonRolloutFinalizing) && words[0] == "from" {
			all = append(all, strings.Join([]string{s.WAN, words[1], strings.TrimSuffix(words[3], ";")}, " "))
		}
	}
	return all
}

// brief is the experiment with soaks of half an hour.
func brief(t *testing.T, patch ...string) *v1alpha1.Site {
	return experiment(t, append(patch, "perWAN: 1h, final: 2h", "perWAN: 30m, final: 30m")...)
}

func TestEachStepOfTheChainGoesOnFromWhatTheOneBeforeApproved(t *testing.T) {
	t.Parallel()
	chain := []string{"500ms", "250ms", "100ms", "50ms"}
	data, err := os.ReadFile("../../examples/ladder.yaml")
	if err != nil {
		t.Fatal(err)
	}
	sites, faults := v1alpha1.Decode("ladder.yaml", data)
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	site := sites[0]
	site.Spec.Rollout.Soak.PerWAN.Duration, site.Spec.Rollout.Soak.Final.Duration = 30*time.Minute, 30*time.Minute
	got, err := rehearsal.Run(t.Context(), site, rehearsal.Options{Profiles: chain})
	if err != nil {
		t.Fatal(err)
	}
	var verdicts []string
	for i, v := range got.Verdicts {
		verdicts = append(verdicts, v.Verdict)
		if v.Generation != int64(i+1) || !slices.Equal(v.WANs, []string{"att", "spectrum"}) || len(v.Measurements) != 2 {
			t.Errorf("verdict %s is of generation %d on %v with %d measurements", v.Verdict, v.Generation, v.WANs, len(v.Measurements))
		}
	}
	if want := []string{"approved-500ms", "approved-250ms", "approved-100ms", "approved-50ms"}; !slices.Equal(verdicts, want) {
		t.Errorf("the verdicts are %v, want %v: %s", verdicts, want, got.Message)
	}
	want := []string{"att 500ms 250ms", "spectrum 500ms 250ms", "att 250ms 100ms", "spectrum 250ms 100ms", "att 100ms 50ms", "spectrum 100ms 50ms"}
	if diff := cmp.Diff(want, moves(got.Steps)); diff != "" {
		t.Errorf("the WANs move otherwise (-want +got):\n%s", diff)
	}
	if !got.Approved || got.Verdict != "approved-50ms" || got.Manifest.Spec.IntervalProfile != "50ms" {
		t.Errorf("it ends with %s of %s, approved %t", got.Verdict, got.Manifest.Spec.IntervalProfile, got.Approved)
	}
	for i, c := range got.Changes {
		if c.Profile != chain[i] || !c.Approved || c.Lasted <= 0 {
			t.Errorf("change %d is %+v", i, c)
		}
	}
}

func TestAChainEndsWhereAStepIsNotApproved(t *testing.T) {
	t.Parallel()
	site := brief(t, "cycleWork: 6ms", "cycleWork: 230ms")
	got, err := rehearsal.Run(t.Context(), site, rehearsal.Options{Profiles: []string{"500ms", "250ms", "100ms"}})
	if err != nil {
		t.Fatal(err)
	}
	if got.Verdict != "finalize-500ms" || got.Approved || len(got.Changes) != 2 || !got.Changes[0].Approved {
		t.Errorf("%s, approved %t, after %+v", got.Verdict, got.Approved, got.Changes)
	}
}

func TestASlowerProfileIsSoakedInItsTurn(t *testing.T) {
	t.Parallel()
	got, err := rehearsal.Run(t.Context(), brief(t, "cycleWork: 6ms", "cycleWork: 46ms"), rehearsal.Options{From: "500ms"})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"att 500ms 50ms", "att 50ms 100ms", "spectrum 500ms 50ms", "spectrum 50ms 100ms"}
	if diff := cmp.Diff(want, moves(got.Steps)); diff != "" {
		t.Errorf("the WANs move otherwise (-want +got):\n%s", diff)
	}
	if got.Verdict != "finalize-100ms" || got.Approved || got.Phase != v1alpha1.RolloutApproved {
		t.Errorf("%s, approved %t, in phase %s", got.Verdict, got.Approved, got.Phase)
	}
	ends := []rehearsal.End{{WAN: "att", Profile: "100ms", Verdict: "approved-100ms"}, {WAN: "spectrum", Profile: "100ms", Verdict: "approved-100ms"}}
	if diff := cmp.Diff(ends, got.Ends); diff != "" {
		t.Errorf("it ends otherwise (-want +got):\n%s", diff)
	}
	if last := got.Verdicts[len(got.Verdicts)-1]; last.Verdict != "approved-100ms" || len(last.Measurements) != 2 {
		t.Errorf("the last verdict is %s with %d measurements", last.Verdict, len(last.Measurements))
	}
}

func TestReflectorsThatRationTheirAnswersBearASlowerProfile(t *testing.T) {
	for _, tt := range []struct {
		name    string
		patch   []string
		verdict string
		reason  string
		ends    string
	}{
		{"30 a second are enough for 20 probes a second", []string{"baseRTT:", "answersPerSecond: 30\n        baseRTT:"}, "approved-50ms", "every gate passed", "50ms"},
		{
			"of 50 probes a second to one reflector they are not", []string{"baseRTT:", "answersPerSecond: 30\n        baseRTT:", ", 8.8.8.8, 9.9.9.9", "", "intervalProfile: 50ms", "intervalProfile: 20ms"},
			"finalize-50ms", "reflectors ration their answers: 1.1.1.1", "50ms",
		},
		{
			"nor are 5 of each of three", []string{"baseRTT:", "answersPerSecond: 5\n        baseRTT:"},
			"finalize-100ms", "reflectors ration their answers: 1.1.1.1, 8.8.8.8, 9.9.9.9", "100ms",
		},
		{
			"one of three that rations is named", []string{"baseRTT:", "reflectors: [{address: 8.8.8.8, answersPerSecond: 2}]\n        baseRTT:"},
			"finalize-100ms", "reflectors ration their answers: 8.8.8.8", "",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := rehearsal.Run(t.Context(), brief(t, tt.patch...), rehearsal.Options{From: "500ms"})
			if err != nil {
				t.Fatal(err)
			}
			if got.Verdict != tt.verdict || !strings.Contains(got.Message, tt.reason) {
				t.Errorf("the verdict is %q: %s", got.Verdict, got.Message)
			}
			for _, e := range got.Ends {
				if tt.ends != "" && (e.Profile != tt.ends || e.Verdict != "approved-"+tt.ends) {
					t.Errorf("%s ends at %s with %s, want %s", e.WAN, e.Profile, e.Verdict, tt.ends)
				}
			}
		})
	}
}

func TestWhatWasWrittenIsReadBack(t *testing.T) {
	t.Parallel()
	got, err := rehearsal.Run(t.Context(), experiment(t, "perWAN: 1h, final: 2h", "perWAN: 1m, final: 1m"), rehearsal.Options{})
	if err != nil {
		t.Fatal(err)
	}
	data, err := json.Marshal([]*rehearsal.Outcome{got})
	if err != nil {
		t.Fatal(err)
	}
	back, err := rehearsal.Decode(data)
	if err != nil {
		t.Fatal(err)
	}
	again, err := json.Marshal(back)
	if err != nil || string(again) != string(data) {
		t.Errorf("%v; it reads back otherwise:\n%s", err, cmp.Diff(string(data), string(again)))
	}
	for _, tt := range []struct{ name, data, want string }{
		{"a manifest", "apiVersion: wanctl.dev/v1alpha1\nkind: Site", "cannot unmarshal object"},
		{"nothing", "[]", "there are none"},
		{"a field too many", "[{site: a, shape: round}]", "unknown field"},
		{"no site", "[{site: a}]", `[0].manifest is not that of site "a"`},
		{"verdicts of a line", strings.ReplaceAll(string(data), "Simulated", "Recorded"), `[0].verdicts[0].origin is "Recorded"`},
	} {
		if _, err := rehearsal.Decode([]byte(tt.data)); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %q", tt.name, err, tt.want)
		}
	}
}

func TestWhatIsNoChainIsRefused(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		profiles []string
		want     string
	}{
		{[]string{"500ms", "0.5s", "50ms"}, "0.5s follows itself"},
		{[]string{"500ms", "fast"}, `"fast" is no interval profile`},
	} {
		if _, err := rehearsal.Run(t.Context(), experiment(t), rehearsal.Options{Profiles: tt.profiles}); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%v: %v, want %q", tt.profiles, err, tt.want)
		}
	}
}
