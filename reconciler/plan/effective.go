package plan

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/wanctl/wanctl/api/v1alpha1"
)

// inherited are the site-wide fields that a WAN may override, by the path that
// both have in common.
var inherited = []string{"intervalProfile", "timeConstants.", "alphas.", "thresholds."}

// retunable are the fields of a WAN that a running loop takes over as it
// runs. Any other needs a restart.
var retunable = []string{
	"timeConstants.", "alphas.", "thresholds.",
	"download.states", "download.ceiling", "download.floors.", "download.decrease.", "download.increase.",
	"upload.states", "upload.ceiling", "upload.floors.", "upload.decrease.", "upload.increase.",
}

// setting is a value that a loop runs with, and where it is written.
type setting struct {
	leaf
	path string
	// own says that it is written under the WAN itself.
	own bool
}

// running collects what a WAN's loop runs with, by the path below the WAN;
// the router's definition is below "router ".
func running(site map[string]leaf, wan *v1alpha1.WAN) map[string]setting {
	settings := map[string]setting{}
	own := wanPath(wan.Name)
	for path, l := range site {
		if below, ok := strings.CutPrefix(path, own); ok {
			settings[below] = setting{leaf: l, path: path, own: true}
			continue
		}
		if below, ok := strings.CutPrefix(path, "spec."); ok && hasAnyPrefix(below, inherited) {
			if _, overridden := site[own+below]; !overridden {
				settings[below] = setting{leaf: l, path: path}
			}
		}
		if ofRouter(path, wan) {
			settings["router "+path] = setting{leaf: l, path: path}
		}
	}
	return settings
}

// changed lists the settings that differ and the most that any of them takes.
func changed(before, after map[string]setting) (Action, []Field) {
	var fields []Field
	var action Action
	moved := before["router"].value != after["router"].value
	for _, below := range slices.Sorted(maps.Keys(union(before, after))) {
		from, to := before[below], after[below]
		if from.value == to.value {
			continue
		}
		if moved && strings.HasPrefix(below, "router ") {
			continue
		}
		path := to.path
		if to.path == "" || from.own {
			path = from.path
		}
		fields = append(fields, Field{Path: path, From: from.text, To: to.text})
		if hasAnyPrefix(below, retunable) {
			action = max(action, Retune)
		} else {
			action = max(action, Restart)
		}
	}
	slices.SortFunc(fields, func(a, b Field) int { return cmp.Compare(a.Path, b.Path) })
	return action, fields
}

// differing lists the leaves of two sites that differ, sorted by path.
func differing(before, after map[string]leaf) []Field {
	var fields []Field
	for _, path := range slices.Sorted(maps.Keys(union(before, after))) {
		if from, to := before[path], after[path]; from.value != to.value {
			fields = append(fields, Field{Path: path, From: from.text, To: to.text})
		}
	}
	return fields
}

// wanPath is what the paths of a WAN's own fields begin with.
func wanPath(name string) string { return "spec.wans[" + name + "]." }

// ofRouter says whether a path belongs to the definition of a WAN's router:
// all of it but the simulated links of other WANs.
func ofRouter(path string, wan *v1alpha1.WAN) bool {
	below, ok := strings.CutPrefix(path, "spec.routers["+wan.Router+"].")
	if !ok {
		return false
	}
	link, ok := strings.CutPrefix(below, "simulated.links[")
	return !ok || strings.HasPrefix(link, wan.Name+"]")
}

func hasAnyPrefix(s string, prefixes []string) bool {
	return slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(s, p) })
}

func union[V any](a, b map[string]V) map[string]V {
	all := maps.Clone(a)
	maps.Copy(all, b)
	return all
}
