package plan

import (
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
func (m manifest) running(wan *v1alpha1.WAN) map[string]setting {
	settings := map[string]setting{}
	own := "spec.wans[" + wan.Name + "]."
	for _, path := range m.paths[owner{wan: wan.Name}] {
		settings[path[len(own):]] = setting{leaf: m.leaves[path], path: path, own: true}
	}
	for _, path := range m.paths[owner{}] {
		below, ok := strings.CutPrefix(path, "spec.")
		if !ok || !hasAnyPrefix(below, inherited) {
			continue
		}
		if _, overridden := settings[below]; !overridden {
			settings[below] = setting{leaf: m.leaves[path], path: path}
		}
	}
	for _, o := range owners(wan)[1:] {
		for _, path := range m.paths[o] {
			settings["router "+path] = setting{leaf: m.leaves[path], path: path}
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
	slices.SortFunc(fields, byPath)
	return action, fields
}

func hasAnyPrefix(s string, prefixes []string) bool {
	return slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(s, p) })
}
