package judge

import (
	"encoding/json"
	"fmt"
)

// Goodput is what an application received between two times.
type Goodput struct {
	From, To float64
	Mbit     float64
}

// readGoodput reads iperf3's JSON; without any, there was no load.
func readGoodput(text []byte) ([]Goodput, error) {
	if len(text) == 0 {
		return nil, nil
	}
	var report struct {
		Error     string
		Intervals []struct {
			Sum struct {
				Start, End    float64
				BitsPerSecond float64 `json:"bits_per_second"`
				Omitted       bool
			}
		}
	}
	if err := json.Unmarshal(text, &report); err != nil {
		return nil, fmt.Errorf("read iperf3's report: %w", err)
	}
	if report.Error != "" {
		return nil, fmt.Errorf("iperf3 says: %s", report.Error)
	}
	all := make([]Goodput, 0, len(report.Intervals))
	for _, i := range report.Intervals {
		all = append(all, Goodput{From: i.Sum.Start, To: i.Sum.End, Mbit: i.Sum.BitsPerSecond / 1e6})
	}
	return all, nil
}
