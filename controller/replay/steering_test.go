package replay_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/wanctl/wanctl/controller/replay"
	"github.com/wanctl/wanctl/controller/steering"
)

func policy() *steering.Policy {
	return &steering.Policy{Config: steering.Config{
		Red: 4 * time.Second, Green: 30 * time.Second, MinDrops: 1, MinQueued: 50, HoldDown: 30 * time.Second, FreeTurns: 4, Window: 10 * time.Minute,
	}}
}

func TestAStateOfARecordingHoldsUntilTheNextRow(t *testing.T) {
	var out strings.Builder
	in := "time,from,to,drops,queued\n0,GREEN,GREEN,0,0\n1,RED,GREEN,5,60\n2,RED,GREEN,9,60\n20,GREEN,GREEN,9,0\n80,GREEN,GREEN,9,0\n"
	if err := replay.Steering(policy(), strings.NewReader(in), &out); err != nil {
		t.Fatal(err)
	}
	rows := strings.Split(strings.TrimSpace(out.String()), "\n")
	if got := rows[4]; got != "20,GREEN,GREEN,true,true,100,1,Clearing" {
		t.Errorf("after 19 s of RED in two rows: %s", got)
	}
	if got := rows[5]; got != "80,GREEN,GREEN,false,true,0,1,Clear" {
		t.Errorf("after a minute of GREEN in one row: %s", got)
	}
}

func FuzzSteering(f *testing.F) {
	f.Add([]byte("time,from,to,drops,queued,floor,loss\n0,GREEN,GREEN,0,0,1,0.5\n1,RED,DOWN,1,60,0,\n"))
	f.Add([]byte("time,from,to\n1,,RED\n0,RED,RED\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if bytes.Count(data, []byte("\n")) > 8 {
			return
		}
		var out strings.Builder
		_ = replay.Steering(policy(), bytes.NewReader(data), &out)
	})
}
