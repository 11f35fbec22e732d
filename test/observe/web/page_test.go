//go:build web

package web

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/wanctl/wanctl/test/observe/internal/agent"
)

// points is how many the first chart draws.
const points = `Number(document.querySelector('.chart').dataset.points ?? 0)`

func TestThePageShowsWhatRunsAndKeepsShowingIt(t *testing.T) {
	a, b := agent.New(t), newTab(t)
	b.screen(1200, 900, false, "light")
	b.open(a.Origin)
	for _, want := range []string{"Site home", "att", "spectrum", "LoopsRunning", "Where each WAN stands", "spectrum is not congested"} {
		if text := is[string](b, `document.body.innerText`); !strings.Contains(text, want) {
			t.Errorf("the page does not say %q:\n%s", want, text)
		}
	}
	// Every cycle that ran is there.
	var list struct {
		Items []struct {
			Status struct {
				WANs []struct{ Cycle struct{ Count float64 } }
			}
		}
	}
	b.until(points + ` > 100`)
	get(t, a.Origin+"/apis/wanctl.dev/v1alpha1/sites", &list)
	b.until(fmt.Sprintf("%s >= %v", points, list.Items[0].Status.WANs[0].Cycle.Count))
	// Its chart is drawn, in the colours of its series and its ribbon.
	for _, name := range []string{"rate", "delivered", "GREEN"} {
		b.until(painted("[data-wan='home/att'] [data-kind=download] canvas", name) + " > 50")
	}
	b.until(painted("[data-wan='home/att'] [data-kind=rtt] canvas", "baseline") + " > 50")
	b.do(chromedp.Evaluate(`document.querySelectorAll('details').forEach((d) => d.open = true)`, nil))
	if text := is[string](b, `document.body.innerText`); !strings.Contains(text, "0.000375 = 50ms / 133.333s") || !strings.Contains(text, "80 = 4s / 50ms") {
		t.Errorf("the arithmetic is not shown:\n%s", text)
	}
	b.shoot("light")
	// What was seen is there at once when the page is opened anew.
	before := is[float64](b, points)
	b.open(a.Origin)
	b.until(points + ` > 0`)
	if after := is[float64](b, points); after < before {
		t.Errorf("%.0f points are shown after a reload, %.0f before", after, before)
	}
	b.wellBehaved(a.Origin)
}

// get reads JSON.
func get(t *testing.T, url string, into any) {
	t.Helper()
	r, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	if err := json.NewDecoder(r.Body).Decode(into); err != nil {
		t.Fatal(err)
	}
}

// painted counts the pixels of a canvas that have a colour of the page, to a
// small difference.
func painted(canvas, colour string) string {
	return `(() => {
		const c = document.querySelector("` + canvas + `"), css = getComputedStyle(document.documentElement).getPropertyValue('--` + colour + `').trim();
		const want = [1, 3, 5].map((i) => parseInt(css.slice(i, i + 2), 16));
		const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;
		let n = 0;
		for (let i = 0; i < d.length; i += 4) if (d[i + 3] > 200 && want.every((w, k) => Math.abs(w - d[i + k]) < 12)) n++;
		return n;
	})()`
}

func TestAnEditAndAFaultAreShown(t *testing.T) {
	a, b := agent.New(t), newTab(t)
	b.screen(1200, 900, false, "light")
	b.open(a.Origin)
	a.Edit("ceiling: 95M", "ceiling: 90M")
	b.until(`document.body.innerText.includes('LoopRetuned')`)
	a.Edit("ceiling: 90M", "ceiling: fast")
	b.until(`(document.querySelector('.conditions .bad')?.innerText ?? '').includes('ManifestInvalid')`)
	if said := is[string](b, `document.getElementById('news').textContent`); !strings.Contains(said, "ManifestInvalid") {
		t.Errorf("a screen reader is told %q", said)
	}
	b.shoot("fault")
	a.Stop()
	b.until(`document.getElementById('connection').textContent.includes('does not answer')`)
	a.Edit("ceiling: fast", "ceiling: 90M")
	a.Start()
	b.until(`document.getElementById('connection').textContent === 'live' && !document.querySelector('.conditions .bad')`)
	before := is[float64](b, `document.querySelectorAll('.wan').length`)
	if before != 2 {
		t.Errorf("%v WANs are shown after the agent's restart", before)
	}
	now := is[string](b, `document.querySelector('.facts:not(.conditions)').innerText`)
	b.until(`document.querySelector('.facts:not(.conditions)').innerText !== ` + "`" + now + "`")
}

func TestThePageIsReadableInDarkAndLightAndOnAPhone(t *testing.T) {
	a, b := agent.New(t), newTab(t)
	for _, tt := range []struct {
		name, scheme  string
		width, height int64
		mobile        bool
	}{{"dark", "dark", 1200, 900, false}, {"phone", "light", 390, 844, true}, {"phone-dark", "dark", 390, 844, true}, {"desk", "light", 1920, 1080, false}} {
		b.screen(tt.width, tt.height, tt.mobile, tt.scheme)
		b.open(a.Origin)
		b.until(points + ` > 60`)
		if over := is[float64](b, `document.documentElement.scrollWidth - innerWidth`); over > 0 {
			t.Errorf("%s: the page is %v pixels too wide", tt.name, over)
		}
		for _, pair := range [][2]string{{"text", "back"}, {"text", "panel"}, {"quiet", "back"}, {"quiet", "panel"}, {"link", "back"}, {"limit", "panel"}} {
			if ratio := is[float64](b, contrast(pair[0], pair[1])); ratio < 4.5 {
				t.Errorf("%s: %s on %s has a contrast of %.2f", tt.name, pair[0], pair[1], ratio)
			}
		}
		for _, line := range []string{"load", "baseline", "rate", "delivered", "event"} {
			if ratio := is[float64](b, contrast(line, "panel")); ratio < 3 {
				t.Errorf("%s: the line of %s has a contrast of %.2f", tt.name, line, ratio)
			}
		}
		b.shoot(tt.name)
	}
	dark := is[string](b, `getComputedStyle(document.body).backgroundColor`)
	b.screen(390, 844, true, "dark")
	if now := is[string](b, `getComputedStyle(document.body).backgroundColor`); now == dark {
		t.Errorf("dark and light have the background %s", dark)
	}
}

