package fluid_test

import (
	"errors"
	"io/fs"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/wanctl/wanctl/api/v1alpha1"
	"github.com/wanctl/wanctl/controller/fluid"
)

func seconds(s float64) metav1.Duration {
	return metav1.Duration{Duration: time.Duration(s * float64(time.Second))}
}

// household is a site of two WANs behind a simulated router, with a link as
// given for the first.
func household(links ...v1alpha1.SimulatedLink) *v1alpha1.Site {
	return &v1alpha1.Site{
		ObjectMeta: metav1.ObjectMeta{Name: "home"},
		Spec: v1alpha1.SiteSpec{
			Routers: []v1alpha1.Router{
				{Name: "edge", Simulated: &v1alpha1.Simulated{Seed: 1, Links: links, Faults: []v1alpha1.SimulatedFault{
					{At: seconds(10), For: seconds(5), Kind: v1alpha1.FaultProbesLost},
					{At: seconds(20), For: seconds(5), Kind: v1alpha1.FaultRouterDown},
				}}},
				{Name: "box", Linux: &v1alpha1.Linux{}},
			},
			WANs: []v1alpha1.WAN{wan("att", "edge"), wan("spectrum", "edge"), wan("lte", "box")},
		},
	}
}

func wan(name, router string) v1alpha1.WAN {
	return v1alpha1.WAN{
		Name: name, Router: router,
		Probe:    v1alpha1.Probe{Reflectors: []string{"1.1.1.1", "9.9.9.9"}},
		Download: v1alpha1.Shaper{Ceiling: resource.MustParse("100M")},
		Upload:   v1alpha1.Shaper{Ceiling: resource.MustParse("20M")},
	}
}

func noFile(string) ([]byte, error) { return nil, fs.ErrNotExist }

var ignoreSeed = cmpopts.IgnoreFields(fluid.Config{}, "Seed")

