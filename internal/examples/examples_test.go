// Package examples holds the tests that keep examples and documentation true:
// every example runs, every link leads somewhere, every manifest that is shown
// decodes, and every figure of the law is the one in the code.
package examples

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/wanctl/wanctl/api/v1alpha1"
	"github.com/wanctl/wanctl/controller/core"
	"github.com/wanctl/wanctl/controller/simulate"
	"github.com/wanctl/wanctl/reconciler/derive"
)

// root is the repository, as seen from this package.
const root = "../.."

// examples are the sites of every file of the examples folder, by path.
func examples(t *testing.T) map[string][]*v1alpha1.Site {
	t.Helper()
	paths, err := filepath.Glob(root + "/examples/*.yaml")
	if err != nil || len(paths) == 0 {
		t.Fatalf("there are no examples: %v", err)
	}
	sites := map[string][]*v1alpha1.Site{}
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		decoded, faults := v1alpha1.Decode(path, data)
		for _, f := range faults {
			t.Error(f)
		}
		sites[path] = decoded
	}
	return sites
}

func TestExamplesCanRunFromOneFolder(t *testing.T) {
	first := map[string]string{}
	sites := examples(t)
	for _, path := range slices.Sorted(maps.Keys(sites)) {
		for _, site := range sites[path] {
			if other := first[site.Name]; other != "" {
				t.Errorf("site %s is in %s and in %s", site.Name, other, path)
			}
			first[site.Name] = path
		}
	}
}

func TestEveryExampleRunsAndMovesTraffic(t *testing.T) {
	for path, sites := range examples(t) {
		for _, site := range sites {
			t.Run(filepath.Base(path), func(t *testing.T) {
				t.Parallel()
				run(t, path, site)
			})
		}
	}
}

// run simulates a site for a while and checks what came of every WAN.
func run(t *testing.T, path string, site *v1alpha1.Site) {
	const length = 2 * time.Minute
	results, err := simulate.Site(t.Context(), site, simulate.Options{
		For: length, Shapers: []simulate.Shaper{simulate.Wanctl},
		ReadFile: func(name string) ([]byte, error) { return os.ReadFile(filepath.Join(filepath.Dir(path), name)) },
		Configure: func(wan *v1alpha1.WAN) *core.Config {
			derived := derive.WAN(site, wan)
			return core.NewConfig(site, wan, &derived)
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(results) != len(site.Spec.WANs) {
		t.Fatalf("%d results for %d WANs", len(results), len(site.Spec.WANs))
	}
	for i, r := range results {
		wan := &site.Spec.WANs[i]
		if want := int64(length / site.Interval(wan)); r.Cycles != want {
			t.Errorf("%s: %d cycles, want %d", r.WAN, r.Cycles, want)
		}
		if r.RTTLoadedP50MS <= 0 {
			t.Errorf("%s: no probe was answered under load", r.WAN)
		}
		if got := r.Download.Goodput + r.Upload.Goodput; got < 0.5*float64(wan.Upload.Floors.Red.Value()) {
			t.Errorf("%s: %.0f bit/s got through", r.WAN, got)
		}
		within(t, r.WAN+" download", r.Download, &wan.Download)
		within(t, r.WAN+" upload", r.Upload, &wan.Upload)
	}
}

// within checks that a shaper was set, and never above its ceiling.
func within(t *testing.T, name string, d simulate.DirectionResult, s *v1alpha1.Shaper) {
	t.Helper()
	if d.Least <= 0 || d.Most > s.Ceiling.Value() {
		t.Errorf("%s: the shaper went from %d to %d bit/s, ceiling %s", name, d.Least, d.Most, &s.Ceiling)
	}
}

// The tour of the README edits the demo from 500ms to 50ms and names what
// comes of it.
func TestTheDemoAt50msHasTheParametersOfTheTour(t *testing.T) {
	sites := examples(t)[root+"/examples/demo.yaml"]
	if len(sites) != 1 || sites[0].Spec.IntervalProfile != "500ms" {
		t.Fatal("the demo is not one site at 500ms")
	}
	sites[0].Spec.IntervalProfile = "50ms"
	alphas := map[string]string{"att": "0.000375", "spectrum": "0.0005"}
	for i := range sites[0].Spec.WANs {
		d := derive.WAN(sites[0], &sites[0].Spec.WANs[i])
		if d.AlphaBaseline.String() != alphas[d.WAN] || d.AlphaLoad.String() != "0.005" {
			t.Errorf("%s: alphas are %v and %v", d.WAN, d.AlphaBaseline, d.AlphaLoad)
		}
		if d.RedSamples != 80 || d.GreenSamples != 600 || d.HistorySize != 2400 {
			t.Errorf("%s: counts are %d/%d/%d", d.WAN, d.RedSamples, d.GreenSamples, d.HistorySize)
		}
	}
}
