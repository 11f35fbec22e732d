package metrics_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil"
	dto "github.com/prometheus/client_model/go"

	"github.com/wanctl/wanctl/api/v1alpha1"
	"github.com/wanctl/wanctl/controller/autorate"
	"github.com/wanctl/wanctl/controller/loop"
	"github.com/wanctl/wanctl/observe/feed"
	"github.com/wanctl/wanctl/observe/metrics"
)

var att = feed.WAN{Site: "home", Name: "att"}

// observed are metrics of a live object that has every figure, with some
// cycles and an apply.
func observed(t *testing.T) (*metrics.Metrics, *v1alpha1.Site) {
	t.Helper()
	data, err := os.ReadFile("testdata/site.json")
	if err != nil {
		t.Fatal(err)
	}
	site := &v1alpha1.Site{}
	if err := json.Unmarshal(data, site); err != nil {
		t.Fatal(err)
	}
	m := metrics.New("v1.2.3")
	m.Show(func() ([]*v1alpha1.Site, time.Time) { return []*v1alpha1.Site{site}, time.Unix(1700000000, 0) })
	m.Cycles(att, []loop.Record{
		{At: time.Second, RTTMS: 20, Answered: true, Work: 100 * time.Microsecond, Late: 10 * time.Microsecond},
		{At: 2 * time.Second, RTTMS: 99, Work: 200 * time.Microsecond, States: [2]autorate.State{autorate.Red, autorate.Green}},
		{At: 3 * time.Second, RTTMS: 40, Answered: true, Work: 300 * time.Microsecond, States: [2]autorate.State{autorate.Yellow, autorate.Green}},
	})
	m.Applied(att, feed.Apply{Rate: 1e6, Latency: 5 * time.Millisecond})
	m.Applied(att, feed.Apply{Rate: 2e6})
	return m, site
}

// families are what a scrape sees, by name.
func families(t *testing.T, m *metrics.Metrics) map[string]*dto.MetricFamily {
	t.Helper()
	list, err := m.Gatherer().Gather()
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]*dto.MetricFamily{}
	for _, f := range list {
		all[f.GetName()] = f
	}
	return all
}

func TestNamesAndUnitsArePrometheusOwn(t *testing.T) {
	m, _ := observed(t)
	problems, err := testutil.GatherAndLint(m.Gatherer())
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range problems {
		t.Errorf("%s: %s", p.Metric, p.Text)
	}
	for name, f := range families(t, m) {
		if strings.HasPrefix(name, "wanctl_") && !strings.HasSuffix(f.GetHelp(), ".") && !strings.Contains(f.GetHelp(), "label") {
			t.Errorf("the help of %s is no sentence: %q", name, f.GetHelp())
		}
	}
}

func TestHistogramsAreNative(t *testing.T) {
	m, _ := observed(t)
	all := families(t, m)
	for name, want := range map[string]struct {
		count uint64
		sum   float64
	}{
		"wanctl_cycle_work_seconds": {3, 600e-6}, "wanctl_cycle_lateness_seconds": {3, 10e-6},
		"wanctl_rtt_seconds": {2, 0.06}, "wanctl_apply_latency_seconds": {1, 0.005},
	} {
		h := all[name].GetMetric()[0].GetHistogram()
		if h.Schema == nil || len(h.GetPositiveSpan()) == 0 {
			t.Errorf("%s has no native buckets: %v", name, h)
		}
		if off := h.GetSampleSum() - want.sum; h.GetSampleCount() != want.count || max(off, -off) > 1e-6 {
			t.Errorf("%s: %d observations that sum to %v, want %d and %v", name, h.GetSampleCount(), h.GetSampleSum(), want.count, want.sum)
		}
	}
}

func TestChangesOfStateAreCounted(t *testing.T) {
	m, _ := observed(t)
	want := map[string]float64{"download RED": 1, "download YELLOW": 1}
	for _, c := range families(t, m)["wanctl_state_transitions_total"].GetMetric() {
		name := label(c, "direction") + " " + label(c, "state")
		if c.GetCounter().GetValue() != want[name] {
			t.Errorf("%s was entered %v times, want %v", name, c.GetCounter().GetValue(), want[name])
		}
	}
}

