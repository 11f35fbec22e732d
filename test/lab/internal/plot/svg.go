// Package plot draws runs as SVG.
package plot

import (
	"fmt"
	"html"
	"math"
	"strings"
)

// canvas collects the elements of an SVG.
type canvas struct{ strings.Builder }

func (c *canvas) add(format string, args ...any) {
	fmt.Fprintf(c, format, args...)
	c.WriteByte('\n')
}

func (c *canvas) text(x, y float64, class, text string) {
	c.add(`<text x="%.1f" y="%.1f" class="%s">%s</text>`, x, y, class, html.EscapeString(text))
}

// point is a value at a time; NaN breaks a line.
type point struct{ x, y float64 }

// axis maps values to a coordinate of the drawing.
type axis struct {
	from, to   float64 // values
	start, end float64 // coordinates
	log        bool
}

func (a axis) at(v float64) float64 {
	from, to := a.from, a.to
	if a.log {
		v, from, to = math.Log(max(v, a.from)), math.Log(from), math.Log(to)
	}
	return a.start + (min(max(v, from), to)-from)/(to-from)*(a.end-a.start)
}

// ticks are values to write at the axis: for a logarithmic one 1, 2 and 5 times
// the powers of ten, else four or five round ones.
func (a axis) ticks() []float64 {
	var all []float64
	if a.log {
		for power := math.Pow(10, math.Floor(math.Log10(a.from))); power <= a.to; power *= 10 {
			for _, times := range []float64{1, 2, 5} {
				if v := power * times; v >= a.from && v <= a.to {
					all = append(all, v)
				}
			}
		}
		return all
	}
	step := math.Pow(10, math.Floor(math.Log10((a.to-a.from)/4)))
	for _, times := range []float64{1, 2, 5, 10} {
		if (a.to-a.from)/(step*times) <= 5 {
			step *= times
			break
		}
	}
	for v := math.Ceil(a.from/step) * step; v <= a.to+step/1e6; v += step {
		all = append(all, v)
	}
	return all
}

// panel is a coordinate system with lines in it.
type panel struct {
	c    *canvas
	x, y axis
}

func (p panel) frame(title string, labelled bool) {
	p.c.add(`<rect x="%.1f" y="%.1f" width="%.1f" height="%.1f" class="frame"/>`, p.x.start, p.y.end, p.x.end-p.x.start, p.y.start-p.y.end)
	for _, v := range p.y.ticks() {
		y := p.y.at(v)
		p.c.add(`<path d="M%.1f %.1fH%.1f" class="grid"/>`, p.x.start, y, p.x.end)
		if labelled {
			p.c.text(p.x.start-4, y+3.5, "right", fmt.Sprintf("%g", v))
		}
	}
	for _, v := range p.x.ticks() {
		p.c.text(p.x.at(v), p.y.start+13, "middle", fmt.Sprintf("%g", v))
	}
	p.c.text(p.x.start, p.y.end-5, "title", title)
}

// line draws points, as steps or straight.
func (p panel) line(class string, points []point, steps bool) {
	var d strings.Builder
	pen := "M"
	for _, q := range points {
		if math.IsNaN(q.y) {
			pen = "M"
			continue
		}
		x, y := p.x.at(q.x), p.y.at(q.y)
		if steps && pen == "L" {
			fmt.Fprintf(&d, "H%.1fV%.1f", x, y)
		} else {
			fmt.Fprintf(&d, "%s%.1f %.1f", pen, x, y)
		}
		pen = "L"
	}
	if d.Len() > 0 {
		p.c.add(`<path d="%s" class="%s"/>`, d.String(), class)
	}
}

// dots draws points by themselves.
func (p panel) dots(class string, points []point) {
	var d strings.Builder
	for _, q := range points {
		fmt.Fprintf(&d, "M%.1f %.1fh0", p.x.at(q.x), p.y.at(q.y))
	}
	if d.Len() > 0 {
		p.c.add(`<path d="%s" class="%s"/>`, d.String(), class)
	}
}
