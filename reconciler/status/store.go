package status

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"

	"github.com/gofrs/flock"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/wanctl/wanctl/api/v1alpha1"
)

// Store is the state directory of the agent that holds it.
type Store struct {
	dir  string
	lock *flock.Flock
	// writing is told of every write.
	writing func(begun bool)

	mu     sync.Mutex
	events map[string]*eventLog
}

// Open makes a state directory the caller's until Close, and creates it if
// need be. It fails with a *LockedError where another agent has it. Stored
// events go on; where they are damaged, an event says so. writing, where given,
// is told of every write to the disk as it begins and as it ends.
func Open(dir string, writing func(begun bool)) (*Store, error) {
	for _, part := range append([]string{""}, folders...) {
		if err := os.MkdirAll(filepath.Join(dir, part), 0o750); err != nil {
			return nil, fmt.Errorf("create state directory %s: %w; create it, or choose another with --state-dir", dir, err)
		}
	}
	lock, err := acquire(dir)
	if err != nil {
		return nil, err
	}
	if writing == nil {
		writing = func(bool) {}
	}
	s := &Store{dir: dir, lock: lock, writing: writing, events: map[string]*eventLog{}}
	for _, part := range folders {
		// Litter on a disk that cannot be written does no harm.
		_ = sweep(filepath.Join(dir, part))
	}
	if err := s.loadEvents(); err != nil {
		return nil, errors.Join(err, lock.Close())
	}
	return s, nil
}

// write is write, told of.
func (s *Store) write(path string, data []byte) error {
	s.writing(true)
	defer s.writing(false)
	return write(path, data)
}

// Close gives the state directory back. Events that were not flushed are lost.
func (s *Store) Close() error {
	if err := s.lock.Close(); err != nil {
		return fmt.Errorf("release state directory %s: %w", s.dir, err)
	}
	return nil
}

// Sites are the stored live objects by name. Those that are damaged are set
// aside, and reported, each as a *TornError, in the joined error.
func (s *Store) Sites() ([]v1alpha1.Site, error) {
	return readSites(s.dir, s.ReadSite)
}

// ReadSite is one stored live object. The error is fs.ErrNotExist where there
// is none, and a *TornError where it is damaged and was set aside.
func (s *Store) ReadSite(name string) (*v1alpha1.Site, error) {
	site, err := readSite(s.dir, name)
	return site, asideIfTorn(err)
}

// WriteSite stores a live object.
func (s *Store) WriteSite(site *v1alpha1.Site) error {
	path, err := fileName(s.dir, sitesDir, site.Name, ".json")
	if err != nil {
		return err
	}
	data, err := encodeSite(site)
	if err != nil {
		return err
	}
	return s.write(path, data)
}

// RemoveSite deletes a live object and its resume state. Its events and verdicts
// stay: they say why it went, and what it bore.
func (s *Store) RemoveSite(name string) error {
	live, err := fileName(s.dir, sitesDir, name, ".json")
	if err != nil {
		return err
	}
	// The live object is last: while there is one, the site is removed again.
	paths := []string{live}
	for _, part := range []string{resumeDir, evidenceDir, rolloutDir} {
		path, err := fileName(s.dir, part, name, ".json")
		if err != nil {
			return err
		}
		paths = append([]string{path}, paths...)
	}
	for _, path := range paths {
		if fault := os.Remove(path); fault != nil && !errors.Is(fault, fs.ErrNotExist) {
			err = errors.Join(err, fmt.Errorf("remove stored state of site %s: %w", name, fault))
		}
	}
	return err
}

// ReadResume is what the loops of a site go on from; a zero Resume where
// nothing is stored. The error is a *TornError where the file is damaged or of
// another version, and was set aside.
func (s *Store) ReadResume(site string) (Resume, error) {
	r, err := readResume(s.dir, site)
	return r, asideIfTorn(err)
}

// WriteResume stores what the loops of a site go on from.
func (s *Store) WriteResume(site string, r Resume) error {
	path, err := fileName(s.dir, resumeDir, site, ".json")
	if err != nil {
		return err
	}
	data, err := encodeResume(r)
	if err != nil {
		return fmt.Errorf("site %s: %w", site, err)
	}
	return s.write(path, data)
}

// Record notes an event. The last 200 of each site are kept; one that says
// the same as the one before it is counted in that.
func (s *Store) Record(e v1alpha1.Event) {
	s.mu.Lock()
	defer s.mu.Unlock()
	l := s.events[e.Site]
	if l == nil {
		l = &eventLog{}
		s.events[e.Site] = l
	}
	l.add(e)
}

// FlushEvents stores the events of every site that has new ones. Those that
// could not be written are tried again the next time.
func (s *Store) FlushEvents() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	var faults error
	for site, l := range s.events {
		if l.dirty {
			faults = errors.Join(faults, s.flush(site, l))
		}
	}
	return faults
}

func (s *Store) flush(site string, l *eventLog) error {
	path, err := fileName(s.dir, eventsDir, site, ".json")
	if err != nil {
		return err
	}
	data, err := encodeEvents(l.events)
	if err != nil {
		return fmt.Errorf("site %s: %w", site, err)
	}
	if err := s.write(path, data); err != nil {
		return err
	}
	l.dirty = false
	return nil
}

// loadEvents takes up the events of earlier runs.
func (s *Store) loadEvents() error {
	names, err := list(s.dir, eventsDir, ".json")
	if err != nil {
		return err
	}
	for _, name := range names {
		events, err := readEvents(s.dir, name)
		if err == nil {
			s.events[name] = &eventLog{events: events}
			continue
		}
		now := metav1.NowMicro()
		s.Record(v1alpha1.Event{
			Time: now, FirstTime: now, Count: 1, Type: v1alpha1.EventWarning, Reason: v1alpha1.ReasonTornStateSetAside,
			Site: name, Object: "site", Message: asideIfTorn(err).Error(),
		})
	}
	return nil
}

// asideIfTorn moves a torn file out of the way and says where it went.
func asideIfTorn(err error) error {
	var torn *TornError
	if errors.As(err, &torn) {
		return setAside(torn)
	}
	return err
}
