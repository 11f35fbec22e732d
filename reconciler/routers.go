package reconciler

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"time"

	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/wanctl/wanctl/api/v1alpha1"
	"github.com/wanctl/wanctl/controller/router"
	"github.com/wanctl/wanctl/reconciler/status"
)

// routerOptions are those of a router's mailbox, as its definition has them.
func (a *Agent) routerOptions(s *site, spec *v1alpha1.Router) router.Options {
	siteName, name := s.live.Name, spec.Name
	opts := router.Options{
		PollEvery: pollEvery, ReadBackAfter: readBackAfter(spec),
		OnEvent: func(e router.Event) { a.routerEvent(siteName, name, e) },
		OnApply: func(q router.Queue, bitsPerSecond int64, latency time.Duration) {
			a.opts.Observer.Applied(siteName, q.WAN, q.Direction, bitsPerSecond, latency)
		},
	}
	if r := spec.RouterOS; r != nil {
		opts.CallTimeout, opts.PollEvery = r.Timeout.Duration, r.CountersEvery.Duration
		opts.ResourcesEvery, opts.WritesPerMinute = r.ResourcesEvery.Duration, int(*r.WritesPerMinute)
		opts.BudgetFull = s.budgetFull(name)
	}
	return opts
}

// budgetFull is when a router's write budget will be full, as the device before
// this one has it, or the run before this one had it.
func (s *site) budgetFull(name string) time.Time {
	if d := s.routers[name]; d != nil {
		return d.mailbox.BudgetFull()
	}
	return s.resume.Routers[name].BudgetFull
}

// routersResume is what the next run must know of the routers.
func (s *site) routersResume() map[string]status.RouterResume {
	resume := map[string]status.RouterResume{}
	maps.Copy(resume, s.resume.Routers)
	for name, d := range s.routers {
		// On the wall clock, which outlasts the process.
		if full := d.mailbox.BudgetFull(); !full.IsZero() {
			resume[name] = status.RouterResume{BudgetFull: full.Round(0).UTC()}
		}
	}
	maps.DeleteFunc(resume, func(name string, _ status.RouterResume) bool { return findRouter(s.live, name) == nil })
	return resume
}

// devices are the site's routers that WANs use, in the manifest's order.
func (s *site) devices() (list []v1alpha1.DeviceStatus) {
	for i := range s.live.Spec.Routers {
		if d := s.routers[s.live.Spec.Routers[i].Name]; d != nil {
			list = append(list, d.status(s))
		}
	}
	return list
}

func (d *device) status(s *site) v1alpha1.DeviceStatus {
	f := d.mailbox.Figures()
	st := v1alpha1.DeviceStatus{
		Name: d.spec.Name, Kind: d.spec.Kind(), Outages: f.Outages,
		Writes: v1alpha1.WritesStatus{Total: f.Writes, Failed: f.WritesFailed, Held: f.Held},
	}
	if f.Asked {
		st.Reachable = new(f.LastError == nil)
	}
	if d.spec.RouterOS != nil {
		st.Address = d.spec.RouterOS.Address
	}
	if f.Writes > 0 {
		st.Writes.P50, st.Writes.P95, st.Writes.Max = micros(f.WriteP50), micros(f.WriteP95), micros(f.WriteMax)
	}
	if r, known := d.mailbox.Resources(); known {
		st.Version, st.Board, st.CPUPercent = r.Version, r.Board, &r.CPUPercent
		st.FreeMemory, st.TotalMemory = bytes(r.FreeMemory), bytes(r.TotalMemory)
		if r.Uptime > 0 {
			st.Uptime = &metav1.Duration{Duration: r.Uptime}
		}
	}
	failing := f.LastError
	for _, name := range slices.Sorted(maps.Keys(s.wans)) {
		if w := s.wans[name]; w.device == d {
			slot := w.slot.State()
			failing = cmp.Or(failing, slot.LastError)
			for _, found := range slot.Findings {
				st.Findings = append(st.Findings, v1alpha1.FindingStatus{
					Reason: string(found.Flaw), WAN: found.WAN, Queue: found.Queue, Message: found.Message,
				})
			}
		}
	}
	if failing != nil {
		st.LastError = failing.Error()
	}
	return st
}

// bytes are an amount; nil is unknown.
func bytes(n uint64) *resource.Quantity {
	if n == 0 {
		return nil
	}
	return resource.NewQuantity(int64(min(n, 1<<62)), resource.BinarySI)
}

// flawed is the first thing wrong with a router's own configuration for which a
// WAN is not controlled.
func flawed(wan string, found []router.Finding) verdict {
	for _, f := range found {
		if f.Flaw.Harmful() {
			return verdict{string(f.Flaw), fmt.Sprintf("wan %s: %s", wan, f.Message)}
		}
	}
	return verdict{}
}
