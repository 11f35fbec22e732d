package v1alpha1_test

import (
	"fmt"
	"time"

	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"pgregory.net/rapid"

	"github.com/wanctl/wanctl/api/v1alpha1"
)

// sites draws sites that a manifest could describe, most fields left out at
// random.
func sites() *rapid.Generator[*v1alpha1.Site] {
	return rapid.Custom(func(t *rapid.T) *v1alpha1.Site {
		s := &v1alpha1.Site{}
		s.APIVersion, s.Kind = v1alpha1.APIVersion, v1alpha1.Kind
		s.Name = rapid.StringMatching(`[a-z][a-z0-9]{0,9}`).Draw(t, "site")
		s.Spec.IntervalProfile = rapid.SampledFrom(append([]string{""}, v1alpha1.Profiles[2:]...)).Draw(t, "profile")
		s.Spec.TimeConstants = v1alpha1.TimeConstants{
			Baseline: drawDuration(t, time.Minute, time.Hour), Detection: drawDuration(t, 0, time.Second), Red: drawDuration(t, time.Second, time.Minute),
		}
		s.Spec.Routers = []v1alpha1.Router{
			{Name: "sim", Simulated: &v1alpha1.Simulated{ApplyLatency: drawDuration(t, 0, time.Second)}},
			{Name: "edge", RouterOS: &v1alpha1.RouterOS{Address: "192.0.2.1:8728", Plaintext: true,
				Credentials: v1alpha1.Credentials{UsernameFile: "user", PasswordEnv: "PASS"}}},
			{Name: "here", Linux: &v1alpha1.Linux{}},
		}
		for i := range rapid.IntRange(1, 4).Draw(t, "wans") {
			s.Spec.WANs = append(s.Spec.WANs, drawWAN(t, fmt.Sprintf("wan%d", i)))
		}
		for i := range s.Spec.WANs {
			if s.Spec.WANs[i].Router == "sim" && rapid.Bool().Draw(t, "link") {
				s.Spec.Routers[0].Simulated.Links = append(s.Spec.Routers[0].Simulated.Links, v1alpha1.SimulatedLink{
					WAN: s.Spec.WANs[i].Name, BaseRTT: drawDuration(t, time.Millisecond, time.Second), Jitter: drawDuration(t, 0, time.Second)})
			}
		}
		if len(s.Spec.WANs) > 1 {
			rule := rapid.StringMatching(`[ -~äß€\n\t]{1,20}`).Draw(t, "rule")
			if s.Spec.WANs[0].Router == "here" {
				rule = fmt.Sprintf("fwmark %#x lookup %d", rapid.Uint32Range(1, 1<<31).Draw(t, "mark"), rapid.Uint32Range(1, 1<<31).Draw(t, "table"))
			}
			s.Spec.Steering = []v1alpha1.Steering{{Name: "calls", From: "wan0", To: "wan1", Rule: rule, HoldDown: drawDuration(t, 0, time.Minute)}}
		}
		if rapid.Bool().Draw(t, "gates") {
			pass := rapid.Float64Range(0, 100).Draw(t, "pass")
			s.Spec.Rollout.Gates = map[v1alpha1.GateName]v1alpha1.Gate{v1alpha1.GateFlapping: {Pass: &pass}}
		}
		return s
	})
}

func drawWAN(t *rapid.T, name string) v1alpha1.WAN {
	w := v1alpha1.WAN{
		Name: name, Router: rapid.SampledFrom([]string{"sim", "edge", "here"}).Draw(t, "router"),
		Probe:         v1alpha1.Probe{Reflectors: []string{"1.1.1.1", "one.example"}, InitialRTT: drawDuration(t, time.Microsecond, time.Second)},
		TimeConstants: v1alpha1.TimeConstants{Load: drawDuration(t, time.Second, time.Minute)},
		Thresholds:    v1alpha1.Thresholds{Green: drawDuration(t, 3*time.Millisecond, 44*time.Millisecond)},
		Download:      drawShaper(t), Upload: drawShaper(t),
	}
	if rapid.Bool().Draw(t, "alpha") {
		alpha := 1 - rapid.Float64Range(0, 0.999).Draw(t, "weight")
		w.Alphas.Load = &alpha
	}
	w.Download.Queue, w.Upload.Queue = name+"-down", name+"-up"
	return w
}

func drawShaper(t *rapid.T) v1alpha1.Shaper {
	ceiling := rapid.Int64Range(1, 10_000_000_000).Draw(t, "ceiling")
	s := v1alpha1.Shaper{
		Ceiling:  *resource.NewQuantity(ceiling, resource.DecimalSI),
		States:   rapid.SampledFrom([]int32{0, 3, 4}).Draw(t, "states"),
		Increase: v1alpha1.Increase{After: drawDuration(t, 0, time.Minute)},
	}
	if rapid.Bool().Draw(t, "floor") {
		s.Floors.Red = resource.NewQuantity(rapid.Int64Range(1, ceiling).Draw(t, "red"), resource.DecimalSI)
	}
	return s
}

// drawDuration is a duration or, as often, none.
func drawDuration(t *rapid.T, least, most time.Duration) *metav1.Duration {
	if rapid.Bool().Draw(t, "given") {
		return nil
	}
	return &metav1.Duration{Duration: time.Duration(rapid.Int64Range(int64(least), int64(most)).Draw(t, "duration"))}
}