func TestEventsOfEarlierRunsAreShownOnce(t *testing.T) {
	a, b := agent.New(t), newTab(t)
	a.Stop()
	a.Start()
	b.screen(1200, 900, false, "light")
	b.open(a.Origin)
	count := func(reason string) string {
		return `[...document.querySelectorAll('[aria-label="Events of home"] tbody tr')].filter((r) => r.cells[2].textContent === '` + reason + `').length`
	}
	b.until(count("LoopResumed") + ` === 2 && ` + count("LoopStarted") + ` === 4`)
	b.do(chromedp.Reload())
	b.until(count("LoopResumed") + ` === 2 && ` + count("LoopStarted") + ` === 4`)
	b.wellBehaved(a.Origin)
}

// contrast is the ratio of WCAG 2 between two colours of the page.
func contrast(a, b string) string {
	return `(() => {
		const light = (name) => {
			const css = getComputedStyle(document.documentElement).getPropertyValue('--' + name).trim();
			const [r, g, b] = [1, 3, 5].map((i) => parseInt(css.slice(i, i + 2), 16) / 255).map((x) => x <= 0.03928 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4);
			return 0.2126 * r + 0.7152 * g + 0.0722 * b;
		};
		const [x, y] = [light('` + a + `'), light('` + b + `')];
		return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05);
	})()`
}

func TestThePageIsUsedByKeyboard(t *testing.T) {
	a, b := agent.New(t), newTab(t)
	b.screen(1200, 900, false, "light")
	b.open(a.Origin)
	b.until(points + ` > 60`)
	// Everything that can be used is reached by Tab, in order.
	reached := map[string]bool{}
	for range 60 {
		b.do(chromedp.KeyEvent(kb.Tab))
		reached[is[string](b, `(() => { const e = document.activeElement; return e.id || e.className || e.tagName; })()`)] = true
	}
	for _, want := range []string{"skip", "span", "hold", "chart", "SUMMARY", "A"} {
		if !reached[want] {
			t.Errorf("Tab never reaches %s, only %v", want, reached)
		}
	}
	read := `document.querySelector('[data-kind=rtt] .read').textContent`
	b.do(chromedp.Focus(".chart", chromedp.ByQuery), chromedp.KeyEvent(kb.ArrowLeft))
	first := is[string](b, read)
	b.do(chromedp.KeyEvent(kb.ArrowLeft), chromedp.KeyEvent(kb.ArrowLeft))
	if second := is[string](b, read); !strings.Contains(first, "RTT ") || !strings.Contains(first, "baseline ") || first == second {
		t.Errorf("the arrow keys read %q and then %q", first, second)
	}
	b.do(chromedp.Focus("#hold", chromedp.ByQuery), chromedp.KeyEvent(" "))
	b.until(`document.getElementById('hold').getAttribute('aria-pressed') === 'true'`)
	held := is[float64](b, points)
	time.Sleep(time.Second)
	if now := is[float64](b, points); now != held {
		t.Errorf("a held chart went from %.0f to %.0f points", held, now)
	}
	b.do(chromedp.KeyEvent(" "))
	b.until(points + ` > ` + "0")
	b.do(chromedp.SetValue("#span", "3600", chromedp.ByQuery), chromedp.Evaluate(`document.getElementById('span').dispatchEvent(new Event('change'))`, nil))
	b.until(points + ` > 2 && ` + points + ` < 60`)
	b.shoot("hour")
	b.wellBehaved(a.Origin)
}

func TestAScreenReaderIsToldWhatThePictureShows(t *testing.T) {
	a, b := agent.New(t), newTab(t)
	b.open(a.Origin)
	b.until(points + ` > 60`)
	var tree struct {
		Nodes []struct {
			Ignored bool `json:"ignored"`
			Role    struct {
				Value string `json:"value"`
			} `json:"role"`
			Name struct {
				Value string `json:"value"`
			} `json:"name"`
		} `json:"nodes"`
	}
	b.do(chromedp.ActionFunc(func(ctx context.Context) error {
		return cdp.Execute(ctx, "Accessibility.getFullAXTree", nil, &tree)
	}))
	charts, tables, headings, statuses := 0, 0, 0, 0
	for _, n := range tree.Nodes {
		if n.Ignored {
			continue
		}
		name := n.Name.Value
		switch n.Role.Value {
		case "image", "img":
			charts++
			if !strings.Contains(name, "ms") && !strings.Contains(name, "M,") || strings.Contains(name, "NaN") || strings.Contains(name, "undefined") {
				t.Errorf("a chart is called %s", name)
			}
		case "table":
			tables++
		case "heading":
			headings++
		case "status":
			statuses++
		case "button", "combobox", "link":
			if name == "" {
				t.Errorf("a %s has no name", n.Role.Value)
			}
		}
	}
	if charts != 6 || tables == 0 || headings < 7 || statuses == 0 {
		t.Errorf("there are %d charts, %d tables, %d headings, %d statuses", charts, tables, headings, statuses)
	}
}
