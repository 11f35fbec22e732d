package v1alpha1

import "strings"

// fallbackTargets is how many reflectors are also asked by TCP.
const fallbackTargets = 3

// fallbackPort is where hosts that answer pings most often take connections.
const fallbackPort = "443"

// EffectiveFallback is a WAN's fallback with what it leaves out filled in. A
// WAN behind a simulated router has none.
func (s *Site) EffectiveFallback(w *WAN) Fallback {
	if router := s.RouterFor(w); router == nil || !router.real() {
		return Fallback{Rates: FallbackHold}
	}
	var f Fallback
	if w.Probe.Fallback != nil {
		f = *w.Probe.Fallback.DeepCopy()
	}
	setFallback(&f, w.Probe.Reflectors)
	return f
}

func setFallback(f *Fallback, reflectors []string) {
	setValue(&f.Rates, FallbackFollow)
	if f.TCP != nil {
		return
	}
	f.TCP = []string{}
	for _, host := range reflectors[:min(len(reflectors), fallbackTargets)] {
		if strings.Contains(host, ":") {
			host = "[" + host + "]"
		}
		f.TCP = append(f.TCP, host+":"+fallbackPort)
	}
}
