// Package trend draws how figures went of late as sparklines: a block for each
// time that they were taken, the newest at the right.
package trend

import (
	"strings"
	"time"
)

// kept is how many figures a history remembers of each series.
const kept = 60

// Figure is what was measured, and what the lowest and the highest block stand
// for, all in one unit.
type Figure struct{ Value, Low, High float64 }

// Key names a series: a row and a column of a table.
type Key struct{ Row, Column string }

// Figures are what was measured at one time. What is unknown is left out.
type Figures map[Key]Figure

// History is the newest figures of every series.
type History struct {
	at     time.Time
	series map[Key][]Figure
}

// Add remembers figures, unless it has those of that time already. Series that
// are not among them are forgotten.
func (h *History) Add(at time.Time, figures Figures) {
	if at.Equal(h.at) && h.series != nil {
		return
	}
	next := make(map[Key][]Figure, len(figures))
	for key, figure := range figures {
		series := append(h.series[key], figure)
		next[key] = series[max(0, len(series)-kept):]
	}
	h.at, h.series = at, next
}

// blocks are the heights of a sparkline.
var blocks = []rune("▁▂▃▄▅▆▇█")

// Line draws the newest figures of a series, width runes wide, blank where there
// are none yet.
func (h *History) Line(key Key, width int) string {
	series := h.series[key]
	series = series[max(0, len(series)-width):]
	var b strings.Builder
	b.WriteString(strings.Repeat(" ", width-len(series)))
	for _, f := range series {
		b.WriteRune(f.block())
	}
	return b.String()
}

func (f Figure) block() rune {
	if f.High <= f.Low {
		return blocks[0]
	}
	share := (f.Value - f.Low) / (f.High - f.Low)
	return blocks[int(min(max(share, 0), 1)*float64(len(blocks)-1)+0.5)]
}