func label(m *dto.Metric, name string) string {
	for _, l := range m.GetLabel() {
		if l.GetName() == name {
			return l.GetValue()
		}
	}
	return ""
}

// unmeasured are numbers of a status that are no metrics, and why.
var unmeasured = []string{
	".decisions",           // a list of what has been; the present rate is a metric
	"].observedGeneration", // a condition's, which is always the site's
	".profile",             // a name; what a WAN runs is a metric
	".failed[",             // a list of what has been; how many there are is a metric
	".verdicts[0].gen",     // what the newest was judged on; there may have been many since
}

// TestEveryNumberOfTheStatusIsAMetric gives every number of the live object a
// value of its own, one after the other, and looks for a change of what is
// gathered.
func TestEveryNumberOfTheStatusIsAMetric(t *testing.T) {
	_, site := observed(t)
	data, err := json.Marshal(site.Status)
	if err != nil {
		t.Fatal(err)
	}
	var tree any
	if err := json.Unmarshal(data, &tree); err != nil {
		t.Fatal(err)
	}
	text := func(status any) string {
		data, err := json.Marshal(status)
		if err != nil {
			t.Fatal(err)
		}
		live := site.DeepCopy()
		live.Status = v1alpha1.SiteStatus{}
		if err := json.Unmarshal(data, &live.Status); err != nil {
			t.Fatalf("%v: %s", err, data)
		}
		m := metrics.New("v1.2.3")
		m.Show(func() ([]*v1alpha1.Site, time.Time) { return []*v1alpha1.Site{live}, time.Unix(1700000000, 0) })
		var b strings.Builder
		for name, f := range families(t, m) {
			if strings.HasPrefix(name, "wanctl_") {
				fmt.Fprintln(&b, f)
			}
		}
		lines := strings.Split(b.String(), "\n")
		slices.Sort(lines)
		return strings.Join(lines, "\n")
	}
	before, numbers := text(tree), 0
	walk(tree, "status", func(path string, change func() (undo func())) {
		if slices.ContainsFunc(unmeasured, func(part string) bool { return strings.Contains(path, part) }) {
			return
		}
		numbers++
		undo := change()
		if text(tree) == before {
			t.Errorf("%s is no metric", path)
		}
		undo()
	})
	if numbers < 90 {
		t.Errorf("only %d numbers were found", numbers)
	}
}

// walk visits every number, quantity, duration and truth of a tree.
func walk(node any, path string, visit func(path string, change func() (undo func()))) {
	set := func(value, other any, put func(any)) {
		visit(path, func() func() { put(other); return func() { put(value) } })
	}
	each := func(child any, name string, put func(any)) {
		saved := path
		path += name
		switch v := child.(type) {
		case float64:
			set(v, v+7, put)
		case bool:
			set(v, !v, put)
		case string:
			if d, err := time.ParseDuration(v); err == nil {
				set(v, (d + 7*time.Millisecond).String(), put)
			} else if strings.HasSuffix(name, "ate") || strings.HasSuffix(name, "ivered") || strings.HasSuffix(name, "load") || strings.HasSuffix(name, "Memory") {
				set(v, "77k", put)
			}
		default:
			walk(child, path, visit)
		}
		path = saved
	}
	switch v := node.(type) {
	case map[string]any:
		for name, child := range v {
			if name == "state" {
				continue
			}
			each(child, "."+name, func(x any) { v[name] = x })
		}
	case []any:
		for i, child := range v {
			each(child, fmt.Sprintf("[%d]", i), func(x any) { v[i] = x })
		}
	}
}

// labels are all that a metric of wanctl may have; the values of each are
// names from the manifest, or words of the API.
var labels = []string{
	"site", "wan", "router", "reflector", "direction", "state", "condition", "status", "profile", "version",
	"policy", "from", "to", "term", "kind", "board", "reason", "ewma", "parameter", "step", "part", "threshold", "percentile",
	"phase", "gate", "limit", "result", "verdict", "of",
}

