// Package metrics is an agent as Prometheus sees it: every number of the live
// objects, and native histograms of what each cycle and each apply took.
//
// Names and units follow Prometheus' conventions: seconds, bytes, ratios. The
// labels are names from the manifest and words of the API, so that there are
// never more series than the manifests ask for.
package metrics

import (
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/wanctl/wanctl/api/v1alpha1"
	"github.com/wanctl/wanctl/controller/autorate"
	"github.com/wanctl/wanctl/controller/loop"
	"github.com/wanctl/wanctl/observe/feed"
)

// Metrics are those of one agent. They are a feed.Sink.
type Metrics struct {
	registry *prometheus.Registry

	work, lateness, rtt, latency *prometheus.HistogramVec
	transitions                  *prometheus.CounterVec
	// states are the last that were seen, by WAN.
	states map[feed.WAN][2]autorate.State
}

// New makes the metrics of an agent of a version.
func New(version string) *Metrics {
	m := &Metrics{
		registry: prometheus.NewRegistry(),
		work:     histogram("cycle_work_seconds", "Time that a cycle's work took.", wanLabels),
		lateness: histogram("cycle_lateness_seconds", "Time after its deadline at which a cycle began.", wanLabels),
		rtt:      histogram("rtt_seconds", "Round-trip time: the median of every healthy reflector's newest answer, at each cycle that had a new one.", wanLabels),
		latency:  histogram("apply_latency_seconds", "Time from a sample's arrival to the router's confirmation of the rate that it led to.", wanLabels),
		transitions: prometheus.NewCounterVec(prometheus.CounterOpts{
			Namespace: namespace, Name: "state_transitions_total", Help: "Changes of a direction's state, by the new one.",
		}, []string{"site", "wan", "direction", "state"}),
		states: map[feed.WAN][2]autorate.State{},
	}
	build := prometheus.NewGauge(prometheus.GaugeOpts{
		Namespace: namespace, Name: "build_info", Help: "1, with the version as a label.", ConstLabels: prometheus.Labels{"version": version},
	})
	build.Set(1)
	m.registry.MustRegister(m.work, m.lateness, m.rtt, m.latency, m.transitions, build,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

const namespace = "wanctl"

var wanLabels = []string{"site", "wan"}

// histogram is a native one of at most 100 buckets, each some 10 % wide, with a
// few classic buckets for scrapers that know no native ones.
func histogram(name, help string, labels []string) *prometheus.HistogramVec {
	return prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Namespace: namespace, Name: name, Help: help,
		Buckets:                         []float64{50e-6, 100e-6, 250e-6, 500e-6, 1e-3, 2.5e-3, 5e-3, 10e-3, 25e-3, 50e-3, 100e-3, 250e-3, 500e-3, 1, 2.5},
		NativeHistogramBucketFactor:     1.1,
		NativeHistogramMaxBucketNumber:  100,
		NativeHistogramMinResetDuration: time.Hour,
		NativeHistogramZeroThreshold:    1e-6,
	}, labels)
}

// Show adds the live objects that latest returns to what is gathered.
func (m *Metrics) Show(latest func() (sites []*v1alpha1.Site, looked time.Time)) {
	m.registry.MustRegister(&statusCollector{latest: latest})
}

// Gatherer is all metrics, as a scrape sees them.
func (m *Metrics) Gatherer() prometheus.Gatherer { return m.registry }

// Handler answers scrapes.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{EnableOpenMetrics: true})
}

// Cycles observes what a loop recorded.
func (m *Metrics) Cycles(wan feed.WAN, records []loop.Record) {
	work, lateness, rtt := m.work.WithLabelValues(wan.Site, wan.Name), m.lateness.WithLabelValues(wan.Site, wan.Name), m.rtt.WithLabelValues(wan.Site, wan.Name)
	before, known := m.states[wan]
	if !known {
		m.introduce(wan)
	}
	for i := range records {
		r := &records[i]
		work.Observe(r.Work.Seconds())
		lateness.Observe(max(r.Late, 0).Seconds())
		if r.Answered {
			rtt.Observe(float64(r.RTTMS) / 1000)
		}
		for d, state := range r.States {
			if known && state != before[d] {
				m.transitions.WithLabelValues(wan.Site, wan.Name, autorate.Direction(d).String(), string(state.API())).Inc()
			}
		}
		before, known = r.States, true
	}
	m.states[wan] = before
}

// introduce makes the counters of changes be there from the start, so that the
// first change is one.
func (m *Metrics) introduce(wan feed.WAN) {
	for _, direction := range []autorate.Direction{autorate.Download, autorate.Upload} {
		for _, state := range []autorate.State{autorate.Green, autorate.Yellow, autorate.SoftRed, autorate.Red} {
			m.transitions.WithLabelValues(wan.Site, wan.Name, direction.String(), string(state.API()))
		}
	}
}

// Applied observes an apply.
func (m *Metrics) Applied(wan feed.WAN, a feed.Apply) {
	if a.Latency > 0 {
		m.latency.WithLabelValues(wan.Site, wan.Name).Observe(a.Latency.Seconds())
	}
}

// Forget drops the series of a WAN that is gone.
func (m *Metrics) Forget(wan feed.WAN) {
	delete(m.states, wan)
	labels := prometheus.Labels{"site": wan.Site, "wan": wan.Name}
	for _, h := range []*prometheus.HistogramVec{m.work, m.lateness, m.rtt, m.latency} {
		h.Delete(labels)
	}
	m.transitions.DeletePartialMatch(labels)
}
