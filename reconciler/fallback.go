package reconciler

import (
	"net/netip"
	"time"

	"github.com/wanctl/wanctl/api/v1alpha1"
	"github.com/wanctl/wanctl/controller/core"
	"github.com/wanctl/wanctl/controller/loop"
	"github.com/wanctl/wanctl/controller/probe"
	"github.com/wanctl/wanctl/controller/probe/fallback"
)

// silenceAfter is for how long nobody may have answered before it is looked for
// why, and connectEvery the time between two connections to the same target
// while there is no need.
const silenceAfter, connectEvery = time.Second, 30 * time.Second

// fallbackConfig is what is asked while a WAN's reflectors are silent.
func (a *Agent) fallbackConfig(s *site, w *wan) fallback.Config {
	spec := s.running.EffectiveFallback(&w.spec)
	source, _ := netip.ParseAddr(w.spec.Probe.Source)
	siteName, name, follow := s.live.Name, w.spec.Name, spec.Rates == v1alpha1.FallbackFollow
	return fallback.Config{
		Reflectors: len(w.reflectors()), Targets: spec.TCP, Gateway: gateway(spec.Gateway, w), Source: source, Follow: follow,
		Timeout: w.config.Quorum.Timeout,
		// A slow interval leaves more time between two answers.
		Silence: max(silenceAfter, 4*w.config.Interval), Every: core.StandbySpacing, IdleEvery: connectEvery,
		Notify: func(from, to fallback.Finding) {
			e := loop.Event{At: time.Now(), Type: v1alpha1.EventWarning}
			switch v := meaning(to, follow); {
			case v.reason != "":
				e.Reason, e.Message = v.reason, v.message
			case to == fallback.Answered && meaning(from, follow).reason != "":
				e.Type, e.Reason, e.Message = v1alpha1.EventNormal, v1alpha1.ReasonProbesRecovered, "reflectors answer pings again"
			default:
				return
			}
			a.post(siteEvent{site: siteName, object: "wan/" + name, Event: e})
		},
	}
}

// gateway finds a WAN's next hop: the one that is given, or on this machine
// that of the routes through the interface of the upload's queue.
func gateway(given string, w *wan) func() (netip.Addr, bool) {
	if given != "" {
		addr, err := netip.ParseAddr(given)
		return func() (netip.Addr, bool) { return addr, err == nil }
	}
	if w.device.spec.Linux == nil {
		return nil
	}
	name := w.spec.Upload.Queue
	return func() (netip.Addr, bool) { return fallback.NextHop(name) }
}

// silence is why nobody answers a WAN's pings, as far as that was found out.
func (w *wan) silence() verdict {
	p, ok := w.prober.(*fallback.Prober)
	if !ok {
		return verdict{}
	}
	return meaning(p.Finding(), w.config.Standby > 0)
}

// reached says whether TCP gets through a prober's WAN though no reflector
// answers pings; nil where nobody tries.
func reached(prober probe.Prober) func() bool {
	p, ok := prober.(*fallback.Prober)
	if !ok {
		return nil
	}
	return func() bool { return p.Finding() == fallback.ICMPLost }
}

// meaning says what a finding is and what happens to rates; it is empty where
// nothing was found.
func meaning(f fallback.Finding, follow bool) verdict {
	switch f {
	case fallback.ICMPLost:
		if follow {
			return verdict{v1alpha1.ReasonICMPLost, "no reflector answers pings, but TCP connections work: only ICMP is lost; rates follow the times that connections take"}
		}
		return verdict{v1alpha1.ReasonICMPLost, "no reflector answers pings, but TCP connections work: only ICMP is lost; rates are held"}
	case fallback.BeyondGateway:
		return verdict{v1alpha1.ReasonBeyondGateway, "the gateway answers, and nothing beyond it does; rates are held"}
	case fallback.WANDown:
		return verdict{v1alpha1.ReasonWANDown, "neither reflectors nor TCP targets nor the gateway answer; rates are held"}
	default:
		return verdict{}
	}
}
