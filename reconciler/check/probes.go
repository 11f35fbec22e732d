package check

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/go-logr/logr"

	"github.com/wanctl/wanctl/api/v1alpha1"
	"github.com/wanctl/wanctl/controller/probe"
	"github.com/wanctl/wanctl/controller/probe/icmp"
)

// Every reflector is asked at least so many times, one probe after the other.
const (
	probesEach = 5
	probeEvery = 50 * time.Millisecond
	probeTime  = time.Second
)

// probes asks every reflector of a WAN from the WAN's own source.
func probes(ctx context.Context, w *v1alpha1.WAN, tell func(Item)) {
	object, hosts := "wan/"+w.Name, w.Probe.Reflectors
	prober, err := icmp.New(icmp.Config{Reflectors: hosts, Source: w.Probe.Source, Interval: probeEvery, Timeout: probeTime}, logr.Discard())
	if err != nil {
		tell(Item{Fail, object, err.Error()})
		return
	}
	defer prober.Close()
	samples := ask(ctx, prober, len(hosts))
	for i, host := range hosts {
		var rtts []time.Duration
		asked := 0
		for _, s := range samples {
			if s.Reflector == i {
				asked++
				if !s.Lost {
					rtts = append(rtts, s.RTT)
				}
			}
		}
		if len(rtts) == 0 {
			why := fmt.Sprintf("none of %d probes was answered; is ICMP let through, and does the source lead to this WAN?", asked)
			switch err := prober.Err(); {
			case err != nil:
				why = err.Error()
			case asked == 0:
				why = "no probe could be sent to it, though to others; has the name an address, and does a route lead there?"
			}
			tell(Item{Fail, object, fmt.Sprintf("reflector %s: %s", host, why)})
			continue
		}
		slices.Sort(rtts)
		result := OK
		if len(rtts) < asked {
			result = Warn
		}
		tell(Item{result, object, fmt.Sprintf("reflector %s answered %d of %d probes, in %v", host, len(rtts), asked, rtts[len(rtts)/2].Round(10*time.Microsecond))})
	}
	if len(hosts) < 3 {
		tell(Item{Warn, object, "fewer than three reflectors: one that lies is not outvoted"})
	}
}

// ask collects samples until there are enough of each host, or time is up.
// Others take the turns of one that cannot be sent to, or not yet.
func ask(ctx context.Context, prober probe.Prober, hosts int) (samples []probe.Sample) {
	ctx, cancel := context.WithTimeout(ctx, probesEach*probeEvery*time.Duration(hosts)+2*probeTime)
	defer cancel()
	tick := time.NewTicker(probeEvery)
	defer tick.Stop()
	counts := make([]int, hosts)
	for slices.Min(counts) < probesEach {
		select {
		case <-ctx.Done():
			return samples
		case <-tick.C:
			from := len(samples)
			samples, _ = prober.Collect(time.Now(), samples)
			for _, s := range samples[from:] {
				counts[s.Reflector]++
			}
		}
	}
	return samples
}
