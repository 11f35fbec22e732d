package report

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/wanctl/wanctl/api/v1alpha1"
	"github.com/wanctl/wanctl/reconciler/status"
)

//go:generate go test . -run ^TestTheSampleReportIsCurrent$ -update

var update = flag.Bool("update", false, "write the sample report as it is now")

// samples is where the sample report stands.
const samples = "../../../../docs/examples"

// sample is the input of the sample report: the site of the command's tests with
// a record that was made up to show every kind of verdict.
func sample(t *testing.T) Input {
	t.Helper()
	sites, err := status.Read("../../testdata/state").Sites()
	if err != nil {
		t.Fatal(err)
	}
	var verdicts v1alpha1.VerdictList
	var events v1alpha1.EventList
	for file, into := range map[string]any{"verdicts.json": &verdicts, "events.json": &events} {
		data, err := os.ReadFile(filepath.Join("testdata", file))
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(data, into); err != nil {
			t.Fatal(err)
		}
	}
	v1alpha1.SetDefaults(&sites[0])
	return Input{Site: &sites[0], Verdicts: verdicts.Items, Events: events.Items, Now: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)}
}

func written(t *testing.T, in Input) (markdown, html string) {
	t.Helper()
	d, err := Of(in)
	if err != nil {
		t.Fatal(err)
	}
	var m, h bytes.Buffer
	if err := errors.Join(d.WriteMarkdown(&m), d.WriteHTML(&h)); err != nil {
		t.Fatal(err)
	}
	return m.String(), h.String()
}

func TestTheSampleReportIsCurrent(t *testing.T) {
	in := sample(t)
	markdown, html := written(t, in)
	in.Profile = "50ms"
	profile, _ := written(t, in)
	for name, got := range map[string]string{"report.md": markdown, "report.html": html, "report-50ms.md": profile} {
		path := filepath.Join(samples, name)
		if *update {
			if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), got); diff != "" {
			t.Errorf("%s is not current (-want +got); run go generate ./cmd/wanctl/internal/report\n%s", path, diff)
		}
	}
}

func TestAProfileThatWasNotJudgedIsRefused(t *testing.T) {
	in := sample(t)
	in.Profile = "10ms"
	_, err := Of(in)
	var unknown *UnknownProfileError
	if !errors.As(err, &unknown) || !strings.Contains(err.Error(), "there are verdicts on 20ms, 50ms, 100ms, 500ms") {
		t.Errorf("got %v", err)
	}
	in.Verdicts = nil
	if _, err := Of(in); err == nil || !strings.Contains(err.Error(), "nothing has been judged yet") {
		t.Errorf("without a record got %v", err)
	}
}

func TestWithoutARecordTheReportSaysSo(t *testing.T) {
	in := sample(t)
	in.Verdicts = nil
	markdown, _ := written(t, in)
	for _, want := range []string{"**att: No profile has been approved; there is nothing to recommend yet. It runs 50ms.**", "Nothing has been judged yet.", "There are none."} {
		if !strings.Contains(markdown, want) {
			t.Errorf("%q is missing in\n%s", want, markdown)
		}
	}
}

func TestTheHTMLAsksForNothingElseAndHasATableBesideEachPlot(t *testing.T) {
	_, html := written(t, sample(t))
	for _, outside := range regexp.MustCompile(`(?:src|href|action)="([^#][^"]*)"|url\(|@import|<script|<link`).FindAllString(html, -1) {
		t.Errorf("the page asks for %s", outside)
	}
	ids := map[string]bool{}
	for _, m := range regexp.MustCompile(` id="([^"]*)"`).FindAllStringSubmatch(html, -1) {
		if ids[m[1]] {
			t.Errorf("two elements have the id %s", m[1])
		}
		ids[m[1]] = true
	}
	for _, m := range regexp.MustCompile(`(?s)<div class="plots">(.*?)</div>\n<(.{10})`).FindAllStringSubmatch(html, -1) {
		if m[2] != "p class=\"c" {
			t.Errorf("no table follows the plots %.80s", m[1])
		}
	}
	if n := strings.Count(html, `role="img"`); n < 10 || n != strings.Count(html, "<desc ") {
		t.Errorf("%d plots, %d of them described", n, strings.Count(html, "<desc "))
	}
}

func TestWhatOthersWroteStaysText(t *testing.T) {
	in := sample(t)
	hostile := "<script>alert(1)</script> | *a* `b`\n# c"
	in.Verdicts[2].Message, in.Verdicts[2].By = hostile, hostile
	for i := range in.Verdicts[2].Gates {
		in.Verdicts[2].Gates[i].Message, in.Verdicts[2].Gates[i].Unit = hostile, hostile
	}
	markdown, html := written(t, in)
	if strings.Contains(html, "<script") {
		t.Error("the page has a script")
	}
	if strings.Contains(markdown, "<script") || strings.Contains(markdown, "\n# c") || !strings.Contains(markdown, `&lt;script>alert(1)&lt;/script> \| \*a\* \`+"`b\\` # c") {
		t.Errorf("the message is more than text:\n%s", markdown)
	}
}

func TestParametersAreTheRecordedOnes(t *testing.T) {
	in := sample(t)
	in.Site.Spec.WANs[0].TimeConstants.Baseline.Duration = 200 * time.Second
	in.Site.Spec.WANs = in.Site.Spec.WANs[:1]
	in.Site.Spec.Steering = nil
	in.Profile = "50ms"
	markdown, _ := written(t, in)
	for name, want := range map[string]string{
		"a parameter that the manifest has changed":    "| alphaBaseline | 0.000375 (the manifest has changed since; now 0.00025 = 50ms / 200s) | 0.0005 |",
		"a parameter of a WAN that is no longer there": "| redSamples | 80 = 4s / 50ms | 80 |",
	} {
		if !strings.Contains(markdown, want) {
			t.Errorf("%s: %q is missing in\n%s", name, want, markdown)
		}
	}
}

func TestALineThatIsAModelIsNamed(t *testing.T) {
	in := sample(t)
	in.Site.Spec.Routers[0].RouterOS, in.Site.Spec.Routers[0].Simulated = nil, &v1alpha1.Simulated{}
	markdown, _ := written(t, in)
	if !strings.Contains(markdown, "| No real line | att, spectrum: the router is simulated,") {
		t.Errorf("it is not told that the router is simulated:\n%.600s", markdown)
	}
}
