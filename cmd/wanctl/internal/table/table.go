// Package table writes columns of text as kubectl does: a header, three
// spaces between columns, nothing behind the last.
package table

import (
	"io"
	"slices"
	"strings"
	"unicode/utf8"
)

// gap is what stands between two columns.
const gap = 3

// Table is a header and rows of as many cells.
type Table struct {
	// Columns are the header's words. A column named AGE, LAST or LEFT tells
	// the time and does not make a row a new one.
	Columns []string
	// Keys name the rows: a row of the same key is the same thing later on.
	Keys []string
	// Rows are the cells, each row as long as Columns.
	Rows [][]string
}

// Add appends a row.
func (t *Table) Add(key string, cells ...string) {
	t.Keys = append(t.Keys, key)
	t.Rows = append(t.Rows, cells)
}

// Widths are the widths that the columns need, at least those given.
func (t *Table) Widths(least []int) []int {
	widths := make([]int, len(t.Columns))
	copy(widths, least)
	for _, row := range append([][]string{t.Columns}, t.Rows...) {
		for i, cell := range row {
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	return widths
}

// Lines are the rows as lines without their ends, under a header if wanted.
func (t *Table) Lines(widths []int, header bool) []string {
	rows := t.Rows
	if header {
		rows = append([][]string{t.Columns}, rows...)
	}
	lines := make([]string, len(rows))
	for i, row := range rows {
		lines[i] = line(row, widths)
	}
	return lines
}

// Write writes the table.
func (t *Table) Write(w io.Writer, header bool) error {
	return write(w, t.Lines(t.Widths(nil), header))
}

// Since is the table with only the rows that are new or differ from an earlier
// table's in more than the time they tell.
func (t *Table) Since(earlier *Table) *Table {
	was := map[string][]string{}
	for i, key := range earlier.Keys {
		was[key] = earlier.timeless(i)
	}
	out := &Table{Columns: t.Columns}
	for i, key := range t.Keys {
		if old, ok := was[key]; !ok || !slices.Equal(old, t.timeless(i)) {
			out.Add(key, t.Rows[i]...)
		}
	}
	return out
}

// timeless is a row without the cells that change by themselves.
func (t *Table) timeless(row int) []string {
	var cells []string
	for i, cell := range t.Rows[row] {
		if c := t.Columns[i]; c != "AGE" && c != "LAST" && c != "LEFT" {
			cells = append(cells, cell)
		}
	}
	return cells
}

func line(row []string, widths []int) string {
	var b strings.Builder
	for i, cell := range row {
		b.WriteString(cell)
		if i < len(row)-1 {
			b.WriteString(strings.Repeat(" ", widths[i]-utf8.RuneCountInString(cell)+gap))
		}
	}
	return strings.TrimRight(b.String(), " ")
}

func write(w io.Writer, lines []string) error {
	if len(lines) == 0 {
		return nil
	}
	_, err := io.WriteString(w, strings.Join(lines, "\n")+"\n")
	return err
}
