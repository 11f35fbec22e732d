// Package plan says what changes between two sites and what that takes: which
// loops start, stop, restart or are retuned as they run.
//
// It is pure. Its fields are named by their path as a person writes them:
// spec.thresholds.green, spec.wans[att].download.ceiling.
package plan

import (
	"cmp"
	"slices"

	"github.com/wanctl/wanctl/api/v1alpha1"
)

// Action is what a change takes.
type Action uint8

// The actions, from the least to the most.
const (
	// Carry touches no loop: the site's record is replaced and nothing else.
	Carry Action = iota
	// Retune hands a running loop new parameters.
	Retune
	// Restart ends a loop and starts it anew, its estimates carried over.
	Restart
	// Start begins the loop of a WAN that is new.
	Start
	// Stop ends the loop of a WAN that is gone.
	Stop
)

// String is the action in a lower-case word.
func (a Action) String() string {
	switch a {
	case Carry:
		return "carry"
	case Retune:
		return "retune"
	case Restart:
		return "restart"
	case Start:
		return "start"
	case Stop:
		return "stop"
	}
	return "unknown"
}

// Change is what happens to one WAN and the fields that are the cause.
type Change struct {
	// WAN is the WAN's name; empty for Carry, which touches none.
	WAN    string
	Action Action
	// Fields are sorted by path. Of a Start and a Stop they are the fields
	// written for that WAN and its router that the other site does not have.
	Fields []Field
}

// Field is one field that differs.
type Field struct {
	// Path is where the field stands in the manifest.
	Path string
	// From and To are the values before and after; empty where there is none.
	From, To string
}

// Compare lists what brings the loops of old to new, both defaulted. Either
// may be nil, for no site. A WAN is named once, for what it runs in the end: a
// site-wide field that the WAN overrides does not change it. Changes come in
// the new site's rollout order, then those of WANs that stop, then, between two
// sites, what touches no loop.
func Compare(old, new *v1alpha1.Site) []Change {
	before, after := read(old), read(new)
	written := differing(before, after)
	byOwner := map[owner][]Field{}
	for _, f := range written {
		byOwner[ownerOf(f.Path)] = append(byOwner[ownerOf(f.Path)], f)
	}
	explained := map[string]bool{}
	var changes []Change
	add := func(wan string, action Action, fields []Field) {
		for _, f := range fields {
			explained[f.Path] = true
		}
		changes = append(changes, Change{WAN: wan, Action: action, Fields: fields})
	}
	was, is := byName(old), byName(new)
	for _, wan := range inOrder(new) {
		if was[wan.Name] == nil {
			add(wan.Name, Start, ofWAN(byOwner, wan))
			continue
		}
		action, fields := changed(before.running(was[wan.Name]), after.running(wan))
		if len(fields) > 0 {
			add(wan.Name, action, fields)
		}
	}
	for _, wan := range inOrder(old) {
		if is[wan.Name] == nil {
			add(wan.Name, Stop, ofWAN(byOwner, wan))
		}
	}
	if old == nil || new == nil {
		return changes
	}
	carried := slices.DeleteFunc(written, func(f Field) bool { return explained[f.Path] })
	if len(carried) > 0 {
		add("", Carry, carried)
	}
	return changes
}

// Fields lists the fields that are written differently in two defaulted
// sites, sorted by path; spec, labels and annotations count. Either may be
// nil. Values are compared, not their spelling: 95M is 95000k.
func Fields(old, new *v1alpha1.Site) []Field {
	return differing(read(old), read(new))
}

// SpecEqual says whether two specs mean the same, whatever their spelling.
func SpecEqual(a, b *v1alpha1.SiteSpec) bool {
	return len(Fields(&v1alpha1.Site{Spec: *a}, &v1alpha1.Site{Spec: *b})) == 0
}

// inOrder are a site's WANs as its rollout goes: those that rollout.order
// names, then the rest as they are written.
func inOrder(site *v1alpha1.Site) []*v1alpha1.WAN {
	if site == nil {
		return nil
	}
	rank := map[string]int{}
	for i, name := range site.Spec.Rollout.Order {
		rank[name] = i - len(site.Spec.Rollout.Order)
	}
	wans := make([]*v1alpha1.WAN, len(site.Spec.WANs))
	for i := range site.Spec.WANs {
		wans[i] = &site.Spec.WANs[i]
	}
	slices.SortStableFunc(wans, func(a, b *v1alpha1.WAN) int { return rank[a.Name] - rank[b.Name] })
	return wans
}

func byName(site *v1alpha1.Site) map[string]*v1alpha1.WAN {
	wans := map[string]*v1alpha1.WAN{}
	for _, wan := range inOrder(site) {
		wans[wan.Name] = wan
	}
	return wans
}

// ofWAN are the fields that stand under a WAN or its router.
func ofWAN(byOwner map[owner][]Field, wan *v1alpha1.WAN) []Field {
	var fields []Field
	for _, o := range owners(wan) {
		fields = append(fields, byOwner[o]...)
	}
	slices.SortFunc(fields, byPath)
	return fields
}

func byPath(a, b Field) int { return cmp.Compare(a.Path, b.Path) }
