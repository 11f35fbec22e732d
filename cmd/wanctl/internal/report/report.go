// Package report makes of a site's recorded verdicts the document that an
// operator would have written by hand: what each interval profile was judged
// by, how they compare, which one to run, and why.
//
// It is pure: the same record gives the same document. Markdown and HTML write
// it down.
package report

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/wanctl/wanctl/api/v1alpha1"
)

// Input is what a report is made of.
type Input struct {
	// Site is the live object, its defaults filled in.
	Site *v1alpha1.Site
	// Verdicts are the record, oldest first, with their measurements.
	Verdicts []v1alpha1.Verdict
	// Events are those of the site, oldest first.
	Events []v1alpha1.Event
	// Now is when the report is made.
	Now time.Time
	// Profile, where given, is the only one that is reported on.
	Profile string
}

// UnknownProfileError says that nothing was judged at a profile.
type UnknownProfileError struct {
	Site, Profile string
	// Judged are the profiles that there are verdicts on, the fastest first.
	Judged []string
}

func (e *UnknownProfileError) Error() string {
	if len(e.Judged) == 0 {
		return fmt.Sprintf("site %s: nothing has been judged yet, so nothing at %s", e.Site, e.Profile)
	}
	return fmt.Sprintf("site %s: there is no verdict on %s; there are verdicts on %s", e.Site, e.Profile, strings.Join(e.Judged, ", "))
}

// Of is the report on a site: on one profile, or the comparison of all with a
// report on each. The error is an *UnknownProfileError.
func Of(in Input) (*Document, error) {
	soaks := soaksOf(in.Verdicts)
	profiles := profilesOf(soaks)
	if in.Profile != "" {
		i := slices.IndexFunc(profiles, func(p string) bool { return same(p, in.Profile) })
		if i < 0 {
			return nil, &UnknownProfileError{Site: in.Site.Name, Profile: in.Profile, Judged: profiles}
		}
		d := &Document{Title: fmt.Sprintf("%s at %s: test report", in.Site.Name, profiles[i]), Facts: facts(&in)}
		d.Sections = append(d.Sections, profileReport(&in, profiles[i], soaks, 2)...)
		d.Sections = append(d.Sections, history(in.Verdicts, profiles[i]))
		return d, nil
	}
	d := &Document{Title: in.Site.Name + ": which interval is the fastest that holds", Facts: facts(&in)}
	d.Sections = append(d.Sections, recommendation(&in, soaks), comparison(soaks))
	for _, p := range profiles {
		d.Sections = append(d.Sections, profileReport(&in, p, soaks, 2)...)
	}
	if len(in.Site.Spec.Steering) > 0 {
		d.Sections = append(d.Sections, steering(&in))
	}
	d.Sections = append(d.Sections, history(in.Verdicts, ""), method(&in))
	return d, nil
}

// facts are what the report is about.
func facts(in *Input) []Fact {
	recorded, simulated := 0, 0
	for i := range in.Verdicts {
		if in.Verdicts[i].Origin == v1alpha1.OriginSimulated {
			simulated++
		} else {
			recorded++
		}
	}
	evidence := count(recorded, "verdict") + " recorded on the line"
	if simulated > 0 {
		evidence += ", " + count(simulated, "verdict") + " from simulation, marked so"
	}
	all := []Fact{
		{"Site", fmt.Sprintf("%s, generation %d", in.Site.Name, in.Site.Generation)},
		{"WANs", wansText(in.Site)},
		{"Made", stamp(in.Now)},
		{"Evidence", evidence},
	}
	if simulated > 0 {
		all = append(all, Fact{"Simulation", "a model of the line in its own time; a cycle's work and the router's CPU are what the manifest declares, the same at every interval"})
	}
	if unreal := simulatedWANs(in.Site); len(unreal) > 0 && recorded > 0 {
		all = append(all, Fact{"No real line", strings.Join(unreal, ", ") + ": the router is simulated, and what is recorded was so in real time of a line that is a model"})
	}
	if st := in.Site.Status.Rollout; st != nil && st.Phase != "" {
		text := string(st.Phase)
		if st.WAN != "" {
			text += ", WAN " + st.WAN
		}
		if st.To != "" {
			text += " at " + st.To
		}
		if st.Message != "" {
			text += ": " + st.Message
		}
		all = append(all, Fact{"Rollout", text})
	}
	return all
}

// wansText is each WAN with the profile that runs, or that is asked for.
func wansText(site *v1alpha1.Site) string {
	var parts []string
	for i := range site.Spec.WANs {
		w := &site.Spec.WANs[i]
		if running := runs(site, w.Name); running != "" {
			parts = append(parts, w.Name+" (runs "+running+")")
		} else {
			parts = append(parts, w.Name+" (asked for "+site.EffectiveIntervalProfile(w)+")")
		}
	}
	return strings.Join(parts, ", ")
}

// simulatedWANs are those behind a router that is simulated.
func simulatedWANs(site *v1alpha1.Site) []string {
	var names []string
	for i := range site.Spec.WANs {
		if r := site.RouterFor(&site.Spec.WANs[i]); r != nil && r.Simulated != nil {
			names = append(names, site.Spec.WANs[i].Name)
		}
	}
	return names
}

// runs is the profile that a WAN runs; empty where no loop does.
func runs(site *v1alpha1.Site, wan string) string {
	for i := range site.Status.WANs {
		if site.Status.WANs[i].Name == wan {
			return site.Status.WANs[i].Profile
		}
	}
	return ""
}

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05 UTC") }

// count is a number of things, whose plural is a plain one.
func count(n int, thing string) string {
	switch {
	case n == 1:
		return "1 " + thing
	case strings.HasSuffix(thing, "sh"):
		return fmt.Sprintf("%d %ses", n, thing)
	}
	return fmt.Sprintf("%d %ss", n, thing)
}
