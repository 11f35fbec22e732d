package page_test

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/wanctl/wanctl/api/v1alpha1"
	"github.com/wanctl/wanctl/controller/autorate"
	"github.com/wanctl/wanctl/controller/core"
	"github.com/wanctl/wanctl/controller/loop"
	"github.com/wanctl/wanctl/controller/probe"
	"github.com/wanctl/wanctl/controller/router"
	"github.com/wanctl/wanctl/observe/feed"
	"github.com/wanctl/wanctl/observe/page"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

type line struct{}

func (line) Collect(now time.Time, buf []probe.Sample) ([]probe.Sample, probe.Waiting) {
	return append(buf, probe.Sample{Sent: now.Add(-20 * time.Millisecond), RTT: 20 * time.Millisecond}), probe.Waiting{}
}
func (line) Err() error                                { return nil }
func (line) Close() error                              { return nil }
func (line) Post(autorate.Direction, int64, time.Time) {}
func (line) Reading(time.Time) <-chan struct{}         { return nil }
func (line) Counters() (router.Counters, bool)         { return router.Counters{}, false }

type noSink struct{}

func (noSink) Cycles(feed.WAN, []loop.Record) {}
func (noSink) Applied(feed.WAN, feed.Apply)   {}
func (noSink) Forget(feed.WAN)                {}

// turning is a feed with one WAN whose loop turns every 5 ms until the test
// ends.
func turning(t *testing.T) *feed.Feed {
	t.Helper()
	limits := autorate.Limits{States: 4, Ceiling: 100e6, Floors: [4]int64{1e6, 1e6, 1e6, 1e6}, Factor: 0.9, CutFactor: 0.9, Step: 1e6}
	c := &core.Config{Interval: 5 * time.Millisecond, MaxIntervals: 10, Autorate: autorate.Config{
		Thresholds: autorate.Thresholds{GreenMS: 15, SoftRedMS: 45, HardRedMS: 80}, Limits: [2]autorate.Limits{limits, limits}}}
	epoch := time.Now().Add(-time.Second)
	l := loop.New(loop.Options{Config: c, State: core.NewState(c, 1), Prober: line{}, Router: line{}, Epoch: epoch})
	f := feed.New(noSink{})
	f.LoopStarted("home", "att", l, epoch)
	ctx, cancel := context.WithCancel(context.Background())
	turned, collected := make(chan struct{}), make(chan struct{})
	go func() { defer close(turned); l.Run(ctx) }()
	go func() { defer close(collected); f.Run(ctx) }()
	t.Cleanup(func() { cancel(); <-turned; <-collected })
	return f
}

// columns are those that the test looks at.
type columns struct {
	Time, RTT []*float64
	Rate      [2][]float64
	Delivered [2][]*float64
}

func TestTheStreamHoldsEveryCycleOnce(t *testing.T) {
	f := turning(t)
	s := httptest.NewServer(page.Handler(f))
	defer s.Close()
	site := &v1alpha1.Site{}
	site.Name = "home"
	f.Sites([]*v1alpha1.Site{site})
	f.Applied("home", "att", autorate.Upload, 5e6, 2*time.Millisecond)
	f.Event(v1alpha1.Event{Reason: "LoopStarted", Site: "home"})
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, "GET", s.URL+"/stream", nil)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	defer http.DefaultClient.CloseIdleConnections()
	seen, last, cycles, name := map[string]string{}, 0.0, 0, ""
	for lines := bufio.NewScanner(answer.Body); cycles < 300 && lines.Scan(); {
		if event, ok := strings.CutPrefix(lines.Text(), "event: "); ok {
			name = event
		}
		data, ok := strings.CutPrefix(lines.Text(), "data: ")
		if !ok {
			continue
		}
		seen[name] = data
		if name != "cycles" {
			continue
		}
		var by map[string]columns
		if err := json.Unmarshal([]byte(data), &by); err != nil {
			t.Fatal(err)
		}
		c := by["home/att"]
		for i, at := range c.Time {
			if *at < last || c.RTT[i] == nil || *c.RTT[i] != 20 || c.Rate[0][i] != 100e6 || c.Delivered[0][i] != nil {
				t.Fatalf("after %v comes a cycle at %v: %s", last, *at, data)
			}
			last = *at
			cycles++
		}
	}
	for name, want := range map[string]string{
		"sites": `"name":"home"`, "applies": `"direction":1,"rate":5000000,"latency":2`, "events": `"number":1`,
	} {
		if !strings.Contains(seen[name], want) {
			t.Errorf("the stream's %s are %s", name, seen[name])
		}
	}
	if answer.Header.Get("Content-Type") != "text/event-stream" || cycles < 300 {
		t.Errorf("%d cycles of type %s", cycles, answer.Header.Get("Content-Type"))
	}
}

func TestThePastIsAskedForByWANAndSpan(t *testing.T) {
	f := turning(t)
	s := httptest.NewServer(page.Handler(f))
	defer s.Close()
	defer http.DefaultClient.CloseIdleConnections()
	for query, want := range map[string]int{
		"site=home&wan=att&span=1h": 200, "site=home&wan=none&span=1h": 404, "site=home&wan=att": 400, "site=home&wan=att&span=-1s": 400,
	} {
		answer, err := http.Get(s.URL + "/history?" + query)
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		if answer.StatusCode != want {
			t.Errorf("%s is answered with %d, want %d", query, answer.StatusCode, want)
		}
	}
}

func TestThePageLoadsNothingFromElsewhere(t *testing.T) {
	s := httptest.NewServer(page.Handler(turning(t)))
	defer s.Close()
	defer http.DefaultClient.CloseIdleConnections()
	for _, path := range []string{"/", "/page.js", "/chart.js", "/data.js", "/element.js", "/figures.js", "/parameters.js", "/rollout.js", "/page.css", "/uplot.js", "/uplot.css", "/uplot.LICENSE.txt"} {
		answer, err := http.Get(s.URL + path)
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(answer.Body)
		answer.Body.Close()
		if err != nil || answer.StatusCode != 200 || !strings.Contains(answer.Header.Get("Content-Security-Policy"), "default-src 'none'") {
			t.Errorf("%s: %d, %v, policy %q", path, answer.StatusCode, err, answer.Header.Get("Content-Security-Policy"))
		}
		for _, mark := range []string{"src=\"http", "href=\"http", "url(http", "import 'http", "@import"} {
			if strings.Contains(string(text), mark) {
				t.Errorf("%s loads from elsewhere: %s", path, mark)
			}
		}
	}
}
