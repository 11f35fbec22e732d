package plan_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
	"sigs.k8s.io/yaml"

	"github.com/wanctl/wanctl/api/v1alpha1"
	"github.com/wanctl/wanctl/reconciler/plan"
)

const base = `
metadata: {name: home, labels: {tier: edge}}
spec:
  intervalProfile: 500ms
  timeConstants: {baseline: 100s, load: 10s, detection: 250ms}
  thresholds: {green: 15ms, softRed: 45ms, hardRed: 80ms}
  routers:
  - name: edge
    simulated:
      seed: 1
      links:
      - {wan: att, baseRTT: 20ms}
      - {wan: spectrum, baseRTT: 30ms}
  - name: core
    linux: {}
  wans:
  - name: spectrum
    router: edge
    probe: {reflectors: [1.1.1.1, 9.9.9.9], timeout: 2s}
    download: {queue: d1, ceiling: 940M, states: 4, floors: {red: 100M}}
    upload: {queue: u1, ceiling: 38M, states: 3}
  - name: att
    router: edge
    probe: {reflectors: [1.1.1.1, 9.9.9.9], timeout: 2s}
    thresholds: {green: 3ms}
    download: {queue: d0, ceiling: 95M, states: 4, decrease: {factor: 0.9, every: 2s}}
    upload: {queue: u0, ceiling: 18M, states: 3}
  rollout: {order: [att, spectrum], soak: {perWAN: 1h}}
`

func site(t testing.TB, manifest string) *v1alpha1.Site {
	t.Helper()
	s := &v1alpha1.Site{}
	if err := yaml.UnmarshalStrict([]byte(manifest), s); err != nil {
		t.Fatal(err)
	}
	return s
}

// edit replaces in the base manifest; each old text must stand there once.
func edit(t testing.TB, oldnew ...string) *v1alpha1.Site {
	t.Helper()
	manifest := base
	for i := 0; i < len(oldnew); i += 2 {
		if strings.Count(manifest, oldnew[i]) != 1 {
			t.Fatalf("%q stands %d times in the manifest", oldnew[i], strings.Count(manifest, oldnew[i]))
		}
		manifest = strings.Replace(manifest, oldnew[i], oldnew[i+1], 1)
	}
	return site(t, manifest)
}

// lines is what a table compares: "att restart: path from -> to, ...".
func lines(changes []plan.Change) []string {
	var out []string
	for _, c := range changes {
		var fields []string
		for _, f := range c.Fields {
			fields = append(fields, fmt.Sprintf("%s %s -> %s", f.Path, f.From, f.To))
		}
		out = append(out, fmt.Sprintf("%s %v: %s", c.WAN, c.Action, strings.Join(fields, ", ")))
	}
	return out
}

