package status

import (
	"errors"
	"slices"

	"github.com/wanctl/wanctl/api/v1alpha1"
)

// Reader reads a state directory for commands that run without the agent. It
// changes nothing in it.
type Reader struct{ dir string }

// Read is a Reader of a state directory, which need not exist.
func Read(dir string) *Reader { return &Reader{dir: dir} }

// Sites are the live objects by name. Those that are damaged are left out and
// reported, each as a *TornError, in the joined error.
func (r *Reader) Sites() ([]v1alpha1.Site, error) {
	return readSites(r.dir, r.Site)
}

// Site is one live object. The error is fs.ErrNotExist where there is none,
// and a *TornError where it is damaged.
func (r *Reader) Site(name string) (*v1alpha1.Site, error) {
	return readSite(r.dir, name)
}

// Events are the stored events of one site, or of all if site is empty, by
// time. Files that are damaged are reported as Sites does.
func (r *Reader) Events(site string) ([]v1alpha1.Event, error) {
	names, err := []string{site}, error(nil)
	if site == "" {
		names, err = list(r.dir, eventsDir, ".json")
	}
	var all []v1alpha1.Event
	for _, name := range names {
		events, fault := readEvents(r.dir, name)
		err = errors.Join(err, fault)
		all = append(all, events...)
	}
	slices.SortStableFunc(all, func(a, b v1alpha1.Event) int { return a.Time.Compare(b.Time.Time) })
	return all, err
}

// AgentRunning says whether an agent holds the state directory, and its
// process id; 0 where it did not leave one.
func (r *Reader) AgentRunning() (pid int, running bool) {
	return agentRunning(r.dir)
}
