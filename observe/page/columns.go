package page

import (
	"math"
	"strconv"
	"time"

	"github.com/wanctl/wanctl/controller/loop"
	"github.com/wanctl/wanctl/observe/history"
)

// series are figures of a chart; NaN is unknown, null in JSON.
type series []float64

// MarshalJSON writes the shortest numbers that are the same.
func (s series) MarshalJSON() ([]byte, error) {
	out := []byte{'['}
	for i, x := range s {
		if i > 0 {
			out = append(out, ',')
		}
		if math.IsNaN(x) {
			out = append(out, "null"...)
			continue
		}
		out = strconv.AppendFloat(out, x, 'f', -1, 64)
	}
	return append(out, ']'), nil
}

// columns are cycles or buckets as a chart takes them: time in milliseconds
// since 1970, round-trip times in milliseconds, rates in bit/s by direction,
// states from 0 for GREEN to 3 for RED.
type columns struct {
	Time      series    `json:"time"`
	RTT       series    `json:"rtt"`
	RTTMax    series    `json:"rttMax,omitempty"`
	Load      series    `json:"load"`
	Baseline  series    `json:"baseline"`
	Rate      [2]series `json:"rate"`
	Delivered [2]series `json:"delivered"`
	State     [2]series `json:"state"`
}

func cyclesOf(records []loop.Record, epoch time.Time) *columns {
	c := &columns{}
	for i := range records {
		r := &records[i]
		rtt := 0.0
		if r.Answered {
			rtt = float64(r.RTTMS)
		}
		c.common(epoch.Add(r.At), rtt, float64(r.LoadMS), float64(r.BaselineMS))
		for d := range r.Rates {
			c.direction(d, float64(r.Rates[d]), float64(r.Delivered[d]), r.Counted, float64(r.States[d]))
		}
	}
	return c
}

func bucketsOf(buckets []history.Bucket, epoch time.Time) *columns {
	c := &columns{}
	for i := range buckets {
		b := &buckets[i]
		c.common(epoch.Add(b.At), float64(b.RTTMS), float64(b.LoadMS), float64(b.BaselineMS))
		c.RTTMax = append(c.RTTMax, milliseconds(float64(b.RTTMaxMS)))
		for d := range b.Rates {
			c.direction(d, float64(b.Rates[d]), float64(b.Delivered[d]), b.Counted, float64(b.States[d]))
		}
	}
	return c
}

func (c *columns) common(at time.Time, rtt, load, baseline float64) {
	c.Time = append(c.Time, float64(at.UnixMilli()))
	c.RTT = append(c.RTT, milliseconds(rtt))
	c.Load = append(c.Load, milliseconds(load))
	c.Baseline = append(c.Baseline, milliseconds(baseline))
}

func (c *columns) direction(d int, rate, delivered float64, counted bool, state float64) {
	if !counted {
		delivered = math.NaN()
	}
	c.Rate[d] = append(c.Rate[d], kilobits(rate))
	c.Delivered[d] = append(c.Delivered[d], kilobits(delivered))
	c.State[d] = append(c.State[d], state)
}

// milliseconds keeps two digits after the point; 0 is unknown.
func milliseconds(ms float64) float64 {
	if ms <= 0 {
		return math.NaN()
	}
	return math.Round(ms*100) / 100
}

// kilobits rounds a rate in bit/s to whole kbit/s.
func kilobits(bitsPerSecond float64) float64 { return math.Round(bitsPerSecond/1000) * 1000 }
