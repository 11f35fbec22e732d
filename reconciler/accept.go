package reconciler

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/wanctl/wanctl/api/v1alpha1"
	"github.com/wanctl/wanctl/reconciler/source"
)

// wanted is what a snapshot of the manifests asks for.
type wanted struct {
	// sites are the good ones by name, with the file that each stands in.
	sites map[string]*v1alpha1.Site
	files map[string]string
	// refused says by file why its sites are not taken.
	refused map[string]error
}

// read decodes every manifest. A file with any fault in it is refused whole,
// and so is one that names a site which an earlier file has.
func read(snapshot source.Snapshot) wanted {
	w := wanted{sites: map[string]*v1alpha1.Site{}, files: map[string]string{}, refused: map[string]error{}}
	for _, file := range snapshot.Files {
		sites, faults := v1alpha1.Decode(file.Path, file.Data)
		if len(faults) > 0 {
			w.refused[file.Path] = faults
			continue
		}
		for _, s := range sites {
			if first, taken := w.files[s.Name]; taken {
				w.refused[file.Path] = fmt.Errorf("%s: metadata.name: site %q is also in %s; give one of them another name", file.Path, s.Name, first)
			}
		}
		if w.refused[file.Path] != nil {
			continue
		}
		for _, s := range sites {
			w.sites[s.Name], w.files[s.Name] = s, file.Path
		}
	}
	return w
}

// accept makes the running sites those of a snapshot. A site whose file is
// refused keeps running as it was.
func (a *Agent) accept(ctx context.Context, snapshot source.Snapshot) {
	w := read(snapshot)
	a.resurrect(ctx, &w, snapshot.Err)
	for _, name := range slices.Sorted(maps.Keys(w.sites)) {
		a.apply(ctx, w.sites[name], w.files[name])
	}
	for _, name := range slices.Sorted(maps.Keys(a.sites)) {
		s := a.sites[name]
		switch fault := w.refused[s.source]; {
		case w.sites[name] != nil:
		case fault != nil:
			a.refuse(s, fault)
		case snapshot.Err != nil:
			a.refuse(s, snapshot.Err)
		default:
			a.remove(ctx, s)
		}
	}
	a.complain(w.refused, snapshot.Err)
}

// complain logs faults of manifests that no running site tells of.
func (a *Agent) complain(refused map[string]error, unreadable error) {
	told := map[string]bool{}
	for _, s := range a.sites {
		told[s.source] = true
	}
	for _, path := range slices.Sorted(maps.Keys(refused)) {
		if !told[path] {
			a.log.Error(refused[path], "manifest refused", "path", path)
		}
	}
	if unreadable != nil && len(a.sites) == 0 {
		a.log.Error(unreadable, "manifest unreadable", "path", a.opts.Path)
	}
}

// resurrect starts, on the first snapshot, the sites that an earlier run of
// the agent left behind: those whose manifest is refused now go on from the
// last good one, and those whose manifest is gone are about to be removed.
func (a *Agent) resurrect(ctx context.Context, w *wanted, unreadable error) {
	if a.started {
		return
	}
	a.started = true
	left, err := a.store.Sites()
	if err != nil {
		a.log.Error(err, "stored state is damaged")
	}
	for i := range left {
		s := &left[i]
		if w.sites[s.Name] != nil || !a.covers(s.Status.Source) {
			continue
		}
		if w.refused[s.Status.Source] == nil && unreadable == nil {
			a.log.Info("the manifest of a stored site is gone", "site", s.Name, "path", s.Status.Source)
		}
		// What this version has more than the one that stored it.
		v1alpha1.SetDefaults(s)
		a.apply(ctx, s, s.Status.Source)
	}
}

// covers says that a manifest is one that this agent watches.
func (a *Agent) covers(path string) bool {
	return path == a.opts.Path || filepath.Dir(path) == filepath.Clean(a.opts.Path)
}

// refuse marks a running site whose manifest cannot be taken.
func (a *Agent) refuse(s *site, fault error) {
	message := faultMessage(fault)
	if s.fault == message {
		return
	}
	s.fault = message
	a.record(s.live.Name, "site", v1alpha1.EventWarning, v1alpha1.ReasonManifestInvalid, message)
}

// maxFaults is how many faults a condition's message repeats.
const maxFaults = 5

// faultMessage is an error in the size of a condition.
func faultMessage(err error) string {
	var faults v1alpha1.FieldErrors
	if !errors.As(err, &faults) || len(faults) <= maxFaults {
		return err.Error()
	}
	lines := make([]string, 0, maxFaults+1)
	for _, f := range faults[:maxFaults] {
		lines = append(lines, f.Error())
	}
	lines = append(lines, fmt.Sprintf("and %d more; wanctl validate -f shows them all", len(faults)-maxFaults))
	return strings.Join(lines, "\n")
}
