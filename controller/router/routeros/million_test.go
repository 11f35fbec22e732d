package routeros_test

import (
	"context"
	"os"
	"strconv"
	"testing"

	"github.com/wanctl/wanctl/controller/router"
	"github.com/wanctl/wanctl/controller/router/routeros"
	"github.com/wanctl/wanctl/internal/routerosdouble"
)

// sets is how many TestNoSetIsLostOrCrossed makes unless WANCTL_SETS says
// otherwise; make sets says a million.
var sets int64 = 100_000

// Two WANs set their four queues to a rate that is never twice the same, and
// read every one back. Now and then the connection breaks in one of many ways.
func TestNoSetIsLostOrCrossed(t *testing.T) {
	n := sets
	if testing.Short() {
		n /= 20
	}
	if text := os.Getenv("WANCTL_SETS"); text != "" {
		var err error
		n, err = strconv.ParseInt(text, 10, 64)
		must(t, err)
	}
	// applied is the newest set of each queue, as the router has it, and how many
	// there were.
	applied, count := map[string]string{}, int64(0)
	double := routerosdouble.New(routerosdouble.Options{KeepSets: 1, OnSet: func(s routerosdouble.Set) {
		applied[s.Name] = s.Value
		count++
	}})
	defer double.Close()
	furnish(double)
	double.Add("/queue/tree", "name=dsl-down", "parent=bridge", "max-limit=1M")
	double.Add("/queue/tree", "name=dsl-up", "parent=ether1", "max-limit=1M")
	device := routeros.New(manifest(t, "192.0.2.1:8728"), double.Dial)
	defer device.Close()
	dslDown, dslUp := download, upload
	dslDown.Name, dslUp.Name = "dsl-down", "dsl-up"
	queues := []router.Queue{download, upload, dslDown, dslUp}
	faults := []routerosdouble.Fault{
		routerosdouble.ResetMidSentence, routerosdouble.ResetBefore, routerosdouble.Fatal, routerosdouble.StaleReply,
		routerosdouble.Untagged, routerosdouble.Interrupted,
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	failed, repeated := 0, int64(0)
	for i := range n {
		q, rate := queues[i%int64(len(queues))], 1e6+i
		if i%997 == 0 {
			double.Break(faults[i/997%int64(len(faults))], 0)
		}
		if err := device.SetRate(ctx, q, rate); err != nil {
			failed++
			if applied[q.Name] == strconv.FormatInt(rate, 10) {
				repeated++
			}
			must(t, device.SetRate(ctx, q, rate))
		}
		if got := applied[q.Name]; got != strconv.FormatInt(rate, 10) {
			t.Fatalf("set %d of %s to %d was acknowledged, and the router has %s", i, q.Name, rate, got)
		}
		if i%10 == 0 {
			other := queues[(i+1)%int64(len(queues))]
			got, err := device.Rate(ctx, other)
			must(t, err)
			if want := applied[other.Name]; want != "" && strconv.FormatInt(got, 10) != want {
				t.Fatalf("after set %d the rate of %s was read as %d, and is %s", i, other.Name, got, want)
			}
		}
	}
	if count != n+repeated {
		t.Errorf("%d sets reached the router for %d, of which %d were made twice", count, n, repeated)
	}
	if want := int(n / 997); failed < want {
		t.Errorf("%d sets failed; the faults should have failed %d", failed, want)
	}
	t.Logf("%d sets, %d of which failed and were made again", n, failed)
}
