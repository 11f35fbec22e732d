package derive_test

import (
	"encoding/json"
	"fmt"
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/wanctl/wanctl/api/v1alpha1"
	"github.com/wanctl/wanctl/reconciler/derive"
)

// manifest is a site of two WANs: one with the default baseline of 100 s, one
// with 133.333 s.
const manifest = `
apiVersion: wanctl.dev/v1alpha1
kind: Site
metadata: {name: home}
spec:
  intervalProfile: %s
  timeConstants: {detection: %s}
  alphas: %s
  routers: [{name: lab, simulated: {}}]
  wans:
  - name: spectrum
    router: lab
    download: {ceiling: 940M, decrease: {factor: 0.90, every: 2s}, increase: {step: 2M, every: 2s, after: 10s}}
    upload: {ceiling: 38M, decrease: {factor: 0.95, every: 2s}, increase: {step: 500k, every: 2s, after: 10s}}
  - name: att
    router: lab
    timeConstants: {baseline: 133.333s}
    download: {ceiling: 95M}
    upload: {ceiling: 18M}
`

// fataler is what *testing.T and *rapid.T share.
type fataler interface {
	Helper()
	Fatal(...any)
}

func site(t fataler, profile, detection, alphas string) *v1alpha1.Site {
	t.Helper()
	sites, faults := v1alpha1.Decode("site.yaml", fmt.Appendf(nil, manifest, profile, detection, alphas))
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	return sites[0]
}

// The table of the design, for every profile and both baselines.
func TestTableOfProfiles(t *testing.T) {
	for _, tt := range []struct {
		profile                      string
		baseline100, baseline133     string
		load                         string
		red, green, history, softRed int64
	}{
		{"2s", "0.02", "0.015", "0.2", 2, 15, 60, 3},
		{"500ms", "0.005", "0.00375", "0.05", 8, 60, 240, 12},
		{"250ms", "0.0025", "0.001875", "0.025", 16, 120, 480, 24},
		{"100ms", "0.001", "0.00075", "0.01", 40, 300, 1200, 60},
		{"50ms", "0.0005", "0.000375", "0.005", 80, 600, 2400, 120},
		{"20ms", "0.0002", "0.00015", "0.002", 200, 1500, 6000, 300},
		{"10ms", "0.0001", "0.000075", "0.001", 400, 3000, 12000, 600},
	} {
		t.Run(tt.profile, func(t *testing.T) {
			s := site(t, tt.profile, "250ms", "{}")
			for i, alpha := range []string{tt.baseline100, tt.baseline133} {
				d := derive.WAN(s, &s.Spec.WANs[i])
				if d.AlphaBaseline.String() != alpha || d.AlphaLoad.String() != tt.load {
					t.Errorf("%s: alphas %s and %s, want %s and %s", d.WAN, d.AlphaBaseline, d.AlphaLoad, alpha, tt.load)
				}
				if d.RedSamples != tt.red || d.GreenSamples != tt.green || d.HistorySize != tt.history || d.SoftRedSamples != tt.softRed {
					t.Errorf("%s: red %d green %d history %d softRed %d, want %d %d %d %d",
						d.WAN, d.RedSamples, d.GreenSamples, d.HistorySize, d.SoftRedSamples, tt.red, tt.green, tt.history, tt.softRed)
				}
			}
		})
	}
}

func TestAlphasAreComputedInFullAndWrittenShort(t *testing.T) {
	s := site(t, "50ms", "250ms", "{}")
	d := derive.WAN(s, &s.Spec.WANs[1])
	if want := 0.05 / 133.333; float64(d.AlphaBaseline) != want {
		t.Errorf("alpha %v, want %v", float64(d.AlphaBaseline), want)
	}
	text, err := json.Marshal(d.AlphaBaseline)
	if err != nil || string(text) != "0.000375" {
		t.Errorf("written as %s (%v), want 0.000375", text, err)
	}
}

