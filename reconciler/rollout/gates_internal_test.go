package rollout

import (
	"fmt"
	"strings"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/wanctl/wanctl/api/v1alpha1"
	"github.com/wanctl/wanctl/controller/evidence"
)

const (
	pass         = v1alpha1.GatePass
	thin         = v1alpha1.GateThin
	abort        = v1alpha1.GateAbort
	inconclusive = v1alpha1.GateInconclusive
)

func TestGates(t *testing.T) {
	type figures = evidence.Figures
	slow := func(p50, p95 float64, samples int64) *Known {
		return &Known{Profile: "100ms", Benefit: evidence.Benefit{LoadedSamples: samples, LoadedDelayP50MS: p50, LoadedDelayP95MS: p95, Detections: 20, DetectionP50MS: 200, Recoveries: 20, RecoveryP50MS: 200}}
	}
	delay := func(p50, p95, detection float64) figures {
		return figures{Benefit: evidence.Benefit{LoadedSamples: 1000, LoadedDelayP50MS: p50, LoadedDelayP95MS: p95, Detections: 20, DetectionP50MS: detection, Recoveries: 20, RecoveryP50MS: 200}}
	}
	yes := true
	tests := map[v1alpha1.GateName][]struct {
		name     string
		figures  figures
		soak     soak
		override v1alpha1.Gate
		want     v1alpha1.GateResult
		figure   float64
		says     string
	}{
		v1alpha1.GateCycleTime: {
			{name: "at both limits", figures: figures{CycleTime: evidence.CycleTime{Cycles: 600, P95: 0.90, P99: 0.96}}, want: pass, figure: 0.90},
			{name: "p95 beyond", figures: figures{CycleTime: evidence.CycleTime{Cycles: 600, P95: 0.91, P99: 0.92}}, want: thin, figure: 0.91},
			{name: "p99 beyond", figures: figures{CycleTime: evidence.CycleTime{Cycles: 600, P95: 0.5, P99: 0.97}}, want: thin, figure: 0.5, says: "99th percentile"},
			{name: "every cycle of 46 ms at 50 ms", figures: figures{Soaked: time.Hour, CycleTime: evidence.CycleTime{Cycles: 600, P95: 0.92, P99: 0.92, RecentLeastP95: 0.92}}, want: thin, figure: 0.92},
			{name: "p95 beyond the abort limit for a minute", figures: figures{Soaked: time.Minute, CycleTime: evidence.CycleTime{Cycles: 10, RecentLeastP95: 0.97}}, want: abort, figure: 0.97},
			{name: "not watched for a minute yet", figures: figures{Soaked: 59 * time.Second, CycleTime: evidence.CycleTime{Cycles: 10, RecentLeastP95: 0.97}}, want: inconclusive},
			{name: "too few cycles", figures: figures{CycleTime: evidence.CycleTime{Cycles: 599, P95: 0.1}}, want: inconclusive, figure: 0.1},
			{name: "a limit raised by hand", figures: figures{CycleTime: evidence.CycleTime{Cycles: 600, P95: 0.95, P99: 0.97}}, override: v1alpha1.Gate{Pass: limit(0.97)}, want: pass, figure: 0.95},
		},
		v1alpha1.GateCadence: {
			{name: "1 in 10,000", figures: figures{Cadence: evidence.Cadence{Cycles: 100_000, Skipped: 10}}, want: pass, figure: 0.0001},
			{name: "5 in 1,000", figures: figures{Cadence: evidence.Cadence{Cycles: 1000, Skipped: 5}}, want: thin, figure: 0.005},
			{name: "two of few are chance", figures: figures{Cadence: evidence.Cadence{Cycles: 1000, Skipped: 2}}, want: pass, figure: 0.002, says: "chance"},
			{name: "2 % within a minute", figures: figures{Soaked: time.Hour, Cadence: evidence.Cadence{Cycles: 72_000, Skipped: 24, RecentCycles: 1200, RecentSkipped: 24}}, want: abort, figure: 0.02},
			{name: "2 % of the first seconds", figures: figures{Soaked: 10 * time.Second, Cadence: evidence.Cadence{Cycles: 200, Skipped: 4, RecentCycles: 200, RecentSkipped: 4}}, want: inconclusive, figure: 0.02},
			{name: "two skips in a minute of a slow loop", figures: figures{Soaked: time.Hour, Cadence: evidence.Cadence{Cycles: 7200, RecentCycles: 120, RecentSkipped: 2, Skipped: 2}}, want: pass, figure: 2.0 / 7200},
		},
		v1alpha1.GateControlLatency: {
			{name: "within a cycle", figures: figures{ControlLatency: evidence.ControlLatency{Applies: 20, P95: 1}}, want: pass, figure: 1},
			{name: "more than a cycle", figures: figures{ControlLatency: evidence.ControlLatency{Applies: 20, P95: 1.1}}, want: thin, figure: 1.1},
			{name: "nothing aborts it", figures: figures{Soaked: time.Hour, ControlLatency: evidence.ControlLatency{Applies: 20, P95: 50}}, want: thin, figure: 50},
			{name: "hardly any writes", figures: figures{ControlLatency: evidence.ControlLatency{Applies: 19, P95: 1}}, want: inconclusive, figure: 1},
		},
		v1alpha1.GateProbeLoss: {
			{name: "1 %", figures: figures{ProbeLoss: evidence.ProbeLoss{Sent: 1000, Lost: 10}}, want: pass, figure: 0.01},
			{name: "2 %", figures: figures{ProbeLoss: evidence.ProbeLoss{Sent: 1000, Lost: 20}}, want: thin, figure: 0.02},
			{name: "2 % where as much was lost before", figures: figures{ProbeLoss: evidence.ProbeLoss{Sent: 1000, Lost: 20}}, soak: soak{before: &Known{Profile: "500ms", ProbeLoss: evidence.ProbeLoss{Sent: 1000, Lost: 20}}}, want: pass, figure: 0, says: "beyond what was lost at 500ms"},
			{name: "2 %, all of it under load", figures: figures{ProbeLoss: evidence.ProbeLoss{Sent: 1000, Lost: 20, IdleSent: 600, LoadedSent: 400, LoadedLost: 20}}, want: pass, figure: 0},
			{name: "2 %, of an hour that was hardly idle", figures: figures{ProbeLoss: evidence.ProbeLoss{Sent: 1000, Lost: 20, IdleSent: 100, LoadedSent: 900, LoadedLost: 20}}, want: thin, figure: 0.02},
			{name: "a fifth within a minute", figures: figures{Soaked: time.Hour, ProbeLoss: evidence.ProbeLoss{Sent: 1000, Lost: 20, RecentSent: 100, RecentLost: 20}}, want: abort, figure: 0.2},
			{name: "a fifth, as ever", figures: figures{Soaked: time.Hour, ProbeLoss: evidence.ProbeLoss{Sent: 1000, Lost: 200, RecentSent: 100, RecentLost: 20}}, soak: soak{before: &Known{Profile: "500ms", ProbeLoss: evidence.ProbeLoss{Sent: 1000, Lost: 200}}}, want: pass, figure: 0},
			{name: "a fifth, since reflectors ration", figures: figures{Soaked: time.Hour, ProbeLoss: evidence.ProbeLoss{Sent: 1000, Lost: 200, RecentSent: 100, RecentLost: 20}}, soak: soak{limited: []string{"1.1.1.1"}}, want: thin, figure: 0.2, says: "1.1.1.1"},
			{name: "few probes", figures: figures{ProbeLoss: evidence.ProbeLoss{Sent: 599}}, want: inconclusive},
		},
		v1alpha1.GateBaselineDrift: {
			{name: "1 ms", figures: figures{BaselineDrift: evidence.BaselineDrift{Comparisons: 3, P95MS: 1}}, want: pass, figure: 1},
			{name: "2 ms", figures: figures{BaselineDrift: evidence.BaselineDrift{Comparisons: 3, P95MS: 2}}, want: thin, figure: 2},
			{name: "not ten idle minutes yet", figures: figures{}, want: inconclusive},
		},
		v1alpha1.GateFlapping: {
			{name: "8", figures: figures{Soaked: 2 * time.Minute, Flapping: evidence.Flapping{Worst: 8, Recent: 8}}, want: pass, figure: 8},
			{name: "9", figures: figures{Soaked: 2 * time.Minute, Flapping: evidence.Flapping{Worst: 9, Recent: 8}}, want: thin, figure: 9},
			{name: "29 is not 30", figures: figures{Soaked: 2 * time.Minute, Flapping: evidence.Flapping{Worst: 29, Recent: 29}}, want: thin, figure: 29},
			{name: "30, at once", figures: figures{Soaked: 30 * time.Second, Flapping: evidence.Flapping{Worst: 30, Recent: 30}}, want: abort, figure: 30},
			{name: "30 long ago", figures: figures{Soaked: time.Hour, Flapping: evidence.Flapping{Worst: 30}}, want: thin, figure: 30},
		},
		v1alpha1.GateNoiseTransitions: {
			{name: "never RED", figures: figures{}, want: pass},
			{name: "a tenth", figures: figures{NoiseTransitions: evidence.NoiseTransitions{Entries: 40, Noise: 4}}, want: pass, figure: 0.1},
			{name: "a fifth", figures: figures{NoiseTransitions: evidence.NoiseTransitions{Entries: 40, Noise: 8}}, want: thin, figure: 0.2},
			{name: "the only one", figures: figures{NoiseTransitions: evidence.NoiseTransitions{Entries: 1, Noise: 1}}, want: pass, figure: 1, says: "chance"},
		},
		v1alpha1.GateRouterCPU: {
			{name: "30 %", figures: figures{RouterCPU: evidence.RouterCPU{Readings: 10, P95: 30}}, want: pass, figure: 30},
			{name: "50 %", figures: figures{RouterCPU: evidence.RouterCPU{Readings: 10, P95: 50}}, want: thin, figure: 50},
			{name: "peaks of 90 %", figures: figures{Soaked: time.Hour, RouterCPU: evidence.RouterCPU{Readings: 10, P95: 90, RecentLeast: 20}}, want: thin, figure: 90},
			{name: "70 % throughout a minute", figures: figures{Soaked: time.Hour, RouterCPU: evidence.RouterCPU{Readings: 10, P95: 75, RecentLeast: 70}}, want: abort, figure: 70},
			{name: "no reading", figures: figures{Soaked: time.Hour}, want: inconclusive},
		},
		v1alpha1.GateRouterErrors: {
			{name: "3 of 3,000", figures: figures{RouterErrors: evidence.RouterErrors{Applies: 2997, Failed: 3}}, want: pass, figure: 0.001},
			{name: "5 of 1,000", figures: figures{RouterErrors: evidence.RouterErrors{Applies: 995, Failed: 5}}, want: thin, figure: 0.005},
			{name: "6 of 60 within a minute", figures: figures{Soaked: time.Hour, RouterErrors: evidence.RouterErrors{Applies: 995, Failed: 6, RecentApplies: 54, RecentFailed: 6}}, want: abort, figure: 0.1},
			{name: "2 of 2 within a minute", figures: figures{Soaked: time.Hour, RouterErrors: evidence.RouterErrors{Applies: 28, Failed: 2, RecentFailed: 2}}, want: pass, figure: 2.0 / 30, says: "chance"},
		},
		v1alpha1.GateRestarts: {
			{name: "none", figures: figures{}, want: pass},
			{name: "the loop's first", figures: figures{Restarts: evidence.Restarts{LoopCrashes: 1}}, want: abort, figure: 1},
			{name: "the agent's first", figures: figures{Restarts: evidence.Restarts{AgentCrashes: 1}}, want: abort, figure: 1},
			{name: "two, where one is put up with", figures: figures{Restarts: evidence.Restarts{AgentCrashes: 2}}, override: v1alpha1.Gate{Pass: limit(1), Abort: limit(3)}, want: thin, figure: 2},
		},
		v1alpha1.GateBenefit: {
			{name: "better than slower", figures: delay(1, 5, 100), soak: soak{slower: slow(2, 10, 1000)}, want: pass, figure: 105.0 / 205, says: "against 100ms"},
			{name: "worse, not measurably", figures: delay(2, 13, 200), soak: soak{slower: slow(2, 10, 1000)}, want: pass, figure: 18.0 / 15},
			{name: "worse", figures: delay(2, 14, 200), soak: soak{slower: slow(2, 10, 1000)}, want: thin, figure: 19.0 / 15},
			{name: "later to notice", figures: delay(2, 10, 400), soak: soak{slower: slow(2, 10, 1000)}, want: thin, figure: 405.0 / 205},
			{name: "nothing to compare with", figures: delay(2, 10, 200), want: pass, figure: 1, says: "nothing slower"},
			{name: "nothing to compare with under load", figures: delay(2, 10, 200), soak: soak{slower: slow(2, 1, 10)}, want: pass, figure: 1, says: "nothing slower"},
			{name: "never loaded", figures: figures{}, soak: soak{slower: slow(2, 10, 1000)}, want: inconclusive},
			{name: "required and better", figures: delay(2, 5, 100), soak: soak{slower: slow(2, 10, 1000)}, override: v1alpha1.Gate{Required: &yes}, want: pass, figure: 105.0 / 205},
			{name: "required and as good", figures: delay(2, 10, 200), soak: soak{slower: slow(2, 10, 1000)}, override: v1alpha1.Gate{Required: &yes}, want: thin, figure: 1, says: "no better than 100ms"},
			{name: "required, with no evidence asked for and none there", figures: figures{}, soak: soak{slower: slow(2, 10, 1000)}, override: v1alpha1.Gate{Required: &yes, MinEvidence: new(int64)}, want: thin, figure: 1, says: "no better than 100ms"},
			{name: "required and unknown", figures: delay(2, 10, 200), override: v1alpha1.Gate{Required: &yes}, want: inconclusive},
		},
	}
	for _, l := range gates {
		if len(tests[l.Gate]) == 0 {
			t.Errorf("gate %s has no test", l.Gate)
		}
	}
	for gate, cases := range tests {
		for _, tt := range cases {
			t.Run(fmt.Sprintf("%s/%s", gate, tt.name), func(t *testing.T) {
				spec := v1alpha1.Rollout{Gates: map[v1alpha1.GateName]v1alpha1.Gate{gate: tt.override}}
				s := tt.soak
				s.figures = &tt.figures
				for _, l := range GateLimits(&spec) {
					if l.Gate != gate {
						continue
					}
					g := judge(&l, &s)
					figure := 0.0
					if g.Figure != nil {
						figure = *g.Figure
					}
					if g.Result != tt.want || max(figure-tt.figure, tt.figure-figure) > 1e-9 || !strings.Contains(g.Message, tt.says) {
						t.Errorf("%s at %v (%s), want %s at %v", g.Result, figure, g.Message, tt.want, tt.figure)
					}
				}
			})
		}
	}
}

