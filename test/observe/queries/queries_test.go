package queries

import (
	"encoding/json"
	"log/slog"
	"maps"
	"math"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/rulefmt"
	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/promql/parser"
	"github.com/prometheus/prometheus/storage"
	"github.com/prometheus/prometheus/tsdb/tsdbutil"

	"github.com/wanctl/wanctl/test/observe/internal/agent"
)

const (
	dashboard = "../../../manifests/grafana/wanctl.json"
	rules     = "../../../manifests/prometheus/wanctl.rules.yaml"
)

var (
	promQL = parser.NewParser(parser.Options{})
	engine = promql.NewEngine(promql.EngineOpts{MaxSamples: 1e7, Timeout: time.Minute, LookbackDelta: 5 * time.Minute, Parser: promQL})
)

// ask evaluates a query at a time.
func ask(t *testing.T, storage storage.Queryable, query string, at time.Time) promql.Vector {
	t.Helper()
	q, err := engine.NewInstantQuery(t.Context(), storage, nil, query, at)
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	defer q.Close()
	result := q.Exec(t.Context())
	if result.Err != nil {
		t.Fatalf("%s: %v", query, result.Err)
	}
	if len(result.Warnings) > 0 {
		t.Errorf("%s: %v", query, result.Warnings)
	}
	vector, err := result.Vector()
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	vector = slices.Clone(vector)
	return vector
}

// TestDashboardAndAlerts watches an agent for some seconds and asks all that
// the dashboard and the rules ask.
func TestDashboardAndAlerts(t *testing.T) {
	a := agent.New(t)
	var scrapes [][]sample
	for range 12 {
		scrapes = append(scrapes, scrape(t, a.Origin))
		time.Sleep(time.Second)
	}
	last := time.Now()
	// The agent's router is simulated; one of MikroTik's tells more of itself.
	for i := range scrapes {
		scrapes[i] = append(scrapes[i], mikrotik(t)...)
	}
	t.Run("every query of the dashboard finds something", func(t *testing.T) { testDashboard(t, scrapes, last) })
	t.Run("every alert fires when it should and not before", func(t *testing.T) { testAlerts(t, scrapes, last) })
}

func testDashboard(t *testing.T, scrapes [][]sample, last time.Time) {
	data, err := os.ReadFile(dashboard)
	if err != nil {
		t.Fatal(err)
	}
	var board struct {
		Panels []struct {
			Title   string
			Targets []struct{ Expr string }
		}
	}
	if err := json.Unmarshal(data, &board); err != nil {
		t.Fatal(err)
	}
	storage, asked := store(t, scrapes, last), 0
	for _, p := range board.Panels {
		for _, target := range p.Targets {
			asked++
			query := strings.NewReplacer("$site", ".*", "$wan", ".*", "$__rate_interval", "1m").Replace(target.Expr)
			vector := ask(t, storage, query, last)
			known := slices.ContainsFunc(vector, func(s promql.Sample) bool { return s.H != nil || !math.IsNaN(s.F) })
			if !known {
				t.Errorf("%s: %s finds %v", p.Title, query, vector)
			}
		}
	}
	if asked < 25 {
		t.Errorf("only %d queries were found", asked)
	}
}

// set gives a value to a metric, or to those of its series that have a label.
func set(name string, value func(i int) float64, match ...string) change {
	return func(i int, s *sample) bool {
		if s.labels.Get(model.MetricNameLabel) == name && (len(match) == 0 || s.labels.Get(match[0]) == match[1]) {
			s.value = value(i)
		}
		return true
	}
}

func always(x float64) func(int) float64 { return func(int) float64 { return x } }

func rising(by float64) func(int) float64 { return func(i int) float64 { return float64(i) * by } }

// both is two changes.
func both(a, b change) change {
	return func(i int, s *sample) bool { return a(i, s) && b(i, s) }
}

// turn makes a condition be false or true.
func turn(condition string, holds bool) change {
	return func(_ int, s *sample) bool {
		if s.labels.Get(model.MetricNameLabel) == "wanctl_site_condition" && s.labels.Get("condition") == condition {
			s.value = 0
			if (s.labels.Get("status") == "true") == holds && s.labels.Get("status") != "unknown" {
				s.value = 1
			}
		}
		return true
	}
}