func TestCompileTakesWhatTheManifestSays(t *testing.T) {
	site := household(v1alpha1.SimulatedLink{
		WAN: "att", BaseRTT: new(seconds(0.03)), Jitter: new(seconds(0.001)), Loss: 0.01, Buffer: new(seconds(0.25)),
		AnswersPerSecond: 30,
		Reflectors:       []v1alpha1.SimulatedReflector{{Address: "9.9.9.9", RTT: new(seconds(0.05)), DeadAfter: new(seconds(60)), AnswersPerSecond: 5}},
		Download: v1alpha1.SimulatedDirection{
			Capacity: new(resource.MustParse("80M")), Repeat: new(seconds(600)),
			Steps: []v1alpha1.CapacityStep{{At: seconds(60), Capacity: resource.MustParse("40M")}},
			Flows: new(int32(0)), Demand: new(resource.MustParse("5M")),
		},
		Upload: v1alpha1.SimulatedDirection{
			OnFor: new(seconds(30)), OffFor: new(seconds(10)), CrossTraffic: new(resource.MustParse("500k")), Flows: new(int32(3)),
		},
	})
	got, err := fluid.Compile(site, &site.Spec.WANs[0], noFile)
	if err != nil {
		t.Fatal(err)
	}
	want := fluid.Config{
		BaseRTT: 30 * time.Millisecond, Jitter: time.Millisecond, Loss: 0.01, Buffer: 250 * time.Millisecond,
		Reflectors: []fluid.Reflector{{AnswersPerSecond: 30}, {RTT: 50 * time.Millisecond, DeadAfter: time.Minute, AnswersPerSecond: 5}},
		ProbesLost: []fluid.Window{{From: 10 * time.Second, Until: 15 * time.Second}},
		Directions: [2]fluid.DirectionConfig{
			fluid.Download: {
				Capacity: fluid.Capacity{First: 80e6, Steps: []fluid.Step{{At: time.Minute, Rate: 40e6}}, Repeat: 10 * time.Minute},
				Shaper:   100e6, Demand: 5e6,
			},
			fluid.Upload: {
				Capacity: fluid.Capacity{First: 20e6}, Shaper: 20e6, Flows: 3,
				On: 30 * time.Second, Off: 10 * time.Second, CrossTraffic: 500e3,
			},
		},
	}
	if diff := cmp.Diff(want, got, ignoreSeed); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestCompileFillsInWhatTheManifestLeavesOut(t *testing.T) {
	site := household()
	site.Spec.WANs[0].Probe.Reflectors = nil
	got, err := fluid.Compile(site, &site.Spec.WANs[0], noFile)
	if err != nil {
		t.Fatal(err)
	}
	want := fluid.Config{
		BaseRTT: 20 * time.Millisecond, Jitter: 300 * time.Microsecond, Buffer: 500 * time.Millisecond,
		Reflectors: []fluid.Reflector{{}},
		ProbesLost: []fluid.Window{{From: 10 * time.Second, Until: 15 * time.Second}},
		Directions: [2]fluid.DirectionConfig{
			fluid.Download: {Capacity: fluid.Capacity{First: 100e6}, Shaper: 100e6, Flows: 2},
			fluid.Upload:   {Capacity: fluid.Capacity{First: 20e6}, Shaper: 20e6, Flows: 1},
		},
	}
	if diff := cmp.Diff(want, got, ignoreSeed); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestCompileGivesAWANOfARealRouterTheScenario(t *testing.T) {
	site := household()
	lte := &site.Spec.WANs[2]
	c, err := fluid.Compile(site, lte, noFile)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(fluid.Scenario(site, lte), c); diff != "" {
		t.Fatal(diff)
	}
	l := fluid.New(c)
	for _, tc := range []struct {
		at       time.Duration
		down, up int64
	}{{0, 100e6, 20e6}, {5 * time.Minute, 60e6, 12e6}, {8 * time.Minute, 85e6, 17e6}, {12 * time.Minute, 100e6, 20e6}, {25 * time.Minute, 60e6, 12e6}} {
		l.Advance(tc.at)
		if down, up := l.Capacity(fluid.Download), l.Capacity(fluid.Upload); down != tc.down || up != tc.up {
			t.Errorf("at %v the capacity is %d and %d, want %d and %d", tc.at, down, up, tc.down, tc.up)
		}
	}
}

func TestCompileGivesEveryWANNoiseOfItsOwn(t *testing.T) {
	site := household()
	seeds := map[uint64]bool{}
	for i := range site.Spec.WANs {
		for _, start := range []int64{1, 2} {
			site.Spec.Routers[0].Simulated.Seed = start
			c, err := fluid.Compile(site, &site.Spec.WANs[i], noFile)
			if err != nil {
				t.Fatal(err)
			}
			seeds[c.Seed] = true
		}
	}
	if len(seeds) != 5 { // the WAN of the real router has one
		t.Errorf("%d different seeds, want 5", len(seeds))
	}
}

func TestCompileReadsATraceAndNamesTheFieldOfABadOne(t *testing.T) {
	files := map[string]string{"good.trace": "1\n2\n", "bad.trace": "1\nx\n"}
	read := func(name string) ([]byte, error) {
		if text, ok := files[name]; ok {
			return []byte(text), nil
		}
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	link := v1alpha1.SimulatedLink{WAN: "att"}
	link.Upload.TraceFile = "good.trace"
	site := household(link)
	c, err := fluid.Compile(site, &site.Spec.WANs[0], read)
	if err != nil {
		t.Fatal(err)
	}
	if trace := c.Directions[fluid.Upload].Capacity.Trace; trace == nil || trace.Length() != 2*time.Millisecond {
		t.Errorf("the trace is %+v", trace)
	}
	for name, want := range map[string]string{
		"bad.trace":  `simulated.links[att].upload.traceFile: bad.trace: line 2: "x" is not a whole number of milliseconds`,
		"none.trace": `simulated.links[att].upload.traceFile: open none.trace: file does not exist`,
	} {
		site.Spec.Routers[0].Simulated.Links[0].Upload.TraceFile = name
		_, err := fluid.Compile(site, &site.Spec.WANs[0], read)
		if err == nil || err.Error() != want {
			t.Errorf("error is %v\nwant %s", err, want)
		}
		if name == "none.trace" && !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%v does not wrap its cause", err)
		}
	}
}
