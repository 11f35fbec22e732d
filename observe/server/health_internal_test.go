package server

import (
	"context"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/wanctl/wanctl/controller/autorate"
	"github.com/wanctl/wanctl/controller/core"
	"github.com/wanctl/wanctl/controller/loop"
	"github.com/wanctl/wanctl/controller/probe"
	"github.com/wanctl/wanctl/controller/router"
	"github.com/wanctl/wanctl/observe/pulse"
)

// silent is a line that never answers, behind a router that says nothing.
type silent struct{}

func (silent) Collect(_ time.Time, buf []probe.Sample) ([]probe.Sample, probe.Waiting) {
	return buf, probe.Waiting{}
}
func (silent) Err() error                                { return nil }
func (silent) Close() error                              { return nil }
func (silent) Post(autorate.Direction, int64, time.Time) {}
func (silent) Reading(time.Time) <-chan struct{}         { return nil }
func (silent) Counters() (router.Counters, bool)         { return router.Counters{}, false }

func TestALoopThatStandsStillIsNotLiveAndASilentLineIs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		turning := pulse.New()
		opts := Options{Pulse: turning}
		livez := func() (int, string) {
			w := httptest.NewRecorder()
			opts.livez(w, httptest.NewRequest("GET", "/livez?verbose", nil))
			return w.Code, w.Body.String()
		}
		limits := autorate.Limits{States: 4, Ceiling: 1e8, Floors: [4]int64{1e6, 1e6, 1e6, 1e6}, Factor: 0.9, CutFactor: 0.9, Step: 1e6}
		c := &core.Config{Interval: time.Second, MaxIntervals: 10, Autorate: autorate.Config{Limits: [2]autorate.Limits{limits, limits}}}
		l := loop.New(loop.Options{Config: c, State: core.NewState(c, 1), Prober: silent{}, Router: silent{}, Epoch: time.Now().Add(-time.Hour)})
		turning.LoopStarted("home", "att", l, time.Now())
		turning.Looked()
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() { defer close(ended); l.Run(ctx) }()
		time.Sleep(30 * time.Second)
		if code, text := livez(); code != 200 || !strings.Contains(text, "[+]loop home/att ok") {
			t.Errorf("a loop that turns over a silent line: %d %s", code, text)
		}
		cancel()
		<-ended
		time.Sleep(9 * time.Second)
		if code, text := livez(); code != 200 {
			t.Errorf("within ten intervals: %d %s", code, text)
		}
		time.Sleep(3 * time.Second)
		if code, text := livez(); code != 503 || !strings.Contains(text, "[-]loop home/att failed: has not turned for 12s") {
			t.Errorf("a loop that stands still: %d %s", code, text)
		}
		turning.LoopStopped("home", "att")
		time.Sleep(30 * time.Second)
		if code, text := livez(); code != 503 || !strings.Contains(text, "[-]agent failed") {
			t.Errorf("an agent that looks at nothing: %d %s", code, text)
		}
	})
}
