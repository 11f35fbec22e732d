package reconciler

import (
	"math"
	"slices"
	"time"

	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/wanctl/wanctl/api/v1alpha1"
	"github.com/wanctl/wanctl/controller/autorate"
	"github.com/wanctl/wanctl/controller/core"
	"github.com/wanctl/wanctl/controller/estimate"
	"github.com/wanctl/wanctl/controller/loop"
	"github.com/wanctl/wanctl/controller/router"
)

// status is a WAN as its loop last published it.
func (w *wan) status(epoch time.Time) v1alpha1.WANStatus {
	st := v1alpha1.WANStatus{
		Name: w.spec.Name, Profile: w.derived.Profile, Started: &metav1.Time{Time: w.started},
		Restarts: w.restarts, Retunes: w.retunes, Derived: w.derived.DeepCopy(), Router: w.routerStatus(),
	}
	if w.loop == nil {
		return st
	}
	snap := w.loop.Snapshot()
	st.RTT = rttStatus(snap)
	for i, address := range w.reflectors() {
		r := &snap.Reflectors[i]
		st.Reflectors = append(st.Reflectors, v1alpha1.ReflectorStatus{
			Address: address, Baseline: rtt(r.BaselineMS), Healthy: r.Healthy, Ailment: ailments[r.Ailment], Sent: r.Sent, Lost: r.Lost,
		})
		st.RTT.Sent += r.Sent
		st.RTT.Lost += r.Lost
	}
	st.Download = shaperStatus(snap, autorate.Download, epoch)
	st.Upload = shaperStatus(snap, autorate.Upload, epoch)
	c := &snap.Cycles
	st.Cycle = v1alpha1.CycleStatus{
		Count: c.Count, Overruns: c.Overruns, Skipped: c.Skipped,
		P50: micros(c.WorkP50), P95: micros(c.WorkP95), P99: micros(c.WorkP99), Max: micros(c.WorkMax), LatenessP99: micros(c.LatenessP99),
	}
	return st
}

// ailments are what keeps a reflector out of the quorum, as status spells it.
var ailments = [...]string{estimate.Well: "", estimate.Dead: "Dead", estimate.Slow: "Slow", estimate.Limited: "Limited"}

func (w *wan) routerStatus() v1alpha1.RouterStatus {
	slot := w.slot.State()
	st := v1alpha1.RouterStatus{
		Name: w.spec.Router, AppliesTotal: slot.Applies, FailuresTotal: slot.Failures, DriftsTotal: slot.Drifts,
		Download: rate(slot.Applied[router.Download]), Upload: rate(slot.Applied[router.Upload]),
	}
	if slot.LatencyP95 > 0 {
		st.ApplyP95 = micros(slot.LatencyP95)
	}
	if slot.LastError != nil {
		st.LastError = slot.LastError.Error()
	}
	return st
}

func rttStatus(snap *loop.Snapshot) v1alpha1.RTTStatus {
	st := v1alpha1.RTTStatus{Current: rtt(snap.CurrentMS), Loss: math.Round(snap.Loss*1e4) / 1e4}
	if snap.Reference.Started {
		st.Load, st.Baseline = rtt(snap.Reference.LoadMS), rtt(snap.Reference.BaselineMS)
		st.Delta = millis(snap.Reference.DeltaMS())
	}
	return st
}

func shaperStatus(snap *loop.Snapshot, dir autorate.Direction, epoch time.Time) v1alpha1.ShaperStatus {
	s := &snap.Shapers[dir]
	st := v1alpha1.ShaperStatus{State: s.State.API(), Rate: rate(s.Rate), Reason: s.Reason.String()}
	if snap.Delivered.OK {
		st.Delivered = resource.NewQuantity(kilobits(snap.Delivered.BitsPerSecond[dir]), resource.DecimalSI)
	}
	st.Decisions = slices.Grow(st.Decisions, len(snap.Decisions[dir]))
	for _, d := range snap.Decisions[dir] {
		st.Decisions = append(st.Decisions, decision(&d, epoch))
	}
	return st
}

func decision(d *core.Decision, epoch time.Time) v1alpha1.DecisionStatus {
	st := v1alpha1.DecisionStatus{
		Time: metav1.NewMicroTime(epoch.Add(d.At)), Reason: d.Reason.String(), Delay: millis(d.DelayMS),
		From: *resource.NewQuantity(d.From, resource.DecimalSI), To: *resource.NewQuantity(d.To, resource.DecimalSI),
	}
	if d.DeliveredBitsPerSecond > 0 {
		st.Delivered = resource.NewQuantity(kilobits(d.DeliveredBitsPerSecond), resource.DecimalSI)
	}
	return st
}

// rate is a rate in bit/s; nil is unknown.
func rate(bitsPerSecond int64) *resource.Quantity {
	if bitsPerSecond == 0 {
		return nil
	}
	return resource.NewQuantity(bitsPerSecond, resource.DecimalSI)
}

// kilobits rounds a measured rate to what it is worth.
func kilobits(bitsPerSecond float64) int64 { return int64(math.Round(bitsPerSecond/1000)) * 1000 }

// rtt is a round-trip time; nil is unknown.
func rtt(ms float64) *metav1.Duration {
	if ms <= 0 {
		return nil
	}
	return millis(ms)
}

// millis are milliseconds to what they are worth: a tenth of one, or three
// digits of less.
func millis(ms float64) *metav1.Duration {
	d := time.Duration(ms * float64(time.Millisecond))
	switch {
	case math.Abs(ms) >= 10:
		d = d.Round(100 * time.Microsecond)
	case math.Abs(ms) >= 1:
		d = d.Round(10 * time.Microsecond)
	default:
		d = d.Round(time.Microsecond)
	}
	return &metav1.Duration{Duration: d}
}

func micros(d time.Duration) *metav1.Duration {
	return &metav1.Duration{Duration: d.Round(time.Microsecond)}
}
