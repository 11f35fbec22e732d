// Package describe writes everything known of one WAN or one site, as kubectl
// describe does.
package describe

import (
	"cmp"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/wanctl/wanctl/cmd/wanctl/internal/figure"
	"github.com/wanctl/wanctl/cmd/wanctl/internal/table"
)

// page is a description as it grows: names and values in aligned blocks.
type page struct {
	blocks strings.Builder
	tabs   *tabwriter.Writer
}

func newPage() *page {
	p := &page{}
	p.tabs = tabwriter.NewWriter(&p.blocks, 0, 8, 2, ' ', 0)
	return p
}

// head begins a section.
func (p *page) head(name string) {
	p.flush()
	fmt.Fprintf(&p.blocks, "%s:\n", name)
}

// top is a line of no section.
func (p *page) top(name, value string) {
	fmt.Fprintf(p.tabs, "%s:\t%s\n", name, cmp.Or(value, figure.None))
}

// line is a line of a section.
func (p *page) line(name, value string) {
	fmt.Fprintf(p.tabs, "  %s:\t%s\n", name, cmp.Or(value, figure.None))
}

// table is a section that is a table.
func (p *page) table(name string, t *table.Table) {
	if len(t.Rows) == 0 {
		p.flush()
		fmt.Fprintf(&p.blocks, "%s:  <none>\n", name)
		return
	}
	p.head(name)
	for _, line := range t.Lines(t.Widths(nil), true) {
		fmt.Fprintf(&p.blocks, "  %s\n", line)
	}
}

// flush ends a block of aligned lines. Writing to memory cannot fail.
func (p *page) flush() { _ = p.tabs.Flush() }

func (p *page) writeTo(w io.Writer) error {
	p.flush()
	_, err := io.WriteString(w, p.blocks.String())
	return err
}
