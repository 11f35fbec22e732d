package report

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
)

//go:embed page.html
var pageText string

var page = template.Must(template.New("page").Funcs(template.FuncMap{
	// What SVG writes is escaped there.
	"drawn": func(p *Plot) template.HTML { return template.HTML(p.SVG()) },
}).Parse(pageText))

// WriteHTML writes a document as one HTML file that asks for nothing else.
func (d *Document) WriteHTML(out io.Writer) error {
	if err := page.Execute(out, d); err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	return nil
}
