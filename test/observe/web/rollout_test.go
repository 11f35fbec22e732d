//go:build web

package web

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"testing"

	"github.com/wanctl/wanctl/test/observe/internal/agent"
)

// standing is a rollout, verdicts and steering as a status has them.
const standing = `{
	"rollout": {"phase": "Soaking", "wan": "att", "from": "100ms", "to": "50ms", "lastStable": "100ms", "message": "watching att for an hour", "gates": [
		{"name": "CycleTime", "wan": "att", "figure": 0.004, "pass": 0.9, "thin": 0.9, "abort": 0.9, "evidence": 1200, "minEvidence": 100, "result": "Pass"},
		{"name": "ProbeLoss", "wan": "att", "figure": 0.02, "pass": 0.01, "thin": 0.03, "abort": 0.1, "evidence": 1200, "minEvidence": 100, "result": "Thin"},
		{"name": "Flapping", "wan": "att", "figure": 40, "unit": "per 120 s", "pass": 8, "thin": 20, "abort": 30, "evidence": 9, "minEvidence": 1, "result": "Abort"},
		{"name": "RouterCPU", "wan": "att", "pass": 30, "thin": 60, "abort": 60, "evidence": 0, "minEvidence": 10, "result": "Inconclusive", "message": "not told by this router"}],
		"issues": ["router edge does not answer"], "wans": [{"name": "att", "profile": "50ms", "result": "Soaking"}, {"name": "spectrum", "profile": "100ms", "result": "Waiting"}],
		"failed": [{"wan": "spectrum", "profile": "20ms", "generation": 1}]},
	"verdicts": [
		{"verdict": "finalize-100ms", "profile": "50ms", "wans": ["att"], "decided": "2026-01-01T00:00:00Z", "message": "too many transitions", "gates": []},
		{"verdict": "approved-100ms", "profile": "100ms", "wans": ["att", "spectrum"], "decided": "2026-01-02T00:00:00Z", "message": "every gate passed", "gates": [
			{"name": "Cadence", "wan": "att", "figure": 0.0001, "pass": 0.0001, "evidence": 5, "minEvidence": 5, "result": "Pass"}]}],
	"steering": [{"name": "latency-sensitive", "from": "spectrum", "to": "att", "active": true, "confidence": 87, "since": "2026-01-02T00:00:00Z",
		"message": "<b>RED</b> for 4s", "rule": {"state": "On"}}]
}`

// decided is an agent's origin whose live objects also have what standing has.
func decided(t *testing.T, origin string) string {
	t.Helper()
	target, err := url.Parse(origin)
	if err != nil {
		t.Fatal(err)
	}
	proxy := httputil.NewSingleHostReverseProxy(target)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/stream" {
			proxy.ServeHTTP(w, r)
			return
		}
		request, err := http.NewRequestWithContext(r.Context(), "GET", origin+"/stream", nil)
		if err != nil {
			return
		}
		answer, err := http.DefaultClient.Do(request)
		if err != nil {
			return
		}
		defer answer.Body.Close()
		w.Header().Set("Content-Type", "text/event-stream")
		lines := bufio.NewScanner(answer.Body)
		lines.Buffer(nil, 1<<24)
		for sites := false; lines.Scan(); {
			line := lines.Text()
			if name, ok := strings.CutPrefix(line, "event: "); ok {
				sites = name == "sites"
			}
			if data, ok := strings.CutPrefix(line, "data: "); ok && sites {
				line = "data: " + merged(data)
			}
			fmt.Fprintln(w, line)
			if line == "" {
				w.(http.Flusher).Flush()
			}
		}
	}))
	t.Cleanup(s.Close)
	return s.URL
}

// merged lays standing over the status of every site.
func merged(data string) string {
	var sites []map[string]any
	if json.Unmarshal([]byte(data), &sites) != nil {
		return data
	}
	for _, s := range sites {
		status, ok := s["status"].(map[string]any)
		if !ok {
			return data
		}
		if err := json.Unmarshal([]byte(standing), &status); err != nil {
			panic(err)
		}
	}
	out, err := json.Marshal(sites)
	if err != nil {
		return data
	}
	return string(out)
}

func TestRolloutVerdictsAndSteeringAreShown(t *testing.T) {
	origin, b := decided(t, agent.New(t).Origin), newTab(t)
	b.screen(1200, 900, false, "light")
	b.open(origin)
	b.until(`document.querySelectorAll('.bar').length === 5`)
	b.do(evaluate(`document.querySelectorAll('details').forEach((d) => d.open = true)`))
	for _, want := range []string{
		"Soaking on att from 100ms to 50ms; last stable: 100ms", "watching att for an hour", "40 per 120 s", "not told by this router", "router edge does not answer", "Waiting\t20ms",
		"finalize-100ms", "approved-100ms", "every gate passed", "steered", "87", "<b>RED</b> for 4s",
	} {
		if text := is[string](b, `document.body.innerText`); !strings.Contains(text, want) {
			t.Errorf("the page does not say %q:\n%s", want, text)
		}
	}
	// Bars: the figure of a gate that is past its abort limit lies beyond every mark.
	for _, tt := range []struct {
		gate   string
		beyond int
	}{{"CycleTime", 0}, {"ProbeLoss", 1}, {"Flapping", 3}} {
		passed := is[int](b, `(() => {
			const row = [...document.querySelectorAll('th')].find((t) => t.textContent.startsWith('`+tt.gate+`')).parentNode;
			const end = row.querySelector('.bar i').getBoundingClientRect().right;
			return [...row.querySelectorAll('.bar b')].filter((m) => m.getBoundingClientRect().left < end - 2).length;
		})()`)
		if passed != tt.beyond {
			t.Errorf("the bar of %s passes %d of its limits, want %d", tt.gate, passed, tt.beyond)
		}
	}
	first := is[string](b, `document.querySelector('[aria-label="Verdicts of home"] tbody th').textContent`)
	if first != "approved-100ms" {
		t.Errorf("the first verdict is %s, want the newest", first)
	}
	// What a reader opened stays open while figures change.
	b.do(evaluate(`window.before = document.querySelector('[aria-label="Events of home"] tbody th').textContent`))
	b.until(`document.querySelector('[aria-label="Events of home"] tbody th').textContent !== window.before`)
	b.until(`document.querySelectorAll('[aria-label="Verdicts of home"] details[open]').length === 1`)
	b.shoot("rollout")
	b.screen(390, 844, true, "light")
	if lines := is[float64](b, `Math.max(...[...document.querySelectorAll('.list td:last-child')].map((c) => c.clientHeight / parseFloat(getComputedStyle(c).lineHeight)))`); lines > 5 {
		t.Errorf("on a phone an explanation is squeezed into %.0f lines", lines)
	}
	if cut := is[int](b, `[...document.querySelectorAll('.bar')].filter((x) => x.closest('tr').cells[2].getBoundingClientRect().right > innerWidth).length`); cut > 0 {
		t.Errorf("on a phone %d gates show their result only when scrolled", cut)
	}
	// A table that was scrolled sideways stays there while figures change.
	events := `document.querySelector('.scroll[aria-label="The newest events"]')`
	b.do(evaluate(`window.table = ` + events + `; window.table.scrollLeft = 60`))
	b.until(`!window.table.isConnected`)
	if at := is[float64](b, events+`.scrollLeft`); at != 60 {
		t.Errorf("a table that was scrolled by 60 pixels is at %.0f", at)
	}
	b.shoot("rollout-phone")
	b.wellBehaved(origin)
}