func TestCompare(t *testing.T) {
	for _, tc := range []struct {
		name string
		edit []string
		want []string
	}{
		{"the site's interval restarts every WAN in rollout order",
			[]string{"intervalProfile: 500ms", "intervalProfile: 50ms"},
			[]string{
				"att restart: spec.intervalProfile 500ms -> 50ms",
				"spectrum restart: spec.intervalProfile 500ms -> 50ms",
			}},
		{"an interval spelled otherwise changes nothing",
			[]string{"intervalProfile: 500ms", "intervalProfile: 0.5s"}, nil},
		{"a WAN's own interval restarts that WAN",
			[]string{"thresholds: {green: 3ms}", "thresholds: {green: 3ms}\n    intervalProfile: 50ms"},
			[]string{"att restart: spec.wans[att].intervalProfile 500ms -> 50ms"}},
		{"an interval that repeats the site's is only carried",
			[]string{"thresholds: {green: 3ms}", "thresholds: {green: 3ms}\n    intervalProfile: 500ms"},
			[]string{" carry: spec.wans[att].intervalProfile  -> 500ms"}},
		{"a site-wide threshold passes by a WAN that overrides it",
			[]string{"{green: 15ms,", "{green: 20ms,"},
			[]string{"spectrum retune: spec.thresholds.green 15ms -> 20ms"}},
		{"an override taken away falls back to the site's value",
			[]string{"thresholds: {green: 3ms}", "thresholds: {}"},
			[]string{"att retune: spec.wans[att].thresholds.green 3ms -> 15ms"}},
		{"a time constant retunes",
			[]string{"detection: 250ms", "detection: 0s"},
			[]string{
				"att retune: spec.timeConstants.detection 250ms -> 0s",
				"spectrum retune: spec.timeConstants.detection 250ms -> 0s",
			}},
		{"an alpha of one WAN retunes that WAN",
			[]string{"thresholds: {green: 3ms}", "thresholds: {green: 3ms}\n    alphas: {load: 0.005}"},
			[]string{"att retune: spec.wans[att].alphas.load  -> 0.005"}},
		{"rates, floors and laws retune",
			[]string{"ceiling: 940M, states: 4, floors: {red: 100M}", "ceiling: 900M, states: 3, floors: {red: 90M}"},
			[]string{"spectrum retune: " +
				"spec.wans[spectrum].download.ceiling 940M -> 900M, " +
				"spec.wans[spectrum].download.floors.red 100M -> 90M, " +
				"spec.wans[spectrum].download.states 4 -> 3"}},
		{"a ceiling spelled otherwise changes nothing",
			[]string{"ceiling: 95M", "ceiling: 95000k"}, nil},
		{"a ceiling in binary units changes nothing when it is the same number",
			[]string{"ceiling: 95M", "ceiling: 95000000"}, nil},
		{"one restart carries the retuned fields along",
			[]string{"queue: d0, ceiling: 95M", "queue: d9, ceiling: 90M"},
			[]string{"att restart: spec.wans[att].download.ceiling 95M -> 90M, spec.wans[att].download.queue d0 -> d9"}},
		{"the class of a queue restarts",
			[]string{"queue: u0,", "queue: u0, class: '1:10',"},
			[]string{"att restart: spec.wans[att].upload.class  -> 1:10"}},
		{"the order of reflectors means nothing",
			[]string{"router: edge\n    probe: {reflectors: [1.1.1.1, 9.9.9.9], timeout: 2s}\n    thresholds", "router: edge\n    probe: {reflectors: [9.9.9.9, 1.1.1.1], timeout: 2s}\n    thresholds"}, nil},
		{"another reflector restarts",
			[]string{"router: edge\n    probe: {reflectors: [1.1.1.1, 9.9.9.9], timeout: 2s}\n    thresholds", "router: edge\n    probe: {reflectors: [1.1.1.1, 8.8.8.8], timeout: 2s}\n    thresholds"},
			[]string{"att restart: spec.wans[att].probe.reflectors [1.1.1.1, 9.9.9.9] -> [1.1.1.1, 8.8.8.8]"}},
		{"the router's definition restarts all behind it",
			[]string{"seed: 1", "seed: 2"},
			[]string{
				"att restart: spec.routers[edge].simulated.seed 1 -> 2",
				"spectrum restart: spec.routers[edge].simulated.seed 1 -> 2",
			}},
		{"a simulated link restarts its WAN alone",
			[]string{"{wan: att, baseRTT: 20ms}", "{wan: att, baseRTT: 40ms}"},
			[]string{"att restart: spec.routers[edge].simulated.links[att].baseRTT 20ms -> 40ms"}},
		{"a router of another kind restarts whoever uses it, and nobody does",
			[]string{"linux: {}", "simulated: {}"},
			[]string{" carry: spec.routers[core].linux {} -> , spec.routers[core].simulated  -> {}"}},
		{"another router restarts, and names no more than that",
			[]string{"name: att\n    router: edge", "name: att\n    router: core"},
			[]string{"att restart: spec.wans[att].router edge -> core"}},
		{"rollout, labels and steering touch no loop",
			[]string{"perWAN: 1h", "perWAN: 2h", "tier: edge", "tier: core", "  rollout:", "  steering: [{name: lat, from: att, to: spectrum, rule: r}]\n  rollout:"},
			[]string{" carry: metadata.labels[tier] edge -> core, spec.rollout.soak.perWAN 1h -> 2h, " +
				"spec.steering[lat].from  -> att, spec.steering[lat].name  -> lat, spec.steering[lat].rule  -> r, spec.steering[lat].to  -> spectrum"}},
		{"two WANs that swap their names restart both",
			[]string{"name: spectrum", "name: SWAP", "name: att", "name: spectrum", "name: SWAP", "name: att"},
			[]string{
				"att restart: spec.wans[att].download.ceiling 95M -> 940M, spec.wans[att].download.decrease.every 2s -> , " +
					"spec.wans[att].download.decrease.factor 0.9 -> , spec.wans[att].download.floors.red  -> 100M, " +
					"spec.wans[att].download.queue d0 -> d1, spec.wans[att].thresholds.green 3ms -> 15ms, " +
					"spec.wans[att].upload.ceiling 18M -> 38M, spec.wans[att].upload.queue u0 -> u1",
				"spectrum restart: spec.wans[spectrum].download.ceiling 940M -> 95M, spec.wans[spectrum].download.decrease.every  -> 2s, " +
					"spec.wans[spectrum].download.decrease.factor  -> 0.9, spec.wans[spectrum].download.floors.red 100M -> , " +
					"spec.wans[spectrum].download.queue d1 -> d0, spec.wans[spectrum].thresholds.green 15ms -> 3ms, " +
					"spec.wans[spectrum].upload.ceiling 38M -> 18M, spec.wans[spectrum].upload.queue u1 -> u0",
			}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got := lines(plan.Compare(edit(t), edit(t, tc.edit...)))
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("changes (-want +got):\n%s", diff)
			}
		})
	}
}

func TestASiteThatAppearsStartsEveryWANInItsOrder(t *testing.T) {
	changes := plan.Compare(nil, edit(t))
	var got []string
	for _, c := range changes {
		got = append(got, fmt.Sprint(c.WAN, " ", c.Action))
	}
	if diff := cmp.Diff([]string{"att start", "spectrum start"}, got); diff != "" {
		t.Errorf("changes (-want +got):\n%s", diff)
	}
}

