package evidence

import (
	"testing"

	hdr "github.com/HdrHistogram/hdrhistogram-go"
	"pgregory.net/rapid"
)

func TestTheGreatestIsTheHistogramsOwn(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g, own := newHistogram(1, 1e6), hdr.New(1, 1e6, 2)
		for range rapid.IntRange(1, 50).Draw(t, "values") {
			value := rapid.Int64Range(0, 1e6).Draw(t, "value")
			g.recordUnits(value)
			_ = own.RecordValue(value)
			if rapid.Bool().Draw(t, "kept and read again") {
				data := g.encode()
				g = newHistogram(1, 1e6)
				if err := g.decode(data); err != nil {
					t.Fatal(err)
				}
			}
			if rapid.Bool().Draw(t, "asked") && g.max() != float64(own.Max()) {
				t.Fatalf("after %d the greatest is %v, want %d", value, g.max(), own.Max())
			}
		}
	})
}
