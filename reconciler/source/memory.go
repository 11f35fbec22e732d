package source

import (
	"bytes"
	"errors"
	"maps"
	"slices"
	"time"
)

// sight is what the file system showed at one moment, by path. Why the path
// as a whole could not be read stands under the empty one.
type sight map[string]content

// content is one file: its bytes, or why they cannot be read.
type content struct {
	data []byte
	err  error
}

// sound is a file as it should be: neither unreadable nor empty.
func (c content) sound() bool { return c.err == nil && len(c.data) > 0 }

func (c content) equal(other content) bool {
	if c.err != nil && other.err != nil {
		return c.err.Error() == other.err.Error()
	}
	return c.err == nil && other.err == nil && bytes.Equal(c.data, other.data)
}

// memory turns what is seen into what is delivered: it knows what was
// delivered last, and gives files that are gone, empty or unreadable their
// grace. It takes the time and keeps none of its own.
type memory struct {
	grace time.Duration
	// due is when the oldest grace that still runs will have passed; zero if
	// none runs.
	due time.Time

	// last is what was delivered; nil before the first time.
	last sight
	// since is when each file that is not sound was first so.
	since map[string]time.Time
}

// take is the snapshot for what is seen now, and whether it differs from the
// last one. The first is taken as it stands.
func (m *memory) take(seen sight, now time.Time) (Snapshot, bool) {
	first := m.last == nil
	m.due = time.Time{}
	next, since := sight{}, map[string]time.Time{}
	for path, c := range seen {
		if c.sound() || !m.spared(path, now, since) {
			next[path] = c
		} else if before, known := m.last[path]; known {
			next[path] = before
		}
	}
	for path, before := range m.last {
		if _, there := seen[path]; !there && before.sound() && !m.moved(before, seen) && m.spared(path, now, since) {
			next[path] = before
		}
	}
	changed := first || !maps.EqualFunc(next, m.last, content.equal)
	m.last, m.since = next, since
	return next.snapshot(), changed
}

// spared says that the grace of a file that is not sound still runs, and
// notes in since when it began.
func (m *memory) spared(path string, now time.Time, since map[string]time.Time) bool {
	began, known := m.since[path]
	if !known {
		began = now
	}
	since[path] = began
	end := began.Add(m.grace)
	if m.last == nil || !now.Before(end) {
		return false
	}
	if m.due.IsZero() || end.Before(m.due) {
		m.due = end
	}
	return true
}

// moved says that content which is gone stands in a file that is new: it was
// renamed, and must not be delivered twice.
func (m *memory) moved(gone content, seen sight) bool {
	for path, c := range seen {
		if _, known := m.last[path]; !known && c.equal(gone) {
			return true
		}
	}
	return false
}

// snapshot is what is seen in the form in which it is delivered.
func (s sight) snapshot() Snapshot {
	var out Snapshot
	var faults []error
	for _, path := range slices.Sorted(maps.Keys(s)) {
		if c := s[path]; c.err != nil {
			faults = append(faults, c.err)
		} else {
			out.Files = append(out.Files, File{Path: path, Data: c.data})
		}
	}
	out.Err = errors.Join(faults...)
	return out
}
