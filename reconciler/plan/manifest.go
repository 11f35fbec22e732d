package plan

import (
	"maps"
	"slices"
	"strings"

	"github.com/wanctl/wanctl/api/v1alpha1"
)

// manifest is a site as its leaves, ordered by whose they are, so that the
// cost of a comparison grows with the number of WANs and not with its square.
type manifest struct {
	leaves map[string]leaf
	paths  map[owner][]string
}

// owner is whose a field is: a WAN's, a router's, or that of a router's
// simulated link to a WAN. The zero owner is the site.
type owner struct{ wan, router string }

// read takes a site apart; nil has no leaves.
func read(site *v1alpha1.Site) manifest {
	m := manifest{leaves: leavesOf(site), paths: map[owner][]string{}}
	for path := range m.leaves {
		o := ownerOf(path)
		m.paths[o] = append(m.paths[o], path)
	}
	return m
}

// owners are those whose fields matter to a WAN's loop, itself first.
func owners(wan *v1alpha1.WAN) []owner {
	return []owner{{wan: wan.Name}, {router: wan.Router}, {wan: wan.Name, router: wan.Router}}
}

func ownerOf(path string) owner {
	if below, ok := strings.CutPrefix(path, "spec.wans["); ok {
		name, _, _ := strings.Cut(below, "]")
		return owner{wan: name}
	}
	below, ok := strings.CutPrefix(path, "spec.routers[")
	if !ok {
		return owner{}
	}
	router, definition, _ := strings.Cut(below, "].")
	link, ok := strings.CutPrefix(definition, "simulated.links[")
	if !ok {
		return owner{router: router}
	}
	wan, _, _ := strings.Cut(link, "]")
	return owner{wan: wan, router: router}
}

// differing lists the leaves of two sites that differ, sorted by path.
func differing(before, after manifest) []Field {
	var fields []Field
	for path := range union(before.leaves, after.leaves) {
		if from, to := before.leaves[path], after.leaves[path]; from.value != to.value {
			fields = append(fields, Field{Path: path, From: from.text, To: to.text})
		}
	}
	slices.SortFunc(fields, byPath)
	return fields
}

func union[V any](a, b map[string]V) map[string]V {
	all := maps.Clone(a)
	maps.Copy(all, b)
	return all
}
