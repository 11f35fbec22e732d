package plot

import (
	"github.com/wanctl/wanctl/internal/scenario"
	"github.com/wanctl/wanctl/test/lab/internal/judge"
)

// Run is a run to be drawn under a shaper's name.
type Run struct {
	Shaper scenario.Shaper
	Record judge.Record
}

// Sizes of the drawing.
const (
	left, top, bottom  = 62, 48, 34
	width, high, gap   = 250, 150, 34
	between, least     = 26, 720
	pingFrom, pingMost = 10, 2000 // ms
)

const style = `<style>text{font:11px sans-serif;fill:#333}.right{text-anchor:end}.middle{text-anchor:middle}.title{font-weight:bold}.head{font-size:14px;font-weight:bold}
.frame{fill:#fff;stroke:#999}.grid{stroke:#e4e4e4;fill:none}.capacity{stroke:#bbb;stroke-width:4;fill:none}.shaper{stroke:#1f6fb4;stroke-width:1.5;fill:none}
.goodput{stroke:#2a9134;stroke-width:1.5;fill:none}.ping{stroke:#c4402f;stroke-width:2.2;stroke-linecap:round;fill:none}</style>`

// Scenario draws what the line carried, what the shaper was set to, what the
// applications received, and the ping, over time: a column for each run.
func Scenario(s *scenario.Scenario, runs []Run) []byte {
	var directions []direction
	if s.Flows.Down > 0 || s.Flows.Up == 0 {
		directions = append(directions, down)
	}
	if s.Flows.Up > 0 {
		directions = append(directions, up)
	}
	rows := len(directions) + 1
	c := &canvas{}
	w, h := max(least, left+len(runs)*(width+between)), top+rows*(high+gap)+bottom
	c.add(`<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d">`, w, h, w, h)
	c.add(style)
	c.add(`<rect width="%d" height="%d" fill="#fff"/>`, w, h)
	c.text(left, 20, "head", s.Name+": "+s.Title)
	for i := range runs {
		r := &runs[i]
		x := axis{from: 0, to: s.Length.Seconds(), start: float64(left + i*(width+between))}
		x.end = x.start + width
		row := func(n int, y axis) panel {
			y.end = float64(top + n*(high+gap))
			y.start = y.end + high
			return panel{c: c, x: x, y: y}
		}
		for n, d := range directions {
			p := row(n, axis{to: 1.35 * float64(d.capacity(s.Highest())) / 1000})
			p.frame(string(r.Shaper)+": Mbit/s "+d.name, i == 0)
			p.line("capacity", capacity(s, d), true)
			p.line("shaper", shaper(s, &r.Record, d), true)
			p.line("goodput", goodput(d.goodput(&r.Record)), false)
		}
		p := row(len(directions), axis{from: pingFrom, to: pingMost, log: true})
		p.frame(string(r.Shaper)+": ping, ms", i == 0)
		p.dots("ping", pings(&r.Record))
	}
	legend(c, float64(h-10))
	c.add(`</svg>`)
	return []byte(c.String())
}

func legend(c *canvas, y float64) {
	c.text(4, y, "", "seconds")
	x := float64(left)
	for _, entry := range []struct{ class, text string }{
		{"capacity", "what the line carries"}, {"shaper", "the shaper's rate"}, {"goodput", "goodput"}, {"ping", "a ping"},
	} {
		c.add(`<path d="M%.1f %.1fh20" class="%s"/>`, x, y-4, entry.class)
		c.text(x+26, y, "", entry.text)
		x += 160
	}
}

// direction picks what belongs to one direction.
type direction struct {
	name     string
	isDown   bool
	capacity func(scenario.Rates) int64
	shaped   func(judge.Shaped) float64
	goodput  func(*judge.Record) []judge.Goodput
}

var (
	down = direction{
		name: "down", isDown: true,
		capacity: func(r scenario.Rates) int64 { return r.Down },
		shaped:   func(s judge.Shaped) float64 { return s.Down.Kbit },
		goodput:  func(r *judge.Record) []judge.Goodput { return r.Down },
	}
	up = direction{
		name:     "up",
		capacity: func(r scenario.Rates) int64 { return r.Up },
		shaped:   func(s judge.Shaped) float64 { return s.Up.Kbit },
		goodput:  func(r *judge.Record) []judge.Goodput { return r.Up },
	}
)

func capacity(s *scenario.Scenario, d direction) []point {
	points := make([]point, 0, len(s.Line)+1)
	for _, c := range s.Line {
		points = append(points, point{c.At.Seconds(), float64(d.capacity(c.Rates)) / 1000})
	}
	return append(points, point{s.Length.Seconds(), points[len(points)-1].y})
}

func shaper(s *scenario.Scenario, r *judge.Record, d direction) []point {
	if len(r.Shaped) == 0 || d.shaped(r.Shaped[0]) == 0 {
		return nil
	}
	points := []point{{0, d.shaped(r.Shaped[0]) / 1000}}
	for _, w := range r.Writes {
		if w.Down == d.isDown && w.At <= s.Length.Seconds() {
			points = append(points, point{w.At, w.Kbit / 1000})
		}
	}
	return append(points, point{s.Length.Seconds(), points[len(points)-1].y})
}

func goodput(all []judge.Goodput) []point {
	points := make([]point, 0, len(all))
	for _, g := range all {
		points = append(points, point{(g.From + g.To) / 2, g.Mbit})
	}
	return points
}

func pings(r *judge.Record) []point {
	points := make([]point, 0, len(r.Pings))
	for _, p := range r.Pings {
		if !p.Lost {
			points = append(points, point{p.At, p.RTT})
		}
	}
	return points
}
