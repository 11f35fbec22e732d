package simulate_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/wanctl/wanctl/api/v1alpha1"
	"github.com/wanctl/wanctl/controller/core"
	"github.com/wanctl/wanctl/controller/simulate"
	"github.com/wanctl/wanctl/reconciler/derive"
)

// The law is judged against an oracle over the same links: what it costs in
// delay and in goodput not to know the capacity. The limits are far from what
// is measured, so that they catch a law that has broken rather than one that
// was tuned otherwise.

// compare simulates a site of one WAN and returns the results by shaper.
func compare(t *testing.T, profile, routers, wan string, length time.Duration) map[simulate.Shaper]simulate.Result {
	t.Helper()
	manifest := fmt.Sprintf("apiVersion: wanctl.dev/v1alpha1\nkind: Site\nmetadata: {name: s}\nspec:\n  intervalProfile: %s\n  routers: [{name: lab, simulated: %s}]\n  wans: [{name: w, router: lab, %s}]\n", profile, routers, wan)
	sites, faults := v1alpha1.Decode("site.yaml", []byte(manifest))
	if len(faults) > 0 {
		t.Fatalf("%v in\n%s", faults, manifest)
	}
	site := sites[0]
	results, err := simulate.Site(t.Context(), site, simulate.Options{
		For: length, Shapers: []simulate.Shaper{simulate.Wanctl, simulate.Fixed, simulate.Oracle},
		Configure: func(w *v1alpha1.WAN) *core.Config {
			d := derive.WAN(site, w)
			return core.NewConfig(site, w, &d)
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	by := map[simulate.Shaper]simulate.Result{}
	for _, r := range results {
		by[r.Shaper] = r
	}
	return by
}

// steps are a capacity that falls to 40 % for 20 s of every minute.
func steps(mbit int) string {
	return fmt.Sprintf("capacity: %dM, steps: [{at: 20s, capacity: %dk}, {at: 40s, capacity: %dM}], repeat: 60s", mbit, mbit*400, mbit)
}

func TestTheLawStaysCloseToTheOracle(t *testing.T) {
	for _, mbit := range []int{20, 100, 500} {
		for _, rtt := range []int{8, 20, 50} {
			for _, flows := range []int{1, 4} {
				t.Run(fmt.Sprintf("download of %d Mbit/s at %d ms with %d flows", mbit, rtt, flows), func(t *testing.T) {
					t.Parallel()
					by := compare(t, "50ms",
						fmt.Sprintf("{links: [{wan: w, baseRTT: %dms, download: {%s, flows: %d}, upload: {capacity: 10M, flows: 0}}]}", rtt, steps(mbit), flows),
						fmt.Sprintf("download: {ceiling: %dM}, upload: {ceiling: 12M}", mbit*5/4), 5*time.Minute)
					judge(t, by, by[simulate.Wanctl].Download, by[simulate.Oracle].Download, by[simulate.Wanctl].Upload, 12e6)
				})
				t.Run(fmt.Sprintf("upload of %d Mbit/s at %d ms with %d flows", mbit, rtt, flows), func(t *testing.T) {
					t.Parallel()
					by := compare(t, "50ms",
						fmt.Sprintf("{links: [{wan: w, baseRTT: %dms, upload: {%s, flows: %d}, download: {capacity: 200M, flows: 0}}]}", rtt, steps(mbit), flows),
						fmt.Sprintf("upload: {ceiling: %dM}, download: {ceiling: 240M}", mbit*5/4), 5*time.Minute)
					judge(t, by, by[simulate.Wanctl].Upload, by[simulate.Oracle].Upload, by[simulate.Wanctl].Download, 240e6)
				})
			}
		}
	}
}

// judge compares the loaded direction with the oracle's, and says that the
// other one was left alone.
func judge(t *testing.T, by map[simulate.Shaper]simulate.Result, got, oracle, idle simulate.DirectionResult, idleCeiling int64) {
	t.Helper()
	wanctl, best, fixed := by[simulate.Wanctl], by[simulate.Oracle], by[simulate.Fixed]
	if fixed.RTTLoadedP50MS < best.RTTLoadedP50MS+30 {
		t.Fatalf("the scenario bloats nothing: fixed %.1f ms, oracle %.1f ms", fixed.RTTLoadedP50MS, best.RTTLoadedP50MS)
	}
	if wanctl.RTTLoadedP50MS > best.RTTLoadedP50MS+6 || wanctl.RTTLoadedP95MS > best.RTTLoadedP95MS+30 {
		t.Errorf("p50 %.1f p95 %.1f ms; the oracle's %.1f and %.1f", wanctl.RTTLoadedP50MS, wanctl.RTTLoadedP95MS, best.RTTLoadedP50MS, best.RTTLoadedP95MS)
	}
	if got.Goodput < 0.7*oracle.Goodput {
		t.Errorf("goodput %.1f Mbit/s; the oracle's %.1f", got.Goodput/1e6, oracle.Goodput/1e6)
	}
	if idle.Least != idleCeiling {
		t.Errorf("the direction without a queue was cut to %d of %d", idle.Least, idleCeiling)
	}
}

func TestBothDirectionsLoadedAtOnce(t *testing.T) {
	for _, profile := range []string{"500ms", "50ms"} {
		t.Run(profile, func(t *testing.T) {
			by := compare(t, profile, "{links: [{wan: w, download: {capacity: 90M, steps: [{at: 5s, capacity: 40M}, {at: 15s, capacity: 90M}], repeat: 60s}}]}",
				"download: {ceiling: 95M}, upload: {ceiling: 18M}", 5*time.Minute)
			got, best := by[simulate.Wanctl], by[simulate.Oracle]
			if got.RTTLoadedP50MS > best.RTTLoadedP50MS+5 {
				t.Errorf("p50 %.1f ms; the oracle's %.1f", got.RTTLoadedP50MS, best.RTTLoadedP50MS)
			}
			if got.Download.Goodput < 0.9*best.Download.Goodput || got.Upload.Goodput < 0.9*best.Upload.Goodput {
				t.Errorf("goodput %.1f and %.1f Mbit/s; the oracle's %.1f and %.1f", got.Download.Goodput/1e6, got.Upload.Goodput/1e6, best.Download.Goodput/1e6, best.Upload.Goodput/1e6)
			}
		})
	}
}

func TestAnUploadThatItsApplicationBoundsIsLeftAlone(t *testing.T) {
	got := compare(t, "50ms", "{links: [{wan: w, baseRTT: 28ms, buffer: 300ms, download: {"+steps(100)+"}, upload: {capacity: 20M, demand: 8M}}]}",
		"download: {ceiling: 125M}, upload: {ceiling: 18M}", 10*time.Minute)[simulate.Wanctl]
	if got.Upload.Least != 18e6 {
		t.Errorf("the upload was cut to %d of 18M", got.Upload.Least)
	}
}

func TestAQuietLineIsNeverWritten(t *testing.T) {
	const ceilings = "probe: {reflectors: [1.1.1.1, 8.8.8.8, 9.9.9.9]}, download: {ceiling: 95M}, upload: {ceiling: 18M}"
	const idle = "download: {flows: 0}, upload: {flows: 0}"
	for _, tt := range []struct{ name, link string }{
		{"an idle line", "{links: [{wan: w, " + idle + "}]}"},
		{"a jittery idle line", "{links: [{wan: w, jitter: 5ms, " + idle + "}]}"},
		{"a lossy idle line", "{links: [{wan: w, loss: 0.05, " + idle + "}]}"},
		{"an idle line with a far reflector", "{links: [{wan: w, reflectors: [{address: 8.8.8.8, rtt: 180ms}], " + idle + "}]}"},
		{"an idle line with a reflector that dies", "{links: [{wan: w, reflectors: [{address: 8.8.8.8, deadAfter: 60s}], " + idle + "}]}"},
		{"an idle line whose probes are lost for a minute", "{faults: [{at: 60s, for: 60s, kind: ProbesLost}], links: [{wan: w, " + idle + "}]}"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := compare(t, "50ms", tt.link, ceilings, 5*time.Minute)[simulate.Wanctl]
			if got.Download.Writes != 1 || got.Upload.Writes != 1 {
				t.Errorf("%d and %d writes, want the first alone", got.Download.Writes, got.Upload.Writes)
			}
		})
	}
}

func TestSilenceNeverCutsALoadedLineToTheFloor(t *testing.T) {
	got := compare(t, "50ms", "{faults: [{at: 60s, for: 30s, kind: ProbesLost}], links: [{wan: w, download: {capacity: 90M, flows: 2}, upload: {flows: 0}}]}",
		"download: {ceiling: 95M, floors: {red: 5M}}, upload: {ceiling: 18M}", 2*time.Minute)[simulate.Wanctl]
	if got.Download.Least < 50e6 {
		t.Errorf("half a minute without answers cut the download to %d", got.Download.Least)
	}
}

func TestTheReferenceLawLeavesTheFastLawOut(t *testing.T) {
	got := compare(t, "50ms", "{links: [{wan: w, download: {"+steps(90)+", flows: 2}, upload: {flows: 0}}]}",
		"timeConstants: {detection: 0s}, download: {ceiling: 95M}, upload: {ceiling: 18M}", 5*time.Minute)[simulate.Wanctl]
	if got.Upload.Least == 18e6 {
		t.Error("the reference law blames both directions; this one left the upload alone")
	}
}

func TestTheSameSeedGivesTheSameResult(t *testing.T) {
	run := func() simulate.Result {
		return compare(t, "20ms", "{seed: 7, links: [{wan: w, jitter: 2ms, loss: 0.01, download: {"+steps(50)+"}}]}",
			"download: {ceiling: 60M}, upload: {ceiling: 18M}", time.Minute)[simulate.Wanctl]
	}
	if a, b := run(), run(); a != b {
		t.Errorf("twice the same simulation: %+v and %+v", a, b)
	}
}

// BenchmarkDayOfTwoWANs is 24 h of two loaded WANs at 50 ms.
func BenchmarkDayOfTwoWANs(b *testing.B) {
	manifest := "apiVersion: wanctl.dev/v1alpha1\nkind: Site\nmetadata: {name: s}\nspec:\n  intervalProfile: 50ms\n  routers: [{name: lab, simulated: {}}]\n" +
		"  wans:\n  - {name: a, router: lab, download: {ceiling: 95M}, upload: {ceiling: 18M}}\n  - {name: b, router: lab, download: {ceiling: 900M}, upload: {ceiling: 38M}}\n"
	sites, faults := v1alpha1.Decode("site.yaml", []byte(manifest))
	if len(faults) > 0 {
		b.Fatal(faults)
	}
	for b.Loop() {
		if _, err := simulate.Site(b.Context(), sites[0], simulate.Options{
			For: 24 * time.Hour, Shapers: []simulate.Shaper{simulate.Wanctl},
			Configure: func(w *v1alpha1.WAN) *core.Config {
				d := derive.WAN(sites[0], w)
				return core.NewConfig(sites[0], w, &d)
			},
		}); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(b.Elapsed().Seconds()/float64(b.N), "s/day")
}