func TestASiteThatGoesStopsEveryWAN(t *testing.T) {
	changes := plan.Compare(edit(t), nil)
	var got []string
	for _, c := range changes {
		got = append(got, fmt.Sprint(c.WAN, " ", c.Action))
	}
	if diff := cmp.Diff([]string{"att stop", "spectrum stop"}, got); diff != "" {
		t.Errorf("changes (-want +got):\n%s", diff)
	}
}

func TestAWANThatIsReplacedStartsBeforeTheOldOneStops(t *testing.T) {
	changes := plan.Compare(edit(t), edit(t, "name: att", "name: lte", "order: [att,", "order: [lte,"))
	var got []string
	for _, c := range changes {
		got = append(got, fmt.Sprint(c.WAN, " ", c.Action))
	}
	if diff := cmp.Diff([]string{"lte start", "att stop", " carry"}, got); diff != "" {
		t.Errorf("changes (-want +got):\n%s", diff)
	}
	start := lines(changes[:1])[0]
	if !strings.Contains(start, "spec.wans[lte].download.ceiling  -> 95M") {
		t.Errorf("a start names what is written for the WAN, got %s", start)
	}
}

func TestWANsInAnotherOrderMeanTheSame(t *testing.T) {
	a, b := edit(t), edit(t)
	b.Spec.WANs[0], b.Spec.WANs[1] = b.Spec.WANs[1], b.Spec.WANs[0]
	if changes := plan.Compare(a, b); len(changes) > 0 {
		t.Errorf("changes: %v", lines(changes))
	}
	if !plan.SpecEqual(&a.Spec, &b.Spec) {
		t.Error("the specs are not equal")
	}
}

func TestSpecEqualGoesByMeaning(t *testing.T) {
	for _, tc := range []struct {
		name string
		edit []string
		want bool
	}{
		{"the same", nil, true},
		{"another spelling of a rate", []string{"ceiling: 95M", "ceiling: 0.095G"}, true},
		{"another spelling of a time", []string{"softRed: 45ms", "softRed: 0.045s"}, true},
		{"another label", []string{"tier: edge", "tier: core"}, true},
		{"another rate", []string{"ceiling: 95M", "ceiling: 95001k"}, false},
		{"another router kind", []string{"linux: {}", "simulated: {}"}, false},
		{"another rollout order", []string{"order: [att, spectrum]", "order: [spectrum, att]"}, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := plan.SpecEqual(&edit(t).Spec, &edit(t, tc.edit...).Spec); got != tc.want {
				t.Errorf("equal is %v, want %v", got, tc.want)
			}
		})
	}
}

// anySite draws sites of up to three WANs whose fields differ now and then.
func anySite(t *rapid.T, label string) *v1alpha1.Site {
	pick := func(options ...string) string { return rapid.SampledFrom(options).Draw(t, label) }
	var b strings.Builder
	fmt.Fprintf(&b, "spec:\n  intervalProfile: %s\n  thresholds: {green: %s}\n", pick("500ms", "50ms"), pick("3ms", "15ms"))
	fmt.Fprintf(&b, "  routers: [{name: edge, simulated: {seed: %s}}, {name: core, linux: {}}]\n  wans:\n", pick("1", "2"))
	for i := range rapid.IntRange(1, 3).Draw(t, label) {
		fmt.Fprintf(&b, "  - {name: wan%d, router: %s, thresholds: %s, download: {ceiling: %s}, upload: {ceiling: 5M}}\n",
			i, pick("edge", "core"), pick("{}", "{green: 3ms}"), pick("95M", "95000k", "90M"))
	}
	s := &v1alpha1.Site{}
	if err := yaml.UnmarshalStrict([]byte(b.String()), s); err != nil {
		t.Fatalf("%v in:\n%s", err, &b)
	}
	return s
}

func TestLawsOfCompare(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := anySite(t, "a"), anySite(t, "b")
		if changes := plan.Compare(a, a.DeepCopy()); len(changes) > 0 {
			t.Fatalf("a site differs from itself: %v", lines(changes))
		}
		there, back := plan.Compare(a, b), plan.Compare(b, a)
		if (len(there) == 0) != plan.SpecEqual(&a.Spec, &b.Spec) {
			t.Fatalf("SpecEqual contradicts %v", lines(there))
		}
		mirror := map[plan.Action]plan.Action{plan.Start: plan.Stop, plan.Stop: plan.Start}
		want := map[string]plan.Action{}
		for _, c := range there {
			want[c.WAN] = c.Action
			if m, ok := mirror[c.Action]; ok {
				want[c.WAN] = m
			}
		}
		got := map[string]plan.Action{}
		for _, c := range back {
			if _, twice := got[c.WAN]; twice {
				t.Fatalf("%q is named twice: %v", c.WAN, lines(back))
			}
			got[c.WAN] = c.Action
		}
		delete(want, "")
		delete(got, "")
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("the way back is not the mirror of the way there:\n%s", diff)
		}
	})
}
