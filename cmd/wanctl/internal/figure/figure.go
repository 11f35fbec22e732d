// Package figure writes rates, times and shares for a person to read: three
// significant digits and a unit.
package figure

import (
	"math"
	"strconv"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/duration"

	"github.com/wanctl/wanctl/api/v1alpha1"
)

// None stands where there is no figure.
const None = "-"

// unit is a power of ten and its sign.
type unit struct {
	size float64
	sign string
}

var (
	rates = []unit{{1e9, "G"}, {1e6, "M"}, {1e3, "k"}, {1, ""}}
	times = []unit{{1e9, "s"}, {1e6, "ms"}, {1e3, "us"}, {1, "ns"}}
)

// Rate is a rate in bit/s as 95M, 9.5M or 517k; None for nil.
func Rate(q *resource.Quantity) string {
	if q == nil {
		return None
	}
	return scaled(float64(q.Value()), rates)
}

// Bits is a rate in bit/s, as Rate writes it.
func Bits(bitsPerSecond int64) string { return scaled(float64(bitsPerSecond), rates) }

// Duration is a short time as 28.1ms, 110us or 1.25s; None for nil.
func Duration(d *metav1.Duration) string {
	if d == nil {
		return None
	}
	if d.Duration == 0 {
		return "0s"
	}
	return scaled(float64(d.Duration), times)
}

// RTT is a round-trip time in milliseconds, as 28.1ms or 0.3ms; None for nil.
func RTT(d *metav1.Duration) string {
	if d == nil {
		return None
	}
	ms := float64(d.Duration) / float64(time.Millisecond)
	return strconv.FormatFloat(significant(ms), 'f', -1, 64) + "ms"
}

// Span is a time as a person writes it in a manifest: 1h rather than 1h0m0s,
// 100s rather than 1m40s.
func Span(d time.Duration) string {
	if d.Abs() >= time.Second && d.Abs() < time.Hour {
		return strconv.FormatFloat(float64(d)/float64(time.Second), 'f', -1, 64) + "s"
	}
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return strings.Replace(s, "µs", "us", 1)
}

// Share is a share of 1 in per cent.
func Share(x float64) string {
	return strconv.FormatFloat(significant(100*x), 'f', -1, 64) + "%"
}

// Factor is a weight or a factor close to 0 or 1, with five significant digits.
func Factor(x float64) string { return v1alpha1.Alpha(x).String() }

// Age is how long ago t was, as kubectl writes it; <unknown> for the zero time.
func Age(now, t time.Time) string {
	if t.IsZero() {
		return "<unknown>"
	}
	return duration.HumanDuration(max(now.Sub(t), 0))
}

// scaled writes x in the largest unit that leaves at least 1 before the point.
func scaled(x float64, units []unit) string {
	x = significant(x)
	for _, u := range units {
		if math.Abs(x) >= u.size || u.size == 1 {
			return strconv.FormatFloat(significant(x/u.size), 'f', -1, 64) + u.sign
		}
	}
	return None
}

// significant rounds to three significant digits.
func significant(x float64) float64 {
	rounded, err := strconv.ParseFloat(strconv.FormatFloat(x, 'g', 3, 64), 64)
	if err != nil {
		return x
	}
	return rounded
}
