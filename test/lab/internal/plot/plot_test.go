package plot_test

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/wanctl/wanctl/internal/scenario"
	"github.com/wanctl/wanctl/test/lab/internal/judge"
	"github.com/wanctl/wanctl/test/lab/internal/plot"
)

// classes counts the elements of each class of a drawing, and fails on what is
// no XML.
func classes(t *testing.T, svg []byte) map[string]int {
	t.Helper()
	count := map[string]int{}
	for d := xml.NewDecoder(strings.NewReader(string(svg))); ; {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return count
		}
		if err != nil {
			t.Fatal(err)
		}
		if e, ok := token.(xml.StartElement); ok {
			for _, a := range e.Attr {
				if a.Name.Local == "class" {
					count[a.Value]++
				}
			}
		}
	}
}

func TestADrawingHasAColumnForEachRunAndARowForEachLoadedDirection(t *testing.T) {
	record := judge.Record{
		Pings:  []judge.Ping{{At: 1, RTT: 20}, {At: 2, Lost: true}, {At: 3, RTT: 5000}},
		Down:   []judge.Goodput{{From: 0, To: 1, Mbit: 17}, {From: 1, To: 2, Mbit: 18}},
		Up:     []judge.Goodput{{From: 0, To: 1, Mbit: 7}},
		Shaped: []judge.Shaped{{Down: judge.Passed{Kbit: 15_000}, Up: judge.Passed{Kbit: 8_000}}},
		Writes: []judge.Write{{At: 5, Down: true, Kbit: 19_000}},
	}
	bare := record
	bare.Shaped, bare.Writes = nil, nil
	for _, c := range []struct {
		scenario string
		rows     int
	}{{"steps", 2}, {"upload", 2}, {"both", 3}, {"idle", 2}} {
		s, err := scenario.Find(c.scenario)
		if err != nil {
			t.Fatal(err)
		}
		got := classes(t, plot.Scenario(&s, []plot.Run{{Shaper: scenario.None, Record: bare}, {Shaper: scenario.Wanctl, Record: record}}))
		// The legend has one of each.
		rates := c.rows - 1
		for class, want := range map[string]int{
			"frame": 2 * c.rows, "capacity": 2*rates + 1, "shaper": rates + 1, "goodput": 2*rates + 1, "ping": 2 + 1,
		} {
			if got[class] != want {
				t.Errorf("%s has %d of %s, want %d", c.scenario, got[class], class, want)
			}
		}
	}
}
