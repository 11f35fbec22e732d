// Package listing prints what wanctl get has found: once, or again and again
// as it changes.
package listing

import (
	"fmt"
	"io"
	"time"

	"github.com/wanctl/wanctl/cmd/wanctl/internal/output"
	"github.com/wanctl/wanctl/cmd/wanctl/internal/table"
	"github.com/wanctl/wanctl/cmd/wanctl/internal/trend"
)

// Listing is what was found at one time.
type Listing struct {
	// Table is for people.
	Table *table.Table
	// Object is for programs.
	Object any
	// Names are for -o name, as kind/name.
	Names []string
	// Empty is said where there are no rows.
	Empty string
	// Notes stand below a live table.
	Notes []string
	// Warning is said where the rows are not to be relied on.
	Warning string
	// Trends are figures of the table that a live one draws over time, and At is
	// when they were taken.
	Trends trend.Figures
	At     time.Time
}

// Options say how to print.
type Options struct {
	Format output.Format
	// Header is the table's first line.
	Header bool
}

// Print writes a listing; what is not part of it goes to notes.
func Print(out, notes io.Writer, l *Listing, opts Options) error {
	if l.Warning != "" {
		if _, err := fmt.Fprintln(notes, l.Warning); err != nil {
			return err
		}
	}
	switch {
	case opts.Format.Name():
		for _, name := range l.Names {
			if _, err := fmt.Fprintln(out, name); err != nil {
				return err
			}
		}
		return nil
	case !opts.Format.Table():
		return opts.Format.Print(out, l.Object)
	case len(l.Table.Rows) == 0:
		_, err := fmt.Fprintln(notes, l.Empty)
		return err
	}
	return l.Table.Write(out, opts.Header)
}
