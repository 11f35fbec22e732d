package listing

import (
	"slices"
	"unicode/utf8"

	"github.com/wanctl/wanctl/cmd/wanctl/internal/table"
	"github.com/wanctl/wanctl/cmd/wanctl/internal/trend"
)

// A sparkline is between so many runes wide; with less room there is none.
const narrowest, widest = 4, 20

// sparkled is a listing's table with a sparkline before every figure that has a
// trend, as wide as all of them fit on the screen.
func sparkled(l *Listing, history *trend.History, width int) *table.Table {
	columns := map[string]bool{}
	for key := range l.Trends {
		columns[key.Column] = true
	}
	if len(columns) == 0 || len(l.Table.Rows) == 0 {
		return l.Table
	}
	room := (width-utf8.RuneCountInString(longest(l.Table)))/len(columns) - 1
	if room < narrowest {
		return l.Table
	}
	room = min(room, widest)
	out := &table.Table{Columns: l.Table.Columns}
	for i, row := range l.Table.Rows {
		cells := slices.Clone(row)
		for j, column := range l.Table.Columns {
			if columns[column] {
				cells[j] = history.Line(trend.Key{Row: l.Table.Keys[i], Column: column}, room) + " " + cells[j]
			}
		}
		out.Add(l.Table.Keys[i], cells...)
	}
	return out
}

// longest is the longest line of a table with its header.
func longest(t *table.Table) string {
	return slices.MaxFunc(t.Lines(t.Widths(nil), true), func(a, b string) int {
		return utf8.RuneCountInString(a) - utf8.RuneCountInString(b)
	})
}
