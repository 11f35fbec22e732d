package v1alpha1

import (
	"time"

	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// SetDefaults fills in what a manifest may leave out. The blocks of a WAN that
// override the site's (timeConstants, alphas, thresholds, intervalProfile) stay
// as sparse as they are; the Effective methods lay them over the site's. Doing
// it twice is doing it once.
func SetDefaults(s *Site) {
	spec := &s.Spec
	setValue(&spec.IntervalProfile, "500ms")
	setTimeConstants(&spec.TimeConstants)
	setThresholds(&spec.Thresholds)
	for i := range spec.Routers {
		if simulated := spec.Routers[i].Simulated; simulated != nil {
			setSimulated(simulated)
		}
		if routerOS := spec.Routers[i].RouterOS; routerOS != nil {
			setRouterOS(routerOS)
		}
	}
	for i := range spec.WANs {
		w := &spec.WANs[i]
		setDuration(&w.Probe.Timeout, 2*time.Second)
		if w.Probe.Fallback != nil {
			setFallback(w.Probe.Fallback, w.Probe.Reflectors)
		}
		router := s.RouterFor(w)
		setShaper(&w.Download, router, 4, 0.9)
		setShaper(&w.Upload, router, 3, 0.95)
		if router != nil && router.managed() {
			setCake(&w.Download, CakeDualDstHost, true)
			setCake(&w.Upload, CakeDualSrcHost, false)
		}
	}
	for i := range spec.Steering {
		s.setSteering(&spec.Steering[i])
	}
	setRollout(&spec.Rollout, spec.WANs)
}

func setTimeConstants(c *TimeConstants) {
	setDuration(&c.Baseline, 100*time.Second)
	setDuration(&c.Load, 10*time.Second)
	setDuration(&c.Detection, 250*time.Millisecond)
	setDuration(&c.SoftRed, 6*time.Second)
	setDuration(&c.Red, 4*time.Second)
	setDuration(&c.Green, 30*time.Second)
	setDuration(&c.History, 120*time.Second)
}

func setThresholds(t *Thresholds) {
	setDuration(&t.Green, 15*time.Millisecond)
	setDuration(&t.SoftRed, 45*time.Millisecond)
	setDuration(&t.HardRed, 80*time.Millisecond)
	setDuration(&t.BaselineUpdate, 3*time.Millisecond)
}

func setSimulated(s *Simulated) {
	setValue(&s.Seed, 1)
	setDuration(&s.ApplyLatency, 2*time.Millisecond)
	for i := range s.Calls {
		calls := &s.Calls[i]
		setQuantity(&calls.Rate, resource.MustParse("100k"))
		setDuration(&calls.Every, 2*time.Second)
		setDuration(&calls.For, 20*time.Second)
	}
	for i := range s.Links {
		link := &s.Links[i]
		setDuration(&link.BaseRTT, 20*time.Millisecond)
		setDuration(&link.Jitter, 300*time.Microsecond)
		setDuration(&link.Buffer, 500*time.Millisecond)
		setPointer(&link.Download.Flows, 2)
		setPointer(&link.Upload.Flows, 1)
	}
}

func setRouterOS(r *RouterOS) {
	setDuration(&r.Timeout, 3*time.Second)
	setDuration(&r.CountersEvery, 100*time.Millisecond)
	setDuration(&r.ResourcesEvery, 5*time.Second)
	setPointer(&r.WritesPerMinute, 600)
}

func setShaper(s *Shaper, router *Router, states int32, factor float64) {
	if router != nil && router.RouterOS != nil {
		setValue(&s.QueueKind, QueueTree)
	}
	setValue(&s.States, states)
	setPointer(&s.Decrease.Factor, factor)
	setDuration(&s.Decrease.Every, 2*time.Second)
	setQuantity(&s.Increase.Step, share(s.Ceiling, 50))
	setDuration(&s.Increase.Every, 2*time.Second)
	setDuration(&s.Increase.After, 10*time.Second)
	setQuantity(&s.Floors.Red, share(s.Ceiling, 10))
	setQuantity(&s.Floors.SoftRed, *s.Floors.Red)
	setQuantity(&s.Floors.Yellow, *s.Floors.SoftRed)
	setQuantity(&s.Floors.Green, *s.Floors.Yellow)
}

// setCake fills in the options of a CAKE that wanctl keeps, on the far side of
// the bottleneck or on this one.
func setCake(s *Shaper, isolation CakeIsolation, far bool) {
	if s.Cake == nil {
		s.Cake = &CakeOptions{}
	}
	o := s.Cake
	setValue(&o.Diffserv, CakeBestEffort)
	setValue(&o.Isolation, isolation)
	setDuration(&o.RTT, 100*time.Millisecond)
	setValue(&o.ATM, CakeNoATM)
	setPointer(&o.NAT, true)
	setPointer(&o.Wash, far)
	setValue(&o.AckFilter, CakeAckNone)
	setPointer(&o.Ingress, far)
	setPointer(&o.SplitGSO, true)
}

func (s *Site) setSteering(p *Steering) {
	for i := range s.Spec.WANs {
		if w := &s.Spec.WANs[i]; w.Name == p.From && w.Name != "" {
			setValue(&p.Router, w.Router)
		}
	}
	setPointer(&p.Priority, 100)
	setPointer(&p.Confirm.MinDrops, 1)
	setPointer(&p.Confirm.MinQueuedPackets, 50)
	setPointer(&p.Confirm.AtFloor, true)
	setPointer(&p.MaxLoss, 0.05)
	setDuration(&p.HoldDown, 30*time.Second)
	setPointer(&p.Damping.Turns, 4)
	setDuration(&p.Damping.Window, 10*time.Minute)
}

func setRollout(r *Rollout, wans []WAN) {
	setValue(&r.Strategy, StrategyStaged)
	setValue(&r.Approval, ApprovalAuto)
	setValue(&r.Scope, ScopeWAN)
	setDuration(&r.Soak.PerWAN, time.Hour)
	setDuration(&r.Soak.Final, 24*time.Hour)
	if len(r.Order) == 0 {
		for i := range wans {
			r.Order = append(r.Order, wans[i].Name)
		}
	}
	if len(r.Ladder) == 0 {
		r.Ladder = []string{"50ms", "100ms", "250ms", "500ms"}
	}
}

// share is an n-th of a rate, at least 1 bit/s.
func share(rate resource.Quantity, n int64) resource.Quantity {
	return *resource.NewQuantity(max(1, rate.Value()/n), resource.DecimalSI)
}

func setValue[T comparable](field *T, value T) {
	var unset T
	if *field == unset {
		*field = value
	}
}

func setPointer[T any](field **T, value T) {
	if *field == nil {
		*field = &value
	}
}

func setDuration(field **metav1.Duration, value time.Duration) {
	setPointer(field, metav1.Duration{Duration: value})
}

func setQuantity(field **resource.Quantity, value resource.Quantity) {
	setPointer(field, value.DeepCopy())
}
