package source

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"
)

var start = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

func at(s float64) time.Time { return start.Add(time.Duration(s * float64(time.Second))) }

// seeing reads "a=1 b= c=!why" as file a with content 1, b empty and c
// unreadable.
func seeing(text string) sight {
	s := sight{}
	for field := range strings.FieldsSeq(text) {
		path, data, _ := strings.Cut(field, "=")
		if why, failed := strings.CutPrefix(data, "!"); failed {
			s[strings.TrimSuffix(path, "PATH")] = content{err: errors.New(why)}
		} else {
			s[path] = content{data: []byte(data)}
		}
	}
	return s
}

func showing(s Snapshot) string {
	var out []string
	for _, f := range s.Files {
		out = append(out, f.Path+"="+string(f.Data))
	}
	if s.Err != nil {
		out = append(out, "!"+strings.ReplaceAll(s.Err.Error(), "\n", "+"))
	}
	return strings.Join(out, " ")
}

// TestGrace walks through what is seen, second by second; the grace is 3 s.
func TestGrace(t *testing.T) {
	// A step without a delivery says so, and due is in seconds; 0 is none.
	const nothing = "nothing"
	type step struct {
		at   float64
		seen string
		want string
		due  float64
	}
	tests := map[string][]step{
		"the first is delivered whatever it is": {{0, "", "", 0}},
		"an empty file at the start is delivered as it stands, once": {
			{0, "a=", "a=", 0}, {1, "a=", nothing, 3}, {5, "a=", nothing, 0}, {6, "a=1", "a=1", 0}},
		"an unreadable file at the start is delivered as it stands, once": {
			{0, "a=!denied", "!denied", 0}, {1, "a=!denied", nothing, 3}, {5, "a=!denied", nothing, 0}, {6, "a=1", "a=1", 0}},
		"a change is delivered at once": {{0, "a=1", "a=1", 0}, {1, "a=2", "a=2", 0}, {1, "a=2", nothing, 0}},
		"a file that goes is delivered as gone after the grace": {
			{0, "a=1", "a=1", 0}, {1, "", nothing, 4}, {3.9, "", nothing, 4}, {4, "", "", 0}, {9, "", nothing, 0}},
		"a file that goes and returns within the grace was never gone": {
			{0, "a=1", "a=1", 0}, {1, "", nothing, 4}, {2, "a=1", nothing, 0}},
		"a file that returns changed is delivered as changed": {
			{0, "a=1", "a=1", 0}, {1, "", nothing, 4}, {2, "a=2", "a=2", 0}},
		"each absence has a grace of its own": {
			{0, "a=1", "a=1", 0}, {1, "", nothing, 4}, {2, "a=1", nothing, 0}, {3, "", nothing, 6}, {5, "", nothing, 6}, {6, "", "", 0}},
		"a file that is gone and then empty has one grace": {
			{0, "a=1", "a=1", 0}, {1, "", nothing, 4}, {2, "a=", nothing, 4}, {4, "a=", "a=", 0}},
		"a file that is empty keeps its content for the grace": {
			{0, "a=1", "a=1", 0}, {1, "a=", nothing, 4}, {4, "a=", "a=", 0}, {5, "", "", 0}},
		"a new file that is empty is not delivered before it is written": {
			{0, "a=1", "a=1", 0}, {1, "a=1 b=", nothing, 4}, {2, "a=1 b=2", "a=1 b=2", 0}},
		"a new file that stays empty is delivered after the grace": {
			{0, "a=1", "a=1", 0}, {1, "a=1 b=", nothing, 4}, {4, "a=1 b=", "a=1 b=", 0}},
		"a file that cannot be read keeps its content for the grace": {
			{0, "a=1", "a=1", 0}, {1, "a=!denied", nothing, 4}, {4, "a=!denied", "!denied", 0}, {5, "a=1", "a=1", 0}},
		"one file's grace does not hold up another's change": {
			{0, "a=1 b=1", "a=1 b=1", 0}, {1, "b=2", "a=1 b=2", 4}, {4, "b=2", "b=2", 0}},
		"the oldest grace is due first": {
			{0, "a=1 b=1", "a=1 b=1", 0}, {1, "b=1", nothing, 4}, {2, "", nothing, 4}, {4, "", "b=1", 5}, {5, "", "", 0}},
		"a renamed file is not delivered under both names": {{0, "a=1", "a=1", 0}, {1, "b=1", "b=1", 0}},
		"a file whose double was there before is not taken for renamed": {
			{0, "a=1 b=1", "a=1 b=1", 0}, {1, "b=1", nothing, 4}},
		"a path that cannot be read keeps everything for the grace": {
			{0, "a=1", "a=1", 0}, {1, "PATH=!unmounted", nothing, 4}, {4, "PATH=!unmounted", "!unmounted", 0}, {5, "a=1", "a=1", 0}},
		"a path that cannot be read at the start says so once": {
			{0, "PATH=!missing", "!missing", 0}, {1, "PATH=!missing", nothing, 3}, {9, "PATH=!missing", nothing, 0}, {10, "a=1", "a=1", 0}},
		"another reason is another snapshot": {
			{0, "a=!denied", "!denied", 0}, {9, "a=!broken", "!broken", 0}},
	}
	for _, name := range slices.Sorted(maps.Keys(tests)) {
		t.Run(name, func(t *testing.T) {
			m := memory{grace: 3 * time.Second}
			for _, step := range tests[name] {
				snapshot, changed := m.take(seeing(step.seen), at(step.at))
				got, due := nothing, 0.0
				if changed {
					got = showing(snapshot)
				}
				if !m.due.IsZero() {
					due = m.due.Sub(start).Seconds()
				}
				if got != step.want || due != step.due {
					t.Errorf("after %g s, seeing %q: delivered %q, due at %g s; want %q, %g s", step.at, step.seen, got, due, step.want, step.due)
				}
			}
		})
	}
}
