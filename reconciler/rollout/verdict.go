package rollout

import (
	"slices"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/wanctl/wanctl/api/v1alpha1"
)

// How many verdicts stand in the status, and how many wait for the record while
// it cannot be written.
const (
	newest     = 5
	unrecorded = 20
)

// decided notes a verdict on WANs as they stand.
func (m *machine) decided(verdict, message, by string, wans ...*WAN) {
	m.Verdict++
	v := v1alpha1.Verdict{
		Number: m.Verdict, Verdict: verdict, Decided: m.stamp(), Generation: m.Generation,
		Message: message, By: by, Origin: m.in.Origin,
	}
	if v.Origin == "" {
		v.Origin = v1alpha1.OriginRecorded
	}
	if !m.SoakStarted.IsZero() {
		started := metav1.NewTime(m.SoakStarted.Truncate(time.Second))
		v.Started = &started
	}
	short := v
	for _, w := range wans {
		v.Profile = w.Profile
		v.WANs = append(v.WANs, w.Name)
		for _, g := range m.judge(w) {
			v.Gates = append(v.Gates, g.GateStatus)
			if g.Result != v1alpha1.GatePass {
				short.Gates = append(short.Gates, g.GateStatus)
			}
		}
		if o := m.in.WANs[w.Name]; o.Soak == w.Soak && o.Figures.Soaked > 0 {
			v.Measurements = append(v.Measurements, measure(m.in.Site, w, &o.Figures))
		}
	}
	short.Profile, short.WANs = v.Profile, v.WANs
	m.Unrecorded = lastOf(append(m.Unrecorded, v), unrecorded)
	m.Newest = lastOf(append(m.Newest, short), newest)
}

func lastOf[T any](list []T, n int) []T {
	return slices.Clone(list[max(0, len(list)-n):])
}

// remember keeps what later profiles of a WAN are compared with.
func (m *machine) remember(w *WAN) {
	o := m.in.WANs[w.Name]
	if o.Soak != w.Soak || o.Figures.Soaked == 0 || canonical(o.Profile) != w.Profile {
		return
	}
	w.Known = slices.DeleteFunc(w.Known, func(k Known) bool { return k.Profile == w.Profile })
	w.Known = lastOf(append(w.Known, Known{Profile: w.Profile, ProbeLoss: o.Figures.ProbeLoss, Benefit: o.Figures.Benefit}), 8)
}
