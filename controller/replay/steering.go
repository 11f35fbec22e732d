package replay

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"time"

	"github.com/wanctl/wanctl/controller/autorate"
	"github.com/wanctl/wanctl/controller/steering"
)

// steeringHeader is what the first row of the output says.
var steeringHeader = []string{"time", "from", "to", "active", "turned", "confidence", "damping", "reason"}

// Steering reads rows of what was known of two WANs from in, runs a policy over
// them, and writes a row of what it decides for each. The recording is CSV with
// a header: time in seconds, not falling; from and to, each GREEN, YELLOW,
// SOFT_RED, RED, DOWN or, where nothing was known, empty. Further columns may
// be there: drops (a counter of the primary's queue), queued (its packets) and
// floor (1 where its shaper stood at the floor with traffic); loss, that of the
// alternate's probes from 0 to 1. A state holds from its row to the next, and
// turned says that it turned since the row before. An error names the line. At
// most a week may pass between two rows.
func Steering(p *steering.Policy, in io.Reader, out io.Writer) error {
	reader := csv.NewReader(in)
	reader.ReuseRecord = true
	names, err := reader.Read()
	if err != nil {
		return fmt.Errorf("read the recording's header: %w", err)
	}
	r := steeringReader{columns: slices.Clone(names)}
	for _, name := range []string{"time", "from", "to"} {
		if !slices.Contains(names, name) {
			return fmt.Errorf("the recording's header is %q; it must name the columns time (seconds), from and to (states)", names)
		}
	}
	writer := csv.NewWriter(out)
	if err := writer.Write(steeringHeader); err != nil {
		return fmt.Errorf("write the header: %w", err)
	}
	for row := 1; ; row++ {
		record, err := reader.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return fmt.Errorf("read the recording: %w", err)
		}
		held := r.input
		if err := r.read(record); err != nil {
			line, _ := reader.FieldPos(0)
			return fmt.Errorf("line %d of the recording: %w", line, err)
		}
		turned := hold(p, held, r.input.Now, row > 1)
		turned = p.State.Step(&p.Config, &r.input).Turned || turned
		s := &p.State
		if err := writer.Write([]string{
			r.field(record, "time"), r.field(record, "from"), r.field(record, "to"), strconv.FormatBool(s.Active), strconv.FormatBool(turned),
			strconv.Itoa(s.Confidence), strconv.Itoa(s.Factor(&p.Config)), string(s.Reason),
		}); err != nil {
			return fmt.Errorf("write row %d: %w", row, err)
		}
	}
	writer.Flush()
	if err := writer.Error(); err != nil {
		return fmt.Errorf("write the decisions: %w", err)
	}
	return nil
}

// lookEvery is how often a running agent looks at the WANs.
const lookEvery = 100 * time.Millisecond

// mostGap is the most time between two rows.
const mostGap = 7 * 24 * time.Hour

// hold lets the policy look at what was known last until a time, and says
// whether it turned meanwhile.
func hold(p *steering.Policy, last steering.Input, until time.Duration, begun bool) (turned bool) {
	for begun && until-last.Now > lookEvery {
		last.Now += lookEvery
		turned = p.State.Step(&p.Config, &last).Turned || turned
	}
	return turned
}

// steeringReader takes rows into the input of a step.
type steeringReader struct {
	columns []string
	input   steering.Input
	begun   bool
}

// field is a cell; empty where the column is not there.
func (r *steeringReader) field(record []string, name string) string {
	if i := slices.Index(r.columns, name); i >= 0 {
		return record[i]
	}
	return ""
}

func (r *steeringReader) read(record []string) error {
	seconds, err := number(r.field(record, "time"), "time")
	if err != nil {
		return err
	}
	now := time.Duration(seconds * float64(time.Second))
	if r.begun && now < r.input.Now {
		return fmt.Errorf("time %v comes before the row before it, at %v; sort the recording", now, r.input.Now)
	}
	if r.begun && now-r.input.Now > mostGap {
		return fmt.Errorf("%v have passed since the row before it; at most %v may", now-r.input.Now, mostGap)
	}
	r.begun, r.input.Now = true, now
	if err := r.paint(&r.input.From, r.field(record, "from"), "from"); err != nil {
		return err
	}
	if err := r.paint(&r.input.To, r.field(record, "to"), "to"); err != nil {
		return err
	}
	d := &r.input.From.Directions[autorate.Download]
	if drops := r.field(record, "drops"); drops != "" {
		if d.Drops, err = strconv.ParseUint(drops, 10, 64); err != nil {
			return fmt.Errorf("drops %q is no whole number from 0", drops)
		}
		d.Counted = true
	}
	if queued := r.field(record, "queued"); queued != "" {
		if d.Queued, err = strconv.ParseUint(queued, 10, 64); err != nil {
			return fmt.Errorf("queued %q is no whole number from 0", queued)
		}
	}
	d.AtFloor = r.field(record, "floor") == "1"
	if loss := r.field(record, "loss"); loss != "" {
		if r.input.To.Loss, err = number(loss, "loss"); err != nil {
			return err
		}
	}
	return nil
}

// states are the words of a recording.
var states = map[string]autorate.State{"GREEN": autorate.Green, "YELLOW": autorate.Yellow, "SOFT_RED": autorate.SoftRed, "RED": autorate.Red}

// paint takes a word into a WAN. Both directions are of one state.
func (r *steeringReader) paint(w *steering.WAN, word, column string) error {
	state, named := states[word]
	w.Known, w.Down = word != "", word == "DOWN"
	if !named && word != "" && word != "DOWN" {
		return fmt.Errorf("%s %q is no state; write GREEN, YELLOW, SOFT_RED, RED, DOWN, or nothing where none was known", column, word)
	}
	if !named {
		return nil
	}
	for d := range w.Directions {
		if w.Directions[d].State != state {
			w.Directions[d].State, w.Directions[d].Since = state, r.input.Now
		}
	}
	return nil
}
