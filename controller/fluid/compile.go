package fluid

import (
	"bytes"
	"cmp"
	"fmt"
	"hash/fnv"
	"time"

	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/wanctl/wanctl/api/v1alpha1"
)

// What a simulated link is where its manifest leaves it out.
const (
	defaultBaseRTT                   = 20 * time.Millisecond
	defaultJitter                    = 300 * time.Microsecond
	defaultBuffer                    = 500 * time.Millisecond
	defaultDownloads, defaultUploads = 2, 1
)

// Compile is the link of a WAN: as its simulated router describes it, or
// Scenario where the router is not simulated. Shapers start at the ceilings.
// readFile reads a trace named in the manifest; the error names the field.
func Compile(site *v1alpha1.Site, wan *v1alpha1.WAN, readFile func(name string) ([]byte, error)) (Config, error) {
	simulated := simulatedRouter(site, wan.Router)
	if simulated == nil {
		return Scenario(site, wan), nil
	}
	described, path := describedLink(simulated, wan.Name)
	c := Config{
		BaseRTT:    duration(described.BaseRTT, defaultBaseRTT),
		Jitter:     duration(described.Jitter, defaultJitter),
		Loss:       described.Loss,
		Buffer:     duration(described.Buffer, defaultBuffer),
		Reflectors: reflectors(wan, &described),
		ProbesLost: probesLost(simulated.Faults),
		Seed:       seed(simulated.Seed, site, wan),
	}
	var err error
	if c.Directions[Download], err = direct(&described.Download, &wan.Download, defaultDownloads, readFile); err != nil {
		return Config{}, fmt.Errorf("%s.download.%w", path, err)
	}
	if c.Directions[Upload], err = direct(&described.Upload, &wan.Upload, defaultUploads, readFile); err != nil {
		return Config{}, fmt.Errorf("%s.upload.%w", path, err)
	}
	return c, nil
}

// direct is one direction; the error begins with the field's name.
func direct(s *v1alpha1.SimulatedDirection, shaper *v1alpha1.Shaper, flows int, readFile func(string) ([]byte, error)) (DirectionConfig, error) {
	ceiling := shaper.Ceiling.Value()
	c := DirectionConfig{
		Shaper:       ceiling,
		Capacity:     Capacity{First: quantity(s.Capacity, ceiling), Repeat: duration(s.Repeat, 0)},
		Flows:        flows,
		Demand:       quantity(s.Demand, 0),
		On:           duration(s.OnFor, 0),
		Off:          duration(s.OffFor, 0),
		CrossTraffic: quantity(s.CrossTraffic, 0),
	}
	if s.Flows != nil {
		c.Flows = int(*s.Flows)
	}
	for _, step := range s.Steps {
		c.Capacity.Steps = append(c.Capacity.Steps, Step{At: step.At.Duration, Rate: step.Capacity.Value()})
	}
	if s.TraceFile == "" {
		return c, nil
	}
	content, err := readFile(s.TraceFile)
	if err != nil {
		return c, fmt.Errorf("traceFile: %w", err)
	}
	trace, err := ParseTrace(bytes.NewReader(content))
	if err != nil {
		return c, fmt.Errorf("traceFile: %s: %w", s.TraceFile, err)
	}
	c.Capacity.Trace = &trace
	return c, nil
}

func simulatedRouter(site *v1alpha1.Site, name string) *v1alpha1.Simulated {
	for i := range site.Spec.Routers {
		if r := &site.Spec.Routers[i]; r.Name == name {
			return r.Simulated
		}
	}
	return nil
}

// describedLink is what the manifest says of a WAN's link, and where.
func describedLink(s *v1alpha1.Simulated, wan string) (link v1alpha1.SimulatedLink, path string) {
	for _, l := range s.Links {
		if l.WAN == wan {
			return l, fmt.Sprintf("simulated.links[%s]", wan)
		}
	}
	return v1alpha1.SimulatedLink{WAN: wan}, "simulated"
}

// reflectors are those of the WAN's probe, in its order, with what the link
// says of them; a WAN that names none has one.
func reflectors(wan *v1alpha1.WAN, link *v1alpha1.SimulatedLink) []Reflector {
	all := make([]Reflector, max(len(wan.Probe.Reflectors), 1))
	for i, address := range wan.Probe.Reflectors {
		for _, d := range link.Reflectors {
			if d.Address == address {
				all[i] = Reflector{
					RTT: duration(d.RTT, 0), DeadAfter: duration(d.DeadAfter, 0), Loss: d.Loss, InFront: d.InFront,
					SlowAfter: duration(d.SlowAfter, 0), SlowBy: duration(d.SlowBy, 0), AnswersPerSecond: int(d.AnswersPerSecond),
				}
			}
		}
	}
	for i := range all {
		all[i].AnswersPerSecond = cmp.Or(all[i].AnswersPerSecond, int(link.AnswersPerSecond))
	}
	return all
}

func probesLost(faults []v1alpha1.SimulatedFault) (windows []Window) {
	for _, f := range faults {
		if f.Kind == v1alpha1.FaultProbesLost {
			windows = append(windows, Window{From: f.At.Duration, Until: f.At.Duration + f.For.Duration})
		}
	}
	return windows
}

// seed gives every WAN of a site noise of its own.
func seed(start int64, site *v1alpha1.Site, wan *v1alpha1.WAN) uint64 {
	h := fnv.New64a()
	fmt.Fprintf(h, "%d/%s/%s", start, site.Name, wan.Name)
	return h.Sum64()
}

func duration(d *metav1.Duration, otherwise time.Duration) time.Duration {
	if d == nil {
		return otherwise
	}
	return d.Duration
}

func quantity(q *resource.Quantity, otherwise int64) int64 {
	if q == nil {
		return otherwise
	}
	return q.Value()
}
