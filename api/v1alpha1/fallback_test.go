package v1alpha1_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/wanctl/wanctl/api/v1alpha1"
)

func withProbe(probe, router string) string {
	return `apiVersion: wanctl.dev/v1alpha1
kind: Site
metadata: {name: s}
spec:
  routers: [{name: edge, ` + router + `}]
  wans: [{name: w, router: edge, probe: {reflectors: [1.1.1.1, "2606:4700:4700::1111", one.example, 9.9.9.9], ` + probe + `}, download: {queue: ifb0, ceiling: 95M}, upload: {queue: eth0, ceiling: 18M}}]
`
}

func TestWhatAFallbackLeavesOut(t *testing.T) {
	byDefault := []string{"1.1.1.1:443", "[2606:4700:4700::1111]:443", "one.example:443"}
	for _, tt := range []struct {
		name, probe, router string
		tcp                 []string
		rates               v1alpha1.FallbackRates
	}{
		{"all of it", "timeout: 1s", "linux: {}", byDefault, v1alpha1.FallbackFollow},
		{"the targets", "fallback: {rates: Hold}", "linux: {}", byDefault, v1alpha1.FallbackHold},
		{"nothing, where none are wanted", "fallback: {tcp: []}", "linux: {}", nil, v1alpha1.FallbackFollow},
		{"and a simulated router has none", "timeout: 1s", "simulated: {}", nil, v1alpha1.FallbackHold},
	} {
		t.Run(tt.name, func(t *testing.T) {
			sites, faults := v1alpha1.Decode("site.yaml", []byte(withProbe(tt.probe, tt.router)))
			if len(faults) > 0 {
				t.Fatal(faults)
			}
			got := sites[0].EffectiveFallback(&sites[0].Spec.WANs[0])
			if !slices.Equal(got.TCP, tt.tcp) || got.Rates != tt.rates {
				t.Errorf("%+v, want %v and %s", got, tt.tcp, tt.rates)
			}
		})
	}
}

func TestAFallbackThatCannotWorkIsRefused(t *testing.T) {
	for fallback, says := range map[string]string{
		"gateway: router":                     `fallback.gateway: "router" is no IP address`,
		"rates: Cut":                          `write Follow or Hold`,
		`tcp: [1.1.1.1]`:                      `fallback.tcp[0]: "1.1.1.1" is no host:port`,
		`tcp: ["1.1.1.1:0"]`:                  `fallback.tcp[0]: "0" is no port`,
		`tcp: ["1.1.1.1:70000"]`:              `fallback.tcp[0]: "70000" is no port`,
		`tcp: ["::1:443"]`:                    `fallback.tcp[0]: "::1:443" is no host:port`,
		`tcp: ["1.1.1.1:443", "1.1.1.1:443"]`: `fallback.tcp[1]: 1.1.1.1:443 stands twice`,
		`tcp: ["https://one.example:443"]`:    `fallback.tcp[0]: `,
	} {
		_, faults := v1alpha1.Decode("site.yaml", []byte(withProbe("fallback: {"+fallback+"}", "linux: {}")))
		if len(faults) != 1 || !strings.Contains(faults[0].Error(), says) {
			t.Errorf("%s: %v, want one that says %q", fallback, faults, says)
		}
	}
	if _, faults := v1alpha1.Decode("site.yaml", []byte(withProbe("fallback: {}", "simulated: {}"))); len(faults) != 1 {
		t.Errorf("behind a simulated router: %v", faults)
	}
}
