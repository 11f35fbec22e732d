package table_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wanctl/wanctl/cmd/wanctl/internal/table"
)

func wans(rows ...[]string) *table.Table {
	t := &table.Table{Columns: []string{"NAME", "STATE", "AGE"}}
	for _, row := range rows {
		t.Add(row[0], row...)
	}
	return t
}

func TestColumnsAreAlignedAndLinesEndWithoutBlanks(t *testing.T) {
	var b strings.Builder
	if err := wans([]string{"spectrum", "GREEN", "3m"}, []string{"är", "", ""}).Write(&b, true); err != nil {
		t.Fatal(err)
	}
	want := "NAME       STATE   AGE\nspectrum   GREEN   3m\när\n"
	if diff := cmp.Diff(want, b.String()); diff != "" {
		t.Errorf("table (-want +got):\n%s", diff)
	}
}

func TestWithoutAHeaderTheColumnsStayWhereTheyWere(t *testing.T) {
	var b strings.Builder
	if err := wans([]string{"a", "b", "c"}).Write(&b, false); err != nil {
		t.Fatal(err)
	}
	if want := "a      b       c\n"; b.String() != want {
		t.Errorf("table is %q, want %q", b.String(), want)
	}
}

func TestSinceKeepsWhatIsNewOrDiffersInMoreThanItsAge(t *testing.T) {
	earlier := wans([]string{"att", "GREEN", "3m"}, []string{"spectrum", "GREEN", "3m"}, []string{"lte", "RED", "3m"})
	now := wans([]string{"att", "GREEN", "4m"}, []string{"spectrum", "RED", "4m"}, []string{"cable", "GREEN", "1s"})
	want := [][]string{{"spectrum", "RED", "4m"}, {"cable", "GREEN", "1s"}}
	if diff := cmp.Diff(want, now.Since(earlier).Rows); diff != "" {
		t.Errorf("rows (-want +got):\n%s", diff)
	}
}
