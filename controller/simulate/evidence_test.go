package simulate

import (
	"fmt"
	"testing"
	"time"

	"github.com/wanctl/wanctl/api/v1alpha1"
	"github.com/wanctl/wanctl/controller/autorate"
	"github.com/wanctl/wanctl/controller/core"
	"github.com/wanctl/wanctl/controller/evidence"
	"github.com/wanctl/wanctl/controller/fluid"
	simrouter "github.com/wanctl/wanctl/controller/router/simulated"
	"github.com/wanctl/wanctl/reconciler/derive"
)

const baseRTTMS = 20

// gathered turns a loop over a line of 50 Mbit/s that falls to 20 for 20 s of
// every minute, and returns the evidence of it and the 95th percentile of what
// probes took under load.
func gathered(t *testing.T, profile string, d time.Duration) (f evidence.Figures, rttP95MS float64) {
	t.Helper()
	manifest := fmt.Sprintf(`apiVersion: wanctl.dev/v1alpha1
kind: Site
metadata: {name: s}
spec:
  intervalProfile: %s
  routers: [{name: lab, simulated: {links: [{wan: w, baseRTT: %dms, download: {capacity: 50M, flows: 4, steps: [{at: 20s, capacity: 20M}, {at: 40s, capacity: 50M}], repeat: 60s}, upload: {capacity: 30M, flows: 0}}]}}]
  wans: [{name: w, router: lab, download: {ceiling: 60M}, upload: {ceiling: 20M}}]
`, profile, baseRTTMS)
	sites, faults := v1alpha1.Decode("site.yaml", []byte(manifest))
	if len(faults) > 0 {
		t.Fatalf("%v in\n%s", faults, manifest)
	}
	site := sites[0]
	wan := &site.Spec.WANs[0]
	link, err := fluid.Compile(site, wan, nil)
	if err != nil {
		t.Fatal(err)
	}
	derived := derive.WAN(site, wan)
	config := core.NewConfig(site, wan, &derived)
	r := newRun(wan, config, simrouter.NewLink(fluid.New(link), start), Wanctl)
	c := evidence.New(evidence.Options{
		Profile: profile, Interval: config.Interval, GreenMS: config.Autorate.Thresholds.GreenMS, Load: site.EffectiveTimeConstants(wan).Load.Duration,
	})
	var rates [2]int64
	for now := config.Interval; now <= d; now += config.Interval {
		r.cycle(now)
		delay := r.state.Newest(config)
		in := evidence.Cycle{
			At: now, Answers: int64(r.state.Answers), Lost: int64(r.state.Losses),
			DelayMS: delay.MedianMS, NewestMS: delay.AnsweredMS, Measured: delay.OK,
			BaselineMS: r.state.Reference.BaselineMS, Delivered: r.state.Delivered.BitsPerSecond, Counted: r.state.Delivered.OK, Held: r.state.Delivered.Held,
		}
		for d := range in.Rates {
			in.Rates[d], in.States[d] = r.state.Autorate.Shapers[d].Rate, r.state.Autorate.Shapers[d].State
		}
		c.Cycle(&in)
		for d, rate := range in.Rates {
			if rate != rates[d] {
				c.Applied(&evidence.Applied{At: now, Direction: autorate.Direction(d), BitsPerSecond: rate})
				rates[d] = rate
			}
		}
	}
	return c.Figures(d), r.result().RTTLoadedP95MS
}

// Where the truth is known, the evidence is close to it: delay is what probes
// took above the line's own round-trip time.
func TestEvidenceTellsIntervalsApart(t *testing.T) {
	var before evidence.Benefit
	for _, profile := range []string{"50ms", "100ms", "250ms", "500ms"} {
		figures, rttP95MS := gathered(t, profile, 30*time.Minute)
		f := figures.Benefit
		// One that begins while a drain does what it can already brings no write about.
		least := f.Episodes - f.Episodes/100 - 2
		if f.Episodes < 30 || f.Detections < least || f.Recoveries < least {
			t.Errorf("%s: of 30 falls of the capacity and some more %d episodes are seen, %d detected, %d recovered from", profile, f.Episodes, f.Detections, f.Recoveries)
		}
		if f.DetectionP50MS <= before.DetectionP50MS || f.RecoveryP50MS <= before.RecoveryP50MS || f.LoadedDelayP95MS <= before.LoadedDelayP95MS {
			t.Errorf("%s has %+v; the faster one before it %+v", profile, f, before)
		}
		if wrong := f.LoadedDelayP95MS - (rttP95MS - baseRTTMS); wrong < -2 || wrong > 2 {
			t.Errorf("%s: a delay under load of %.1f ms, where probes took %.1f ms with %v of them the line's own", profile, f.LoadedDelayP95MS, rttP95MS, baseRTTMS)
		}
		if figures.NoiseTransitions.Noise != 0 || figures.Soaked < 29*time.Minute || figures.Loaded < 29*time.Minute {
			t.Errorf("%s: %d entries into RED without a cause, soaked %v, loaded %v", profile, figures.NoiseTransitions.Noise, figures.Soaked, figures.Loaded)
		}
		before = f
	}
}
