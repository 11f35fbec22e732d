package simulate

import (
	"context"
	"fmt"
	"slices"
	"time"

	hdr "github.com/HdrHistogram/hdrhistogram-go"

	"github.com/wanctl/wanctl/api/v1alpha1"
	"github.com/wanctl/wanctl/controller/autorate"
	"github.com/wanctl/wanctl/controller/fluid"
	simrouter "github.com/wanctl/wanctl/controller/router/simulated"
	"github.com/wanctl/wanctl/controller/steering"
)

// SteeringResult is what came of one steering policy.
type SteeringResult struct {
	Policy string `json:"policy"`
	From   string `json:"from"`
	To     string `json:"to"`
	// Turns counts turns in both directions; SteeredShare is the share of the
	// time that new connections took the alternate.
	Turns        int64   `json:"turns"`
	SteeredShare float64 `json:"steeredShare"`
	// Calls are the round-trip times of the calls that the policy's rule marks,
	// and Unsteered those of the same calls if nothing is ever steered.
	Calls     Delay `json:"calls"`
	Unsteered Delay `json:"unsteered"`
}

// Delay is how long calls waited, in milliseconds of round-trip time, looked at
// steeringEvery.
type Delay struct {
	P50MS float64 `json:"p50Milliseconds"`
	P95MS float64 `json:"p95Milliseconds"`
	P99MS float64 `json:"p99Milliseconds"`
	// LostShare is the share of the looks at which nothing came through.
	LostShare float64 `json:"lostShare"`
}

// steeringEvery is how often the machine looks at the WANs, as in an agent.
const steeringEvery = 100 * time.Millisecond

// Steering simulates a defaulted site with all its WANs at once, and its
// policies over them, twice: as they are, and with no rule ever switched. The
// results are in the order of the manifest.
func Steering(ctx context.Context, site *v1alpha1.Site, opts Options) ([]SteeringResult, error) {
	steered, err := newSteered(site, opts, true)
	if err == nil {
		err = steered.turn(ctx, opts.For)
	}
	if err != nil {
		return nil, err
	}
	left, err := newSteered(site, opts, false)
	if err == nil {
		err = left.turn(ctx, opts.For)
	}
	if err != nil {
		return nil, err
	}
	results := make([]SteeringResult, len(site.Spec.Steering))
	for i := range site.Spec.Steering {
		p := &site.Spec.Steering[i]
		policy := steered.policies[p.Name]
		results[i] = SteeringResult{
			Policy: p.Name, From: p.From, To: p.To, Turns: policy.State.Total,
			SteeredShare: float64(steered.active[p.Name]) / float64(max(steered.looks, 1)),
			Calls:        steered.delay(p.Name), Unsteered: left.delay(p.Name),
		}
	}
	return results, nil
}

// steered is a site whose WANs run in lockstep.
type steered struct {
	site     *v1alpha1.Site
	switches bool
	runs     []*run
	since    map[string]*[2]time.Duration
	states   map[string][2]autorate.State
	set      steering.Set
	policies map[string]*steering.Policy
	calls    []*simrouter.Calls
	rules    map[string]string

	looks  int64
	active map[string]int64
	delays map[string]*hdr.Histogram
	lost   map[string]int64
}

