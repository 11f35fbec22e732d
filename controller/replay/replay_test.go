package replay_test

import (
	"encoding/csv"
	"math"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/wanctl/wanctl/controller/autorate"
	"github.com/wanctl/wanctl/controller/core"
	"github.com/wanctl/wanctl/controller/estimate"
	"github.com/wanctl/wanctl/controller/replay"
)

// production are the parameters that the recordings were made with.
func production() *core.Config {
	limits := func(states int, ceiling, floor int64) autorate.Limits {
		return autorate.Limits{
			States: states, Ceiling: ceiling, Floors: [4]int64{floor, floor, floor, floor},
			Factor: 0.85, CutFactor: 0.85, Step: 1e6, IncreaseAfter: 5, SoftRedAfter: 3,
		}
	}
	return &core.Config{
		Interval: 2e9, MaxIntervals: 5,
		Weights: estimate.Weights{AlphaLoad: 0.2, AlphaBaseline: 0.02, BaselineUpdateMS: 3},
		Quorum:  estimate.QuorumWeights{Window: 1, Timeout: 2e9},
		Autorate: autorate.Config{
			Thresholds: autorate.Thresholds{GreenMS: 15, SoftRedMS: 45, HardRedMS: 80},
			Limits:     [2]autorate.Limits{limits(4, 940e6, 200e6), limits(3, 40e6, 8e6)},
		},
	}
}

func records(t *testing.T, text string) [][]string {
	t.Helper()
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows[1:]
}

func number(t *testing.T, text string) float64 {
	t.Helper()
	value, err := strconv.ParseFloat(text, 64)
	if err != nil {
		t.Fatal(err)
	}
	return value
}

// The reference law makes the decisions that were made in production, row by
// row: load within the tenth of a millisecond that was recorded (a rounding
// of the start takes a while to fade), and every state and rate.
func TestRecordedProductionDecisionsAreReproduced(t *testing.T) {
	for _, tt := range []struct {
		name, file string
		initial    replay.Initial
	}{
		{"an upload is congested", "recorded-rest.csv", replay.Initial{LoadMS: 49.6, BaselineMS: 25.13, Download: 940e6, Upload: 38e6}},
		{"both directions fall into RED", "recorded-ssh.csv", replay.Initial{LoadMS: 75.8, BaselineMS: 25.6, Download: 940e6, Upload: 16.861e6}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			data, err := os.ReadFile("testdata/" + tt.file)
			if err != nil {
				t.Fatal(err)
			}
			recorded := records(t, string(data))[1:] // the first row is where it starts
			in := strings.Builder{}
			in.WriteString("time,rtt\n")
			for _, row := range recorded {
				in.WriteString(row[0] + "," + row[1] + "\n")
			}
			out := strings.Builder{}
			if err := replay.Run(production(), tt.initial, strings.NewReader(in.String()), &out); err != nil {
				t.Fatal(err)
			}
			for i, got := range records(t, out.String()) {
				want := recorded[i]
				if math.Abs(number(t, got[2])-number(t, want[2])) > 0.11 {
					t.Errorf("at %s s: load %s, recorded %s", want[0], got[2], want[2])
				}
				if got[5] != want[3] || got[7] != want[4] {
					t.Errorf("at %s s: states %s/%s, recorded %s/%s", want[0], got[5], got[7], want[3], want[4])
				}
				for column, recordedRate := range map[int]string{6: want[5], 8: want[6]} {
					if math.Abs(number(t, got[column])/1e6-number(t, recordedRate)) > 0.51 {
						t.Errorf("at %s s: %s, recorded %s Mbit/s", want[0], got[column], recordedRate)
					}
				}
			}
		})
	}
}
