package listing

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/wanctl/wanctl/cmd/wanctl/internal/trend"
)

func TestSparklinesTakeTheRoomThereIs(t *testing.T) {
	l := states("1m", "att", "GREEN", "lte", "RED")
	l.Trends = trend.Figures{{Row: "lte", Column: "STATE"}: {Value: 100, High: 100}}
	var history trend.History
	history.Add(time.Unix(1, 0), l.Trends)
	for _, tc := range []struct {
		name  string
		width int
		want  string
	}{
		{"on a screen that is full there are none", 21, "RED"},
		{"with room for four blocks there are four", 22, "   █ RED"},
		{"on a wide screen they are not wider than they need be", 200, strings.Repeat(" ", widest-1) + "█ RED"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			drawn := sparkled(l, &history, tc.width)
			if got := drawn.Rows[1][1]; got != tc.want {
				t.Errorf("the cell is %q, want %q", got, tc.want)
			}
			if tc.width < 200 && len([]rune(slices.MaxFunc(drawn.Lines(drawn.Widths(nil), true), func(a, b string) int { return len([]rune(a)) - len([]rune(b)) }))) > tc.width {
				t.Errorf("a line is longer than the screen: %q", drawn.Lines(drawn.Widths(nil), true))
			}
		})
	}
}