func newSteered(site *v1alpha1.Site, opts Options, switches bool) (*steered, error) {
	s := &steered{
		site: site, switches: switches, since: map[string]*[2]time.Duration{}, states: map[string][2]autorate.State{},
		policies: map[string]*steering.Policy{}, rules: map[string]string{}, active: map[string]int64{},
		delays: map[string]*hdr.Histogram{}, lost: map[string]int64{},
	}
	links := map[string]map[string]*simrouter.Link{}
	for i := range site.Spec.WANs {
		wan := &site.Spec.WANs[i]
		config, err := fluid.Compile(site, wan, opts.ReadFile)
		if err != nil {
			return nil, fmt.Errorf("simulate wan %s: %w", wan.Name, err)
		}
		link := simrouter.NewLink(fluid.New(config), start)
		if links[wan.Router] == nil {
			links[wan.Router] = map[string]*simrouter.Link{}
		}
		links[wan.Router][wan.Name] = link
		s.runs = append(s.runs, newRun(wan, opts.Configure(wan), link, Wanctl))
		s.since[wan.Name] = &[2]time.Duration{}
	}
	for i := range site.Spec.Steering {
		p := steering.NewPolicy(site, &site.Spec.Steering[i])
		s.set = append(s.set, p)
		s.policies[p.Name], s.rules[p.Name] = p, site.Spec.Steering[i].Rule
		s.delays[p.Name] = hdr.New(1, int64(time.Minute/time.Microsecond), 3)
	}
	s.set.Sort()
	for i := range site.Spec.Routers {
		r := &site.Spec.Routers[i]
		if r.Simulated == nil || len(r.Simulated.Calls) == 0 {
			continue
		}
		var routes []simrouter.Route
		on := map[string]*steering.Policy{}
		for _, p := range site.Spec.Steering {
			if p.Router == r.Name {
				routes = append(routes, simrouter.Route{Rule: p.Rule, From: p.From, To: p.To})
				on[p.Rule] = s.policies[p.Name]
			}
		}
		isOn := func(rule string) bool { return switches && on[rule] != nil && on[rule].State.Active }
		s.calls = append(s.calls, simrouter.NewCalls(r.Simulated.Calls, links[r.Name], routes, isOn, start))
	}
	return s, nil
}

// turn runs all cycles of all WANs in the order of their time, and the machine
// between them.
func (s *steered) turn(ctx context.Context, length time.Duration) error {
	next := make([]time.Duration, len(s.runs))
	for i, r := range s.runs {
		next[i] = r.config.Interval
	}
	for look := steeringEvery; look <= length; look += steeringEvery {
		for {
			first := slices.Index(next, slices.Min(next))
			if next[first] > look {
				break
			}
			s.cycle(s.runs[first], next[first])
			next[first] += s.runs[first].config.Interval
		}
		s.look(look)
		if look%reportEvery == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
	}
	return nil
}

// cycle is one of a WAN's, and notes since when its states hold.
func (s *steered) cycle(r *run, now time.Duration) {
	r.cycle(now)
	before := s.states[r.wan.Name]
	for d := range before {
		if state := r.state.Autorate.Shapers[d].State; state != before[d] {
			before[d], s.since[r.wan.Name][d] = state, now
		}
	}
	s.states[r.wan.Name] = before
}

// look is what an agent's steering does at one time.
func (s *steered) look(now time.Duration) {
	at := start.Add(now)
	wans := map[string]steering.WAN{}
	for _, r := range s.runs {
		wans[r.wan.Name] = s.known(r, now, at)
	}
	s.set.Step(now, wans, func(*steering.Policy, steering.Outcome) {})
	s.looks++
	for _, p := range s.set {
		if p.State.Active {
			s.active[p.Name]++
		}
	}
	for _, c := range s.calls {
		c.Advance(at)
		for name, rule := range s.rules {
			c.Delays(at, rule, func(_ string, rtt time.Duration, ok bool) {
				if !ok {
					s.lost[name]++
					return
				}
				_ = s.delays[name].RecordValue(max(1, rtt.Microseconds()))
			})
		}
	}
}

// known is what an agent would know of a WAN.
func (s *steered) known(r *run, now time.Duration, at time.Time) (w steering.WAN) {
	if !r.state.Heard(r.config, now) {
		w.Known = now > 5*time.Second
		w.Down = w.Known
		return w
	}
	w.Known, w.Loss = r.state.Reference.Started, r.state.Loss()
	w.Observe(&r.config.Autorate, &r.state.Autorate.Shapers, *s.since[r.wan.Name], &r.state.Delivered)
	for d, q := range r.link.Shapers(at) {
		w.Directions[d].Counted, w.Directions[d].Drops, w.Directions[d].Queued = q.Known, q.Drops, q.QueuedPackets
	}
	return w
}

func (s *steered) delay(policy string) Delay {
	h := s.delays[policy]
	quantile := func(percent float64) float64 { return float64(h.ValueAtQuantile(percent)) / 1000 }
	all := h.TotalCount() + s.lost[policy]
	return Delay{
		P50MS: quantile(50), P95MS: quantile(95), P99MS: quantile(99), LostShare: float64(s.lost[policy]) / float64(max(all, 1)),
	}
}
