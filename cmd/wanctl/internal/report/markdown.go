package report

import (
	"fmt"
	"io"
	"strings"
)

// WriteMarkdown writes a document as GitHub's Markdown. It has no plots: the
// tables have their figures.
func (d *Document) WriteMarkdown(out io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n\n| | |\n|---|---|\n", plain(d.Title))
	for _, f := range d.Facts {
		fmt.Fprintf(&b, "| %s | %s |\n", plain(f.Name), plain(f.Value))
	}
	for i := range d.Sections {
		s := &d.Sections[i]
		fmt.Fprintf(&b, "\n%s %s\n", strings.Repeat("#", s.Level), plain(s.Title))
		for j := range s.Blocks {
			s.Blocks[j].markdown(&b)
		}
	}
	_, err := io.WriteString(out, b.String())
	return err
}

func (k *Block) markdown(b *strings.Builder) {
	switch {
	case k.Answer != "":
		fmt.Fprintf(b, "\n**%s**\n", plain(k.Answer))
	case k.Text != "":
		fmt.Fprintf(b, "\n%s\n", plain(k.Text))
	case len(k.List) > 0:
		b.WriteByte('\n')
		for _, item := range k.List {
			fmt.Fprintf(b, "- %s\n", plain(item))
		}
	case k.Table != nil:
		t := k.Table
		fmt.Fprintf(b, "\n%s:\n\n|", plain(t.Caption))
		for _, c := range t.Columns {
			fmt.Fprintf(b, " %s |", plain(c))
		}
		fmt.Fprintf(b, "\n|%s\n", strings.Repeat("---|", len(t.Columns)))
		for i, row := range t.Rows {
			b.WriteByte('|')
			for _, cell := range row {
				if t.FromSimulation(i) && cell == "SIMULATED" {
					fmt.Fprintf(b, " **%s** |", cell)
					continue
				}
				fmt.Fprintf(b, " %s |", plain(cell))
			}
			b.WriteByte('\n')
		}
	}
}

// plain is text that Markdown takes for no more than that.
func plain(s string) string { return escapes.Replace(strings.Join(strings.Fields(s), " ")) }

var escapes = strings.NewReplacer(`\`, `\\`, "|", `\|`, "<", "&lt;", "&", "&amp;", "*", `\*`, "`", "\\`", "[", `\[`, "~", `\~`)
