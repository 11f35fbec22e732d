// Package replay runs the estimator and the law, open loop, over a recording
// of round-trip times, to show what wanctl would have decided.
package replay

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"time"

	"github.com/wanctl/wanctl/controller/autorate"
	"github.com/wanctl/wanctl/controller/core"
	"github.com/wanctl/wanctl/controller/estimate"
)

// Initial is where a replay starts; what is 0 starts as a loop would.
type Initial struct {
	// LoadMS and BaselineMS are round-trip times in milliseconds; one of them
	// alone stands for both.
	LoadMS, BaselineMS float64
	// Download and Upload are rates in bit/s.
	Download, Upload int64
}

// header is what the output's first row says.
var header = []string{"time", "rtt", "load", "baseline", "delta", "download_state", "download_rate", "upload_state", "upload_rate"}

// Run reads rows of a recording from in and writes a row of decisions to out
// for each. The recording is CSV with a header: time in seconds, rtt in
// milliseconds, empty where the probe was lost; a column cycles, where there
// is one, says how many intervals have passed since the row before. Without it
// every row is one cycle, whatever its time. An error names the line.
func Run(c *core.Config, initial Initial, in io.Reader, out io.Writer) error {
	reader := csv.NewReader(in)
	reader.ReuseRecord = true
	columns, err := readHeader(reader)
	if err != nil {
		return err
	}
	state := begin(c, initial)
	writer := csv.NewWriter(out)
	if err := writer.Write(header); err != nil {
		return fmt.Errorf("write the header: %w", err)
	}
	var input core.Input
	for row := 0; ; row++ {
		record, err := reader.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return fmt.Errorf("read the recording: %w", err)
		}
		if err := columns.read(record, &input); err != nil {
			line, _ := reader.FieldPos(0)
			return fmt.Errorf("line %d of the recording: %w", line, err)
		}
		state.Step(c, &input)
		if err := writer.Write(decided(record[columns.time], &input, state)); err != nil {
			return fmt.Errorf("write row %d: %w", row+1, err)
		}
	}
	writer.Flush()
	if err := writer.Error(); err != nil {
		return fmt.Errorf("write the decisions: %w", err)
	}
	return nil
}

// begin is the state before the first row.
func begin(c *core.Config, initial Initial) *core.State {
	state := core.NewState(c, 1)
	load, baseline := initial.LoadMS, initial.BaselineMS
	if load == 0 {
		load = baseline
	}
	if baseline == 0 {
		baseline = load
	}
	if load > 0 {
		state.Reference = estimate.Reference{LoadMS: load, BaselineMS: baseline, Started: true}
		state.Quorum.Reflectors[0].Resume(baseline)
	}
	for d, rate := range [2]int64{initial.Download, initial.Upload} {
		if rate > 0 {
			state.Autorate.Shapers[d].Rate = rate
		}
	}
	return state
}

// columns are the positions of the recording's columns; -1 is absent.
type columns struct{ time, rtt, cycles int }

func readHeader(reader *csv.Reader) (columns, error) {
	names, err := reader.Read()
	if err != nil {
		return columns{}, fmt.Errorf("read the recording's header: %w", err)
	}
	c := columns{slices.Index(names, "time"), slices.Index(names, "rtt"), slices.Index(names, "cycles")}
	if c.time < 0 || c.rtt < 0 {
		return columns{}, fmt.Errorf("the recording's header is %q; it must name the columns time (seconds) and rtt (milliseconds, empty where lost)", names)
	}
	return c, nil
}

// read takes a row into the input of a cycle.
func (c columns) read(record []string, in *core.Input) error {
	seconds, err := number(record[c.time], "time")
	if err != nil {
		return err
	}
	in.Now = time.Duration(seconds * float64(time.Second))
	in.Intervals = 1
	if c.cycles >= 0 && record[c.cycles] != "" {
		if in.Intervals, err = strconv.ParseInt(record[c.cycles], 10, 64); err != nil || in.Intervals < 1 {
			return fmt.Errorf("cycles %q is not a whole number from 1", record[c.cycles])
		}
	}
	sample := core.Sample{Sent: in.Now, Lost: record[c.rtt] == ""}
	if !sample.Lost {
		rtt, err := number(record[c.rtt], "rtt")
		if err != nil {
			return err
		}
		if rtt <= 0 {
			return fmt.Errorf("rtt %q is not above 0; leave it empty where the probe was lost", record[c.rtt])
		}
		sample.RTT = time.Duration(math.Round(rtt * float64(time.Millisecond)))
	}
	in.Samples = append(in.Samples[:0], sample)
	return nil
}

// number is a finite number of a size that a time can have.
func number(text, name string) (float64, error) {
	value, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsNaN(value) || math.Abs(value) > 9e9 {
		return 0, fmt.Errorf("%s %q is not a number of up to 9e9", name, text)
	}
	return value, nil
}

// decided is a row of the output.
func decided(at string, in *core.Input, s *core.State) []string {
	rtt := ""
	if sample := in.Samples[0]; !sample.Lost {
		rtt = thousandths(float64(sample.RTT) / float64(time.Millisecond))
	}
	down, up := &s.Autorate.Shapers[autorate.Download], &s.Autorate.Shapers[autorate.Upload]
	return []string{
		at, rtt, thousandths(s.Reference.LoadMS), thousandths(s.Reference.BaselineMS), thousandths(s.Reference.DeltaMS()),
		string(down.State.API()), strconv.FormatInt(down.Rate, 10), string(up.State.API()), strconv.FormatInt(up.Rate, 10),
	}
}

func thousandths(ms float64) string { return strconv.FormatFloat(ms, 'f', 3, 64) }
