package listing

import (
	"bytes"
	"context"
	"errors"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/wanctl/wanctl/cmd/wanctl/internal/output"
	"github.com/wanctl/wanctl/cmd/wanctl/internal/table"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func options(t *testing.T, format string) Options {
	t.Helper()
	f, err := output.Parse(format)
	if err != nil {
		t.Fatal(err)
	}
	return Options{Format: f, Header: true}
}

// states is a listing of one WAN per pair of name and state.
func states(age string, pairs ...string) *Listing {
	l := &Listing{Table: &table.Table{Columns: []string{"WAN", "STATE", "AGE"}}, Object: pairs, Empty: "No WANs found."}
	for i := 0; i < len(pairs); i += 2 {
		l.Table.Add(pairs[i], pairs[i], pairs[i+1], age)
		l.Names = append(l.Names, "wan/"+pairs[i])
	}
	return l
}

func TestPrint(t *testing.T) {
	warned := states("1m", "att", "GREEN")
	warned.Warning = "warning: old"
	for _, tc := range []struct {
		name, format string
		listing      *Listing
		out, notes   string
	}{
		{"a table has a header", "", states("1m", "att", "GREEN"), "WAN   STATE   AGE\natt   GREEN   1m\n", ""},
		{"a table of nothing says so beside it", "", states(""), "", "No WANs found.\n"},
		{"a list of nothing is a list", "json", &Listing{Object: []string{}}, "[]\n", ""},
		{"names stand alone", "name", states("1m", "att", "GREEN", "lte", "RED"), "wan/att\nwan/lte\n", ""},
		{"a warning stands beside", "name", warned, "wan/att\n", "warning: old\n"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var out, notes bytes.Buffer
			if err := Print(&out, &notes, tc.listing, options(t, tc.format)); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff([]string{tc.out, tc.notes}, []string{out.String(), notes.String()}); diff != "" {
				t.Errorf("output (-want +got):\n%s", diff)
			}
		})
	}
}

// watched runs a watch over listings, one for each look, and stops after them.
func watched(t *testing.T, opts Options, looks ...*Listing) (out, notes string) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		var o, n bytes.Buffer
		next := 0
		err := Watch(ctx, &o, &n, func() (*Listing, error) {
			l := looks[next]
			if next++; next == len(looks) {
				cancel()
			}
			return l, nil
		}, opts, true)
		if err != nil {
			t.Error(err)
		}
		out, notes = o.String(), n.String()
	})
	return out, notes
}

func TestAPipedWatchPrintsARowWhenItChanges(t *testing.T) {
	down := states("4s", "att", "RED", "lte", "GREEN")
	down.Warning = "warning: old"
	out, notes := watched(t, options(t, ""),
		states("1s"),
		states("1s", "att", "GREEN"),
		states("2s", "att", "GREEN", "lte", "GREEN"),
		states("3s", "att", "YELLOW", "lte", "GREEN"),
		down, down,
	)
	want := "WAN   STATE   AGE\natt   GREEN   1s\nlte   GREEN   2s\natt   YELLOW   3s\natt   RED      4s\n"
	if diff := cmp.Diff(want, out); diff != "" {
		t.Errorf("output (-want +got):\n%s", diff)
	}
	if want := "warning: old\n"; notes != want {
		t.Errorf("notes are %q, want %q", notes, want)
	}
}

func TestAWatchOfObjectsPrintsThemWhenTheyChange(t *testing.T) {
	out, _ := watched(t, options(t, "jsonpath={[1]} "),
		states("1s", "att", "GREEN"), states("2s", "att", "GREEN"), states("3s", "att", "RED"))
	if want := "GREEN RED "; out != want {
		t.Errorf("output is %q, want %q", out, want)
	}
}

func TestAWatchEndsWithTheErrorOfALook(t *testing.T) {
	broken := errors.New("read state: broken")
	err := Watch(t.Context(), &bytes.Buffer{}, &bytes.Buffer{}, func() (*Listing, error) { return nil, broken }, options(t, ""), true)
	if !errors.Is(err, broken) {
		t.Errorf("error is %v, want %v", err, broken)
	}
}
