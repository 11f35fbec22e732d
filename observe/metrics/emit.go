package metrics

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/wanctl/wanctl/api/v1alpha1"
)

// metric is a gauge or counter that is read off the live objects.
type metric struct {
	desc *prometheus.Desc
	kind prometheus.ValueType
}

func gauge(name, help string, labels ...string) metric {
	return describe(prometheus.GaugeValue, name, help, labels)
}

func counter(name, help string, labels ...string) metric {
	return describe(prometheus.CounterValue, name, help, labels)
}

func describe(kind prometheus.ValueType, name, help string, labels []string) metric {
	return metric{prometheus.NewDesc(namespace+"_"+name, help, labels, nil), kind}
}

// statusCollector reads the live objects at every scrape.
type statusCollector struct {
	latest func() (sites []*v1alpha1.Site, looked time.Time)
}

// Describe says nothing, since what there is depends on the manifests.
func (*statusCollector) Describe(chan<- *prometheus.Desc) {}

// Collect reads everything.
func (c *statusCollector) Collect(ch chan<- prometheus.Metric) {
	sites, looked := c.latest()
	e := &emitter{ch: ch}
	if !looked.IsZero() {
		e.emit(lastLook, float64(looked.UnixMilli())/1000)
	}
	for _, s := range sites {
		e.site(s)
	}
}

// emitter sends metrics; what is unknown is left out.
type emitter struct{ ch chan<- prometheus.Metric }

func (e *emitter) emit(m metric, value float64, labels ...string) {
	e.ch <- prometheus.MustNewConstMetric(m.desc, m.kind, value, labels...)
}

func (e *emitter) seconds(m metric, d *metav1.Duration, labels ...string) {
	if d != nil {
		e.emit(m, d.Seconds(), labels...)
	}
}

// bytes is a rate in bit/s, as bytes per second.
func (e *emitter) bytes(m metric, bitsPerSecond *resource.Quantity, labels ...string) {
	if bitsPerSecond != nil {
		e.emit(m, float64(bitsPerSecond.Value())/8, labels...)
	}
}

func (e *emitter) flag(m metric, holds bool, labels ...string) {
	value := 0.0
	if holds {
		value = 1
	}
	e.emit(m, value, labels...)
}

func (e *emitter) time(m metric, t *metav1.Time, labels ...string) {
	if t != nil {
		e.emit(m, float64(t.UnixMilli())/1000, labels...)
	}
}
