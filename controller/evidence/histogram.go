package evidence

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"

	hdr "github.com/HdrHistogram/hdrhistogram-go"
)

// histogram keeps values from 0 to most in steps of unit, to two digits. It
// takes no memory before its first value.
type histogram struct {
	unit, most, perUnit float64
	h                   *hdr.Histogram
}

func newHistogram(unit, most float64) histogram {
	return histogram{unit: unit, most: most, perUnit: 1 / unit}
}

// record takes a value in.
func (g *histogram) record(value float64) {
	g.recordUnits(int64(min(value, g.most)*g.perUnit + 0.5))
}

// recordUnits takes a value in that is in units already; what is beyond the
// range counts at its end.
func (g *histogram) recordUnits(value int64) {
	if g.h == nil {
		g.h = g.empty()
	}
	_ = g.h.RecordValue(min(max(value, 0), g.h.HighestTrackableValue()))
}

func (g *histogram) empty() *hdr.Histogram { return hdr.New(1, int64(g.most/g.unit+0.5), 2) }

func (g *histogram) count() int64 {
	if g.h == nil {
		return 0
	}
	return g.h.TotalCount()
}

// quantile is the value that percent of all do not exceed, at most 1 % above
// the true one; 0 where there is none.
func (g *histogram) quantile(percent float64) float64 {
	if g.h == nil {
		return 0
	}
	return float64(min(g.h.ValueAtQuantile(percent), g.h.Max())) * g.unit
}

func (g *histogram) max() float64 {
	if g.h == nil {
		return 0
	}
	return float64(g.h.Max()) * g.unit
}

// encode is the histogram as pairs of varints, a value in units above the one
// before and how often it occurred. HdrHistogram's own format comes to the same
// size, but its compression makes 0.8 MB of garbage each time, and there are
// seven for every WAN.
func (g *histogram) encode() []byte {
	if g.h == nil {
		return nil
	}
	var data []byte
	last := int64(0)
	for _, bar := range g.h.Distribution() {
		if bar.Count == 0 {
			continue
		}
		data = binary.AppendUvarint(data, uint64(bar.From-last))
		data = binary.AppendUvarint(data, uint64(bar.Count))
		last = bar.From
	}
	return data
}

// errHistogram is that of data that no histogram was encoded to.
var errHistogram = errors.New("it is no histogram of this kind")

// decode takes in what encode made of another histogram of the same kind.
func (g *histogram) decode(data []byte) error {
	if len(data) == 0 {
		return nil
	}
	h, value, total := g.empty(), uint64(0), uint64(0)
	for first := true; len(data) > 0; first = false {
		up, n := binary.Uvarint(data)
		if n <= 0 {
			return errHistogram
		}
		count, m := binary.Uvarint(data[n:])
		value += up
		if m <= 0 || up > math.MaxInt64 || value > uint64(h.HighestTrackableValue()) || up == 0 && !first || count == 0 || count > math.MaxInt64-total {
			return errHistogram
		}
		if err := h.RecordValues(int64(value), int64(count)); err != nil {
			return fmt.Errorf("%w: %w", errHistogram, err)
		}
		total += count
		data = data[n+m:]
	}
	g.h = h
	return nil
}
