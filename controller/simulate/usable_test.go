package simulate

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/wanctl/wanctl/api/v1alpha1"
	"github.com/wanctl/wanctl/controller/core"
	"github.com/wanctl/wanctl/controller/estimate"
	"github.com/wanctl/wanctl/controller/fluid"
	simrouter "github.com/wanctl/wanctl/controller/router/simulated"
	"github.com/wanctl/wanctl/reconciler/derive"
)

// turned runs one WAN with three reflectors behind a simulated link.
func turned(t *testing.T, link string, d time.Duration) *run {
	t.Helper()
	manifest := fmt.Sprintf(`apiVersion: wanctl.dev/v1alpha1
kind: Site
metadata: {name: s}
spec:
  intervalProfile: 50ms
  routers: [{name: lab, simulated: {links: [{wan: w, %s}]}}]
  wans: [{name: w, router: lab, probe: {reflectors: [1.1.1.1, 8.8.8.8, 9.9.9.9]}, download: {ceiling: 100M}, upload: {ceiling: 20M}}]
`, link)
	sites, faults := v1alpha1.Decode("site.yaml", []byte(manifest))
	if len(faults) > 0 {
		t.Fatalf("%v in\n%s", faults, manifest)
	}
	site := sites[0]
	wan := &site.Spec.WANs[0]
	config, err := fluid.Compile(site, wan, nil)
	if err != nil {
		t.Fatal(err)
	}
	derived := derive.WAN(site, wan)
	r := newRun(wan, core.NewConfig(site, wan, &derived), simrouter.NewLink(fluid.New(config), start), Wanctl)
	if err := r.turn(context.Background(), d, func(time.Duration) {}); err != nil {
		t.Fatal(err)
	}
	return r
}

func TestWhetherTheSignalIsUsable(t *testing.T) {
	const inFront = "reflectors: [{address: 1.1.1.1, inFront: true}, {address: 8.8.8.8, inFront: true}, {address: 9.9.9.9, inFront: true}]"
	const idleUpload = "upload: {capacity: 30M, flows: 0}"
	for _, tt := range []struct {
		name, link string
		want       core.Verdict
	}{
		{"an idle line says nothing", "download: {capacity: 50M, flows: 0}, " + idleUpload, core.NoLoadYet},
		{"a bottleneck whose queue the probes share is seen", "download: {capacity: 50M}, " + idleUpload, core.DelayUnderLoad},
		{"a line beyond the ceiling is limited by the shaper", "download: {capacity: 200M}, " + idleUpload, core.ShaperLimits},
		{"reflectors in front of the bottleneck cannot tell", inFront + ", download: {capacity: 50M, onFor: 20s, offFor: 10s}, " + idleUpload, core.PlateauWithoutDelay},
		{"nor in one long download", inFront + ", download: {capacity: 50M}, " + idleUpload, core.PlateauWithoutDelay},
		{"a video that comes in chunks is no plateau", "download: {capacity: 90M, demand: 45M, onFor: 4s, offFor: 6s}, " + idleUpload, core.NoLoadYet},
		{"a slow server is none", "download: {capacity: 90M, demand: 20M}, " + idleUpload, core.NoLoadYet},
		{"nor does a line that drops rather than queues", "buffer: 1ms, download: {capacity: 50M, flows: 6, onFor: 20s, offFor: 20s}, " + idleUpload, core.PlateauWithoutDelay},
		{"a lossy line that also loses when idle is none", "loss: 0.05, download: {capacity: 90M, demand: 20M, onFor: 20s, offFor: 20s}, " + idleUpload, core.NoLoadYet},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := turned(t, tt.link, 10*time.Minute)
			if got := r.state.Usable(); got.Verdict != tt.want {
				t.Errorf("%+v, want verdict %d", got, tt.want)
			}
			if tt.want.Unusable() && len(r.state.Decisions[0].Newest(nil)) > 0 {
				t.Errorf("rates were not held: %+v", r.state.Decisions[0].Newest(nil))
			}
		})
	}
}

func TestOneReflectorThatAilsChangesNoRate(t *testing.T) {
	const calm = "download: {capacity: 200M, flows: 1, demand: 60M}, upload: {capacity: 30M, flows: 1, demand: 9M}"
	for _, tt := range []struct {
		name, reflector string
		want            estimate.Ailment
	}{
		{"slow", "slowAfter: 30s, slowBy: 40ms", estimate.Slow},
		{"rate-limited", "loss: 0.4", estimate.Limited},
		{"dead", "deadAfter: 30s", estimate.Dead},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := turned(t, "reflectors: [{address: 8.8.8.8, "+tt.reflector+"}], "+calm, time.Minute)
			if got := r.state.Quorum.Reflectors[1]; got.Ailment != tt.want || got.Healthy {
				t.Errorf("ailment %d, healthy %v; want %d and left out", got.Ailment, got.Healthy, tt.want)
			}
			for d := range r.state.Decisions {
				if got := r.state.Decisions[d].Newest(nil); len(got) != 0 {
					t.Errorf("it changed a rate: %+v", got)
				}
			}
		})
	}
}
