package trend

import (
	"testing"
	"time"
)

func TestALineShowsTheNewestFiguresAtTheRight(t *testing.T) {
	key := Key{"home/att", "RTT"}
	start := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	var h History
	for i, value := range []float64{-5, 0, 50, 100, 200} {
		h.Add(start.Add(time.Duration(i)*time.Second), Figures{key: {Value: value, High: 100}})
	}
	h.Add(start.Add(4*time.Second), Figures{key: {Value: 0, High: 100}})
	for width, want := range map[int]string{0: "", 3: "▅██", 5: "▁▁▅██", 7: "  ▁▁▅██"} {
		if got := h.Line(key, width); got != want {
			t.Errorf("%d wide it is %q, want %q", width, got, want)
		}
	}
	h.Add(start.Add(5*time.Second), Figures{})
	if got := h.Line(key, 3); got != "   " {
		t.Errorf("a series that ended reads %q", got)
	}
}

func TestAHistoryKeepsNoMoreThanItDraws(t *testing.T) {
	key := Key{"home/att", "RTT"}
	var h History
	for i := range 10 * kept {
		h.Add(time.Unix(int64(i), 0), Figures{key: {}})
	}
	if got := len(h.series[key]); got != kept {
		t.Errorf("it keeps %d figures, want %d", got, kept)
	}
}

func TestAScaleWithoutExtentIsTheLowestBlock(t *testing.T) {
	if got := (Figure{Value: 5, Low: 5, High: 5}).block(); got != '▁' {
		t.Errorf("block is %c", got)
	}
}
