package status

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/wanctl/wanctl/api/v1alpha1"
)

func event(second int64, site, reason, message string) v1alpha1.Event {
	at := metav1.NewMicroTime(time.Unix(1_800_000_000+second, 0).UTC())
	return v1alpha1.Event{
		Time: at, FirstTime: at, Count: 1, Type: v1alpha1.EventNormal,
		Reason: reason, Site: site, Object: "wan/att", Message: message,
	}
}

func said(events []v1alpha1.Event) []string {
	var out []string
	for _, e := range events {
		out = append(out, fmt.Sprintf("%d-%d %s %s x%d", e.FirstTime.Unix()-1_800_000_000, e.Time.Unix()-1_800_000_000, e.Site, e.Reason, e.Count))
	}
	return out
}

func flush(t *testing.T, s *Store) {
	t.Helper()
	if err := s.FlushEvents(); err != nil {
		t.Fatal(err)
	}
}

func TestEqualEventsThatFollowEachOtherAreCountedInOne(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	s.Record(event(1, "home", "A", "x"))
	s.Record(event(2, "home", "A", "x"))
	s.Record(event(3, "house", "B", "x")) // of another site: not between
	s.Record(event(4, "home", "A", "x"))
	s.Record(event(5, "home", "A", "y"))
	s.Record(event(6, "home", "A", "x"))
	warning := event(7, "home", "A", "x")
	warning.Type = v1alpha1.EventWarning
	s.Record(warning)
	flush(t, s)
	for site, want := range map[string][]string{
		"":        {"3-3 house B x1", "1-4 home A x3", "5-5 home A x1", "6-6 home A x1", "7-7 home A x1"},
		"house":   {"3-3 house B x1"},
		"unknown": nil,
	} {
		events, err := Read(dir).Events(site)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, said(events)); diff != "" {
			t.Errorf("events of %q (-want +got):\n%s", site, diff)
		}
	}
}

func TestTheLast200EventsOfASiteAreKeptOverARestart(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	for i := range int64(250) {
		s.Record(event(i, "home", fmt.Sprint("R", i), ""))
	}
	flush(t, s)
	s.Close()
	s = open(t, dir)
	s.Record(event(249, "home", "R249", ""))
	s.Record(event(300, "home", "Last", ""))
	flush(t, s)
	events, err := Read(dir).Events("home")
	if err != nil {
		t.Fatal(err)
	}
	got := said(events)
	if len(got) != 200 || got[0] != "51-51 home R51 x1" || got[198] != "249-249 home R249 x2" || got[199] != "300-300 home Last x1" {
		t.Errorf("%d events are kept: %q to %q", len(got), got[:1], got[len(got)-2:])
	}
}

func TestEventsAreWrittenOnlyWhenTheyChanged(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	s.Record(event(1, "home", "A", "x"))
	flush(t, s)
	path := filepath.Join(dir, "events", "home.json")
	before, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	flush(t, s)
	if after, _ := os.Stat(path); !os.SameFile(before, after) {
		t.Error("written again without a new event")
	}
	s.Record(event(2, "home", "A", "x"))
	flush(t, s)
	if after, _ := os.Stat(path); os.SameFile(before, after) {
		t.Error("not written though an event was counted")
	}
}

func TestDamagedEventsAreSetAsideAndAnEventSaysSo(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	s.Record(event(1, "home", "A", "x"))
	s.Record(event(1, "house", "A", "x"))
	flush(t, s)
	s.Close()
	path := filepath.Join(dir, "events", "home.json")
	whole := get(t, path)
	put(t, path, whole[:len(whole)/2])

	events, err := Read(dir).Events("")
	var torn *TornError
	if !errors.As(err, &torn) || torn.Path != path || len(events) != 1 {
		t.Errorf("the reader gives %q and %v, want house's event and a TornError", said(events), err)
	}
	s = open(t, dir)
	flush(t, s)
	events, err = Read(dir).Events("home")
	if err != nil || len(events) != 1 || events[0].Reason != v1alpha1.ReasonTornStateSetAside || !strings.Contains(events[0].Message, path+".torn-1") {
		t.Errorf("after a restart the events are %+v (%v)", events, err)
	}
	alone(t, filepath.Join(dir, "events"), "home.json", "home.json.torn-1", "house.json")
}