// makesFire are the changes of real metrics that each alert is there for.
func makesFire(last time.Time) map[string]change {
	return map[string]change{
		"WanctlAgentStuck":          set("wanctl_last_look_timestamp_seconds", always(float64(last.Add(-5*time.Minute).Unix()))),
		"WanctlLoopStuck":           set("wanctl_cycles_total", always(1000)),
		"WanctlManifestRefused":     turn("Accepted", false),
		"WanctlDegraded":            turn("Degraded", true),
		"WanctlRouterFailing":       set("wanctl_router_up", always(0)),
		"WanctlRouterErrors":        both(set("wanctl_router_failures_total", rising(3)), set("wanctl_router_applies_total", rising(20))),
		"WanctlQueueDrifts":         set("wanctl_router_drifts_total", rising(1)),
		"WanctlProbesLost":          set("wanctl_probe_loss_ratio", always(0.8)),
		"WanctlReflectorUnhealthy":  set("wanctl_reflector_healthy", always(0), "reflector", "9.9.9.9"),
		"WanctlDelayHigh":           set("wanctl_rtt_delta_seconds", always(0.06), "wan", "att"),
		"WanctlShaperAtFloor":       set("wanctl_shaper_rate_bytes_per_second", always(25e6/8), "wan", "att"),
		"WanctlCyclesSkipped":       both(set("wanctl_cycles_skipped_total", rising(5)), set("wanctl_cycles_total", rising(300))),
		"WanctlStateNotWritten":     turn("StatusWritable", false),
		"WanctlRouterBusy":          set("wanctl_router_cpu_ratio", always(0.7)),
		"WanctlRouterMemoryLow":     set("wanctl_router_memory_free_bytes", always(1<<20)),
		"WanctlRouterUnsteady":      set("wanctl_router_outages_total", rising(1)),
		"WanctlRouterMisconfigured": set("wanctl_router_findings", always(1)),
		"WanctlWritesHeld":          both(set("wanctl_router_writes_held_total", rising(6)), set("wanctl_router_writes_total", rising(10))),
		"WanctlSteeringRuleFailing": set("wanctl_steering_rule_up", always(0)),
		"WanctlSteeringRuleDrifts":  set("wanctl_steering_rule_drifts_total", rising(1)),
		"WanctlSteeringDamped":      set("wanctl_steering_damping_factor", always(2)),
		"WanctlSteeredForLong":      set("wanctl_steering_active", always(1)),
		"WanctlApplySlow": func(i int, s *sample) bool {
			if s.histogram != nil && s.labels.Get(model.MetricNameLabel) == "wanctl_apply_latency_seconds" {
				s.histogram = tsdbutil.GenerateTestHistogram(int64(i)) // most of it above a second
			}
			return true
		},
	}
}

func testAlerts(t *testing.T, scrapes [][]sample, last time.Time) {
	groups, errs := rulefmt.ParseFile(rules, false, model.UTF8Validation, promQL, slog.New(slog.DiscardHandler))
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	// This machine may be too busy for the loops; that is no matter here.
	calm := both(set("wanctl_cycles_skipped_total", always(0)), set("wanctl_router_findings", always(0)))
	healthy, fire := store(t, scrapes, last, calm), makesFire(last)
	for _, group := range groups.Groups {
		for _, rule := range group.Rules {
			known(t, scrapes[len(scrapes)-1], rule.Alert, rule.Expr)
			if pending := ask(t, healthy, rule.Expr, last); len(pending) > 0 {
				t.Errorf("%s fires of a healthy agent: %v", rule.Alert, pending)
			}
			change := fire[rule.Alert]
			if change == nil {
				t.Errorf("nothing is known that makes %s fire", rule.Alert)
				continue
			}
			if len(ask(t, store(t, scrapes, last, calm, change), rule.Expr, last)) == 0 {
				t.Errorf("%s does not fire when it should", rule.Alert)
			}
			delete(fire, rule.Alert)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(fire)) {
		t.Errorf("there is no alert %s", name)
	}
}

// known fails where a rule selects series that the agent does not have.
func known(t *testing.T, samples []sample, alert, query string) {
	t.Helper()
	expr, err := promQL.ParseExpr(query)
	if err != nil {
		t.Fatal(err)
	}
	for _, matchers := range parser.ExtractSelectors(expr) {
		if !slices.ContainsFunc(samples, func(s sample) bool { return all(matchers, s.labels) }) {
			t.Errorf("%s asks for %v, which no series has", alert, matchers)
		}
	}
}

func all(matchers []*labels.Matcher, l labels.Labels) bool {
	return !slices.ContainsFunc(matchers, func(m *labels.Matcher) bool { return !m.Matches(l.Get(m.Name)) })
}
