package report

import (
	"fmt"
	"html"
	"math"
	"strings"
)

// Plot is rows of bars over one scale. Positions are 0 to 1 along it.
type Plot struct {
	// ID is unique in the document. Title and Description are read to whom
	// cannot see it.
	ID, Title, Description string
	rows                   []plotRow
	ticks                  []tick
}

type plotRow struct {
	label, value string
	bars         []bar
	simulated    bool
}

// bar is part of a row; its class says how it is drawn.
type bar struct {
	from, to float64
	class    string
}

type tick struct {
	at    float64
	label string
}

// The drawing is as wide as a small phone's screen, so that its letters are as
// large there as those around it.
const (
	plotWidth  = 340.0
	rowHeight  = 34.0
	axisHeight = 18.0
)

// heights of bars by their class; those of zones are the row's.
var heights = map[string]float64{"zone-pass": 14, "zone-thin": 14, "zone-abort": 14, "bar": 8, "wide": 10, "middle": 5, "narrow": 2, "whisker": 2}

// SVG is the drawing as an element that takes its colours from the page.
func (p *Plot) SVG() string {
	var b strings.Builder
	height := rowHeight*float64(len(p.rows)) + axisHeight
	fmt.Fprintf(&b, `<svg viewBox="0 0 %g %g" role="img" aria-labelledby="%s-t %s-d">`, plotWidth, height, p.ID, p.ID)
	fmt.Fprintf(&b, `<title id="%s-t">%s</title><desc id="%s-d">%s</desc>`, p.ID, html.EscapeString(p.Title), p.ID, html.EscapeString(p.Description))
	for _, t := range p.ticks {
		x, anchor := along(t.at), "middle"
		if t.at > 0.95 {
			anchor = "end"
		} else if t.at < 0.05 {
			anchor = "start"
		}
		fmt.Fprintf(&b, `<path class="grid" d="M%.1f 0V%.1f"/>`, x, height-axisHeight+3)
		fmt.Fprintf(&b, `<text class="tick" x="%.1f" y="%.1f" text-anchor="%s">%s</text>`, x, height-4, anchor, html.EscapeString(t.label))
	}
	for i, r := range p.rows {
		top := rowHeight * float64(i)
		label, class := r.label, ""
		if r.simulated {
			label, class = label+" (simulated)", " simulated"
		}
		fmt.Fprintf(&b, `<text x="0" y="%.1f">%s</text>`, top+12, html.EscapeString(label))
		fmt.Fprintf(&b, `<text x="%g" y="%.1f" text-anchor="end" class="value">%s</text>`, plotWidth, top+12, html.EscapeString(r.value))
		for _, part := range r.bars {
			h := heights[part.class]
			x, width := along(part.from), max(along(part.to)-along(part.from), 1.5)
			fmt.Fprintf(&b, `<rect class="%s%s" x="%.1f" y="%.1f" width="%.1f" height="%g"/>`, part.class, class, x, top+23-h/2, min(width, plotWidth-x), h)
		}
	}
	b.WriteString(`</svg>`)
	return b.String()
}

func along(at float64) float64 { return math.Round(10*plotWidth*min(max(at, 0), 1)) / 10 }
