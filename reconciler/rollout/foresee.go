package rollout

import "github.com/wanctl/wanctl/api/v1alpha1"

// Prospect is what an edit means for the interval of one WAN.
type Prospect struct {
	WAN string
	// From is what it runs, empty where it never ran; Next what it runs at once,
	// and Goal what it is brought to in its turn: Next where that is all.
	From, Next, Goal string
	// Alone says that it has a soak of its own before that of the whole site.
	Alone bool
	// Back says that Goal is approved on it already: it is not watched.
	Back bool
}

// Foresee says which WANs a spec brings to another profile, or makes soak anew,
// in the order of the rollout, and who has paused it; s is where the rollout
// stands and running what WANs run that it does not know. Nothing is changed.
func Foresee(s State, site *v1alpha1.Site, running map[string]string) (all []Prospect, paused string) {
	edited := *site
	edited.Generation = s.Generation + 1
	in := Input{Site: &edited, WANs: map[string]Observed{}}
	for name, profile := range running {
		in.WANs[name] = Observed{Profile: profile}
	}
	m := begin(s, &in, s.At)
	m.sync()
	for i := range m.WANs {
		w, was := &m.WANs[i], s.wan(m.WANs[i].Name)
		p := Prospect{WAN: w.Name, From: canonical(running[w.Name]), Next: w.Profile, Goal: w.Goal, Back: w.Result == v1alpha1.ResultApproved}
		stands := p.Back
		if was != nil {
			p.From = was.Profile
			stands = p.Back || w.Result == was.Result && w.Goal == was.Goal && w.Soak == was.Soak
		}
		if stands && p.Next == p.From {
			continue
		}
		if w.Result == v1alpha1.ResultWaiting {
			p.Alone = m.spec.Strategy != v1alpha1.StrategyImmediate
			if !p.Alone {
				p.Next = p.Goal
			}
		}
		all = append(all, p)
	}
	if m.Phase == v1alpha1.RolloutPaused {
		paused = m.Paused
	}
	return all, paused
}
