//go:build e2e

package e2e

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/wanctl/wanctl/api/v1alpha1"
)

// mustControl holds figures against those without wanctl, and against the line.
func (b *bench) mustControl(t *testing.T, f figures) {
	t.Helper()
	b.mustCalm(t, f)
	b.mustKeep(t, f, 0.85)
}

// mustCalm holds the delay alone against that without control.
func (b *bench) mustCalm(t *testing.T, f figures) {
	t.Helper()
	if f.p50 > b.uncontrolled.p50/5 {
		t.Errorf("the median ping is %.1f ms with wanctl and %.1f ms without: want a fifth or less", f.p50, b.uncontrolled.p50)
	}
	if f.p95 > b.uncontrolled.p95/2 {
		t.Errorf("the 95th percentile of pings is %.1f ms with wanctl and %.1f ms without: want half or less", f.p95, b.uncontrolled.p95)
	}
}

// mustKeep wants a share of what the line carries in each direction.
func (b *bench) mustKeep(t *testing.T, f figures, share float64) {
	t.Helper()
	if f.down < share*lineDown {
		t.Errorf("%.2f Mbit/s came down a line of %d: want %.0f %% or more", f.down, lineDown, 100*share)
	}
	if f.up < share*lineUp {
		t.Errorf("%.2f Mbit/s went up a line of %d: want %.0f %% or more", f.up, lineUp, 100*share)
	}
}

// mustFollow waits for the download shaper to be between two rates, in Mbit/s.
func (b *bench) mustFollow(t *testing.T, within time.Duration, least, most float64) {
	t.Helper()
	line := b.capacity.Load()
	took, err := await(t, within, func() (bool, any, error) {
		rate, err := b.line.rate("ifb")
		return rate >= least && rate <= most, rate, err
	})
	if err != nil {
		t.Errorf("the line went to %d Mbit/s; waited %v for a shaper between %.0f and %.0f: %v", line, within, least, most, err)
		return
	}
	t.Logf("the line went to %d Mbit/s; the shaper was between %.0f and %.0f after %.1f s", line, least, most, took.Seconds())
}

// mustDerive holds the parameters in the status against those of 50ms.
func mustDerive(t *testing.T, d *v1alpha1.Derived) {
	t.Helper()
	if d == nil {
		t.Error("the status has no derived parameters")
		return
	}
	if d.AlphaBaseline.String() != "0.0005" || d.AlphaLoad.String() != "0.005" {
		t.Errorf("alphaBaseline %s, alphaLoad %s: want 0.0005 and 0.005", d.AlphaBaseline, d.AlphaLoad)
	}
	got := []int64{d.RedSamples, d.GreenSamples, d.HistorySize}
	if want := []int64{80, 600, 2400}; !slices.Equal(got, want) {
		t.Errorf("red, green and history are %v cycles: want %v", got, want)
	}
}

// mustRunOn says that agent and qdiscs are still those of before.
func (b *bench) mustRunOn(t *testing.T, pid int, qdisc string) {
	t.Helper()
	if now := b.agent.pid(); now != pid || pid == 0 {
		t.Errorf("the agent was process %d and is %d: it should run on", pid, now)
	}
	if now := b.line.router.tc(t, "qdisc show"); now != qdisc {
		t.Errorf("the router's qdiscs were made anew:\n%swhere there had been:\n%s", now, qdisc)
	}
}

// mustBeUntouched says that the spare WAN's loop has not been touched.
func (b *bench) mustBeUntouched(t *testing.T, before *v1alpha1.WANStatus) {
	t.Helper()
	now, err := b.agent.wan(spare)
	check(t, err)
	if now.Restarts != before.Restarts || now.Retunes != before.Retunes || !now.Started.Equal(before.Started) {
		t.Errorf("wan %s: %d restarts, %d retunes, started %v; had %d, %d, %v: it should have been left alone", spare,
			now.Restarts, now.Retunes, now.Started, before.Restarts, before.Retunes, before.Started)
	}
}

// mustRefuse waits for the manifest to be refused with a message that begins
// with a position.
func (b *bench) mustRefuse(t *testing.T, where string) {
	t.Helper()
	var message string
	took := eventually(t, 8*time.Second, "Accepted to be False at "+where, func() (bool, any, error) {
		c, err := b.condition(v1alpha1.ConditionAccepted)
		message = c.Message
		return c.Status == metav1.ConditionFalse && strings.HasPrefix(c.Message, where), c, err
	})
	t.Logf("refused %.1f s after the save: %s", took.Seconds(), message)
}

// mustHold says that the shapers are still at rates, in Mbit/s.
func (b *bench) mustHold(t *testing.T, when string, down, up float64) {
	t.Helper()
	if d, u := b.rates(t); d != down || u != up {
		t.Fatalf("%s the shapers went from %.3f and %.3f to %.3f and %.3f Mbit/s: they should not be touched", when, down, up, d, u)
	}
}

// condition is one of the site's.
func (b *bench) condition(kind string) (metav1.Condition, error) {
	site, err := b.agent.site()
	if err != nil {
		return metav1.Condition{}, err
	}
	c := meta.FindStatusCondition(site.Status.Conditions, kind)
	if c == nil {
		return metav1.Condition{}, fmt.Errorf("the status has no condition %s", kind)
	}
	return *c, nil
}

// happened counts what events tell of.
func happened(events []v1alpha1.Event) (count int64) {
	for _, e := range events {
		count += e.Count
	}
	return count
}

// rtt is a round-trip time of a status, which may have none.
func rtt(d *metav1.Duration) string {
	if d == nil {
		return "unknown"
	}
	return d.Duration.String()
}