func TestLabelsAreBoundedByTheManifest(t *testing.T) {
	m, site := observed(t)
	for name, f := range families(t, m) {
		for _, metric := range f.GetMetric() {
			for _, l := range metric.GetLabel() {
				if strings.HasPrefix(name, "wanctl_") && !slices.Contains(labels, l.GetName()) {
					t.Errorf("%s has the label %s", name, l.GetName())
				}
				if len(l.GetValue()) > 64 {
					t.Errorf("%s has the long label %s=%q", name, l.GetName(), l.GetValue())
				}
			}
		}
	}
	m.Forget(att)
	site.Status.WANs, site.Status.Steering, site.Status.Routers, site.Status.Rollout = nil, nil, nil, nil
	for name, f := range families(t, m) {
		for _, metric := range f.GetMetric() {
			if label(metric, "wan")+label(metric, "policy")+label(metric, "router") != "" {
				t.Errorf("%s still tells of what is gone: %v", name, metric)
			}
		}
	}
}

func TestWhatARouterSaysOfItselfFitsIntoALabel(t *testing.T) {
	for said, want := range map[string]string{
		"7.19.4 (stable)":             "7.19.4 (stable)",
		"\xff7":                       "\uFFFD7",
		strings.Repeat("a", 63) + "ä": strings.Repeat("a", 63),
		strings.Repeat("ä", 40):       strings.Repeat("ä", 32),
	} {
		m := metrics.New("v1.2.3")
		m.Show(func() ([]*v1alpha1.Site, time.Time) {
			return []*v1alpha1.Site{{Status: v1alpha1.SiteStatus{Routers: []v1alpha1.DeviceStatus{{Name: "edge", Version: said}}}}}, time.Time{}
		})
		if got := label(families(t, m)["wanctl_router_info"].GetMetric()[0], "version"); got != want {
			t.Errorf("%q becomes %q, want %q", said, got, want)
		}
	}
}

func TestARouterThatWasNeverAskedIsNeitherReachableNorNot(t *testing.T) {
	m, site := observed(t)
	site.Status.Routers[0].Reachable = nil
	if f := families(t, m)["wanctl_router_reachable"]; f != nil {
		t.Errorf("it is told of: %v", f)
	}
}

func TestAScrapeIsAnsweredInTextAsWell(t *testing.T) {
	m, _ := observed(t)
	w := httptest.NewRecorder()
	m.Handler().ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
	for _, want := range []string{
		`wanctl_rtt_baseline_seconds{site="home",wan="att"} 0.0279`,
		`wanctl_shaper_rate_bytes_per_second{direction="download",site="home",wan="att"} 1.1875e+07`,
		`wanctl_site_condition{condition="Ready",site="home",status="true"} 1`,
		`wanctl_cycle_work_seconds_bucket{site="home",wan="att",le="0.0001"} 1`,
		`wanctl_build_info{version="v1.2.3"} 1`,
	} {
		if !strings.Contains(w.Body.String(), want+"\n") {
			t.Errorf("there is no line %s", want)
		}
	}
}

var updateDocs = flag.Bool("update", false, "write the table of metrics as it is now")

// TestTheReferenceNamesEveryMetric compares the reference with what there is.
func TestTheReferenceNamesEveryMetric(t *testing.T) {
	const path, begin, end = "../../docs/reference/metrics.md", "<!-- metrics -->\n", "<!-- end -->\n"
	m, _ := observed(t)
	all := families(t, m)
	var table strings.Builder
	table.WriteString("| metric | type | labels | what |\n|---|---|---|---|\n")
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if !strings.HasPrefix(name, "wanctl_") {
			continue
		}
		var names []string
		for _, l := range all[name].GetMetric()[0].GetLabel() {
			names = append(names, l.GetName())
		}
		fmt.Fprintf(&table, "| `%s` | %s | %s | %s |\n", name, strings.ToLower(all[name].GetType().String()), strings.Join(names, ", "), all[name].GetHelp())
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, found := strings.Cut(string(data), begin)
	written, after, ended := strings.Cut(rest, end)
	if !found || !ended {
		t.Fatalf("%s has no place for the table", path)
	}
	if written == table.String() {
		return
	}
	if !*updateDocs {
		t.Errorf("%s is not current: run go test ./observe/metrics -update", path)
		return
	}
	if err := os.WriteFile(path, []byte(before+begin+table.String()+end+after), 0o644); err != nil {
		t.Fatal(err)
	}
}
