package v1alpha1_test

import (
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/wanctl/wanctl/api/v1alpha1"
)

func decodeGood(t testing.TB, name string) *v1alpha1.Site {
	t.Helper()
	sites, faults := v1alpha1.Decode(name, read(t, "testdata/good/"+name))
	if err := faults.OrNil(); err != nil {
		t.Fatal(err)
	}
	return sites[0]
}

func TestAWANsOwnBlocksLieOverTheSites(t *testing.T) {
	site := decodeGood(t, "two-wans.yaml")
	att, spectrum := &site.Spec.WANs[0], &site.Spec.WANs[1]
	durations := []struct {
		what string
		got  *metav1.Duration
		want time.Duration
	}{
		{"att's baseline", site.EffectiveTimeConstants(att).Baseline, 133333 * time.Millisecond},
		{"att's load", site.EffectiveTimeConstants(att).Load, 10 * time.Second},
		{"spectrum's baseline", site.EffectiveTimeConstants(spectrum).Baseline, 100 * time.Second},
		{"the site's baseline", site.EffectiveTimeConstants(nil).Baseline, 100 * time.Second},
		{"att's green", site.EffectiveThresholds(att).Green, 3 * time.Millisecond},
		{"att's hardRed", site.EffectiveThresholds(att).HardRed, 80 * time.Millisecond},
		{"spectrum's green", site.EffectiveThresholds(spectrum).Green, 15 * time.Millisecond},
		{"the site's green", site.EffectiveThresholds(nil).Green, 15 * time.Millisecond},
	}
	for _, d := range durations {
		if d.got == nil || d.got.Duration != d.want {
			t.Errorf("%s is %v, want %v", d.what, d.got, d.want)
		}
	}

	own, sites := 0.5, 0.25
	site.Spec.Alphas.Load, att.Alphas.Load = &sites, &own
	if got := site.EffectiveAlphas(att); got.Baseline != nil || got.Load == nil || *got.Load != own {
		t.Errorf("att's alphas are %+v", got)
	}
	if got := site.EffectiveAlphas(spectrum); got.Load == nil || *got.Load != sites {
		t.Errorf("spectrum's alphas are %+v", got)
	}
}

func TestAWANRunsItsOwnProfileOrTheSites(t *testing.T) {
	site := decodeGood(t, "two-wans.yaml")
	att := &site.Spec.WANs[0]
	if got := site.Interval(att); got != 50*time.Millisecond {
		t.Errorf("att runs the site's profile every %v", got)
	}
	att.IntervalProfile = "2s"
	if got := site.Interval(att); got != 2*time.Second {
		t.Errorf("att runs its own profile every %v", got)
	}
	if got := site.EffectiveIntervalProfile(nil); got != "50ms" {
		t.Errorf("the site's profile is %q", got)
	}
	att.IntervalProfile = "never"
	if got := site.Interval(att); got != 0 {
		t.Errorf("no profile is an interval of %v", got)
	}
}

func TestRouterForFindsTheRouterByName(t *testing.T) {
	site := decodeGood(t, "two-wans.yaml")
	if r := site.RouterFor(&site.Spec.WANs[1]); r != &site.Spec.Routers[0] {
		t.Errorf("found %v", r)
	}
	if r := site.RouterFor(&v1alpha1.WAN{Router: "attic"}); r != nil {
		t.Errorf("found %v for a name that no router has", r)
	}
}
