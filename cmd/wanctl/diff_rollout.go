package main

import (
	"fmt"
	"maps"

	"github.com/wanctl/wanctl/api/v1alpha1"
	"github.com/wanctl/wanctl/cmd/wanctl/internal/figure"
	"github.com/wanctl/wanctl/reconciler/rollout"
)

// outlook is what a manifest means for the interval profiles of a site that
// stands somewhere in a rollout.
type outlook struct {
	prospects []rollout.Prospect
	// paused is who has paused the rollout.
	paused string
	// from is what each WAN runs, and next what it would run at once.
	from, next map[string]string
}

// foresee is the outlook of a site that is live, if it is, on what is wanted.
func foresee(state rollout.State, is, want *v1alpha1.Site) outlook {
	o := outlook{from: map[string]string{}, next: map[string]string{}}
	if is != nil {
		for i := range is.Status.WANs {
			o.from[is.Status.WANs[i].Name] = is.Status.WANs[i].Profile
		}
	}
	for i := range state.WANs {
		o.from[state.WANs[i].Name] = state.WANs[i].Profile
	}
	maps.Copy(o.next, o.from)
	o.prospects, o.paused = rollout.Foresee(state, want, o.from)
	for _, p := range o.prospects {
		o.next[p.WAN] = p.Next
	}
	return o
}

// lines say what is done in turn, and what is watched.
func (o outlook) lines(want *v1alpha1.Site) []string {
	var lines []string
	soak := &want.Spec.Rollout.Soak
	// Those that change at once are watched together, the others one by one before.
	turn, watched := "first", false
	for _, p := range o.prospects {
		switch {
		case p.Next != p.Goal:
			lines = append(lines, fmt.Sprintf("%s: staged, %s: from %s to %s, soaks for %s", p.WAN, turn, p.Next, p.Goal, figure.Span(soak.PerWAN.Duration)))
			turn, watched = "then", true
		case p.Alone:
			lines = append(lines, fmt.Sprintf("%s: staged, %s: soaks anew at %s for %s", p.WAN, turn, p.Goal, figure.Span(soak.PerWAN.Duration)))
			turn, watched = "then", true
		case p.Back:
			lines = append(lines, fmt.Sprintf("%s: %s is approved already, no soak", p.WAN, p.Goal))
		default:
			watched = true
		}
	}
	if watched && soak.Final.Duration > 0 {
		lines = append(lines, "all that changed: final soak for "+figure.Span(soak.Final.Duration))
	}
	if watched && o.paused != "" {
		lines = append(lines, fmt.Sprintf("nothing staged begins before wanctl resume: %s has paused the rollout", o.paused))
	}
	return lines
}