func TestCountsRoundUpWithinFloatTolerance(t *testing.T) {
	for _, tt := range []struct {
		name        string
		d, interval time.Duration
		want        int64
	}{
		{"a whole number stays", 4 * time.Second, 50 * time.Millisecond, 80},
		{"a remainder counts as a cycle", 4 * time.Second, 30 * time.Millisecond, 134},
		{"a third of a tenth is exact enough", 4 * time.Second, 33333333, 120},
		{"a time shorter than the interval is one cycle", time.Second, 2 * time.Second, 1},
		{"no time is no cycle", 0, time.Second, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := derive.Count(tt.d, tt.interval); got != tt.want {
				t.Errorf("%v in cycles of %v: %d, want %d", tt.d, tt.interval, got, tt.want)
			}
		})
	}
}

func TestAnAlphaByHandImpliesATimeConstant(t *testing.T) {
	s := site(t, "50ms", "250ms", "{load: 0.2, baseline: 0.001}")
	d := derive.WAN(s, &s.Spec.WANs[1])
	if float64(d.AlphaLoad) != 0.2 || d.TauLoad.Duration != 250*time.Millisecond {
		t.Errorf("load: alpha %v tau %v, want 0.2 and 250ms", d.AlphaLoad, d.TauLoad)
	}
	if float64(d.AlphaBaseline) != 0.001 || d.TauBaseline.Duration != 50*time.Second {
		t.Errorf("baseline: alpha %v tau %v, want 0.001 and 50s", d.AlphaBaseline, d.TauBaseline)
	}
}

func TestDetectionTimesOfASlowLoadConstant(t *testing.T) {
	s := site(t, "50ms", "250ms", "{}")
	for _, at := range derive.WAN(s, &s.Spec.WANs[0]).Detection {
		if at.Step.Duration != 100*time.Millisecond {
			continue
		}
		if at.Yellow == nil || at.Yellow.Duration != 1650*time.Millisecond {
			t.Errorf("+100 ms is YELLOW after %v, want 1.65s", at.Yellow)
		}
		if at.Red == nil || at.Red.Duration != 16100*time.Millisecond {
			t.Errorf("+100 ms is RED after %v, want 16.1s", at.Red)
		}
		if at.Fast == nil || at.Fast.Duration != 100*time.Millisecond {
			t.Errorf("+100 ms is seen by the fast path after %v, want 100ms", at.Fast)
		}
	}
}

func TestAStepBelowAThresholdNeverCrossesIt(t *testing.T) {
	s := site(t, "50ms", "0s", "{}")
	d := derive.WAN(s, &s.Spec.WANs[0])
	if first := d.Detection[0]; first.Step.Duration != 20*time.Millisecond || first.Red != nil || first.SoftRed != nil || first.Yellow == nil {
		t.Errorf("+20 ms: %+v, want YELLOW only", first)
	}
	if d.DetectionSamples != 0 || d.Detection[0].Fast != nil {
		t.Errorf("with detection 0s the fast path has %d samples and acts after %v", d.DetectionSamples, d.Detection[0].Fast)
	}
}

// Whatever the interval, a second of RED leaves the same share of a rate and a
// second of GREEN adds the same, and counts cover their times and no more.
func TestDerivedParametersMeanTheSameInWallClockTime(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		interval := time.Duration(rapid.IntRange(5, 2000).Draw(t, "interval")) * time.Millisecond
		s := site(t, interval.String(), "250ms", "{}")
		d := derive.WAN(s, &s.Spec.WANs[0])
		cycles := 2 / interval.Seconds()
		if left := math.Pow(d.Download.DecreaseFactor, cycles); math.Abs(left-0.9) > 1e-9 {
			t.Fatalf("at %v 2 s of RED leave %v, want 0.9", interval, left)
		}
		if added := float64(d.Download.IncreaseStep) * cycles; math.Abs(added-2e6) > cycles {
			t.Fatalf("at %v 2 s of GREEN add %v, want 2M", interval, added)
		}
		for _, c := range []struct {
			count int64
			d     time.Duration
		}{{d.RedSamples, 4 * time.Second}, {d.GreenSamples, 30 * time.Second}, {d.HistorySize, 120 * time.Second}} {
			if covered := time.Duration(c.count) * interval; covered < c.d || covered >= c.d+interval {
				t.Fatalf("at %v %d cycles cover %v, want %v", interval, c.count, covered, c.d)
			}
		}
	})
}
