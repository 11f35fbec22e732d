package evidence

import (
	"encoding/binary"
	"errors"
	"math"
	"math/bits"

	hdr "github.com/HdrHistogram/hdrhistogram-go"
)

// histogram keeps values from 0 to most in steps of unit, to two digits. It
// takes no memory before its first value.
type histogram struct {
	unit, most, perUnit float64
	h                   *hdr.Histogram
	// peak is the greatest value taken in, in units; HdrHistogram looks through
	// all its counts for it each time.
	peak int64
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
	value = min(max(value, 0), g.h.HighestTrackableValue())
	_ = g.h.RecordValue(value)
	g.peak = max(g.peak, value)
}

// finest is how many of its finest steps an HdrHistogram of two digits has, as a
// power of two; from there on steps double with the values.
const finest = 8

// greatest is the end of the step that the greatest value is in, in units.
func (g *histogram) greatest() int64 {
	step := int64(1) << max(0, bits.Len64(uint64(g.peak))-finest)
	return g.peak | (step - 1)
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
	return float64(min(g.h.ValueAtQuantile(percent), g.greatest())) * g.unit
}

func (g *histogram) max() float64 {
	if g.h == nil {
		return 0
	}
	return float64(g.greatest()) * g.unit
}

// encode is the histogram as pairs of varints: how many counts further the next
// one is that is not zero, and what it is. HdrHistogram's own format comes to the
// same size, but its compression makes 0.8 MB of garbage each time, and there are
// seven for every WAN.
func (g *histogram) encode() []byte {
	if g.h == nil {
		return nil
	}
	var data []byte
	last := 0
	for i, count := range g.h.Export().Counts {
		if count > 0 {
			data = binary.AppendUvarint(data, uint64(i-last))
			data = binary.AppendUvarint(data, uint64(count))
			last = i
		}
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
	snapshot := g.empty().Export()
	i, total := 0, uint64(0)
	for len(data) > 0 {
		further, n := binary.Uvarint(data)
		if n <= 0 {
			return errHistogram
		}
		count, m := binary.Uvarint(data[n:])
		if m <= 0 || further >= uint64(len(snapshot.Counts)-i) || count == 0 || count > math.MaxInt64-total {
			return errHistogram
		}
		i += int(further)
		if snapshot.Counts[i] != 0 {
			return errHistogram
		}
		snapshot.Counts[i] = int64(count)
		total += count
		data = data[n+m:]
	}
	g.h = hdr.Import(snapshot)
	g.peak = g.h.Max()
	return nil
}