func TestAnOverrideTakesTheOtherLimitsAlong(t *testing.T) {
	tests := map[string]struct {
		gate     v1alpha1.GateName
		override v1alpha1.Gate
		want     string
	}{
		"nothing given":              {v1alpha1.GateRouterCPU, v1alpha1.Gate{}, "30 60 60 1m0s 10"},
		"pass beyond all":            {v1alpha1.GateRouterCPU, v1alpha1.Gate{Pass: limit(80)}, "80 80 80 1m0s 10"},
		"thin below pass":            {v1alpha1.GateRouterCPU, v1alpha1.Gate{Thin: limit(20)}, "20 20 60 1m0s 10"},
		"thin beyond abort":          {v1alpha1.GateRouterCPU, v1alpha1.Gate{Thin: limit(90)}, "30 90 90 1m0s 10"},
		"abort that was thin's":      {v1alpha1.GateRouterCPU, v1alpha1.Gate{Abort: limit(90)}, "30 90 90 1m0s 10"},
		"abort below pass":           {v1alpha1.GateRouterCPU, v1alpha1.Gate{Abort: limit(10)}, "10 10 10 1m0s 10"},
		"abort of another than thin": {v1alpha1.GateFlapping, v1alpha1.Gate{Abort: limit(50)}, "8 20 50 1m0s 120"},
		"all of it": {
			v1alpha1.GateFlapping,
			v1alpha1.Gate{Pass: limit(1), Thin: limit(2), Abort: limit(3), Window: &metav1.Duration{Duration: time.Second}, MinEvidence: new(int64)}, "1 2 3 1s 0",
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			for _, l := range GateLimits(&v1alpha1.Rollout{Gates: map[v1alpha1.GateName]v1alpha1.Gate{tt.gate: tt.override}}) {
				if l.Gate != tt.gate {
					continue
				}
				if got := fmt.Sprint(l.Pass, *l.Thin, *l.Abort, l.Window, l.MinEvidence); got != tt.want {
					t.Errorf("limits %s, want %s", got, tt.want)
				}
			}
		})
	}
}
