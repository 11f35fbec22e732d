//go:build web

package web

import (
	"fmt"
	"path/filepath"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// TestTheReportFitsEveryScreenAndAsksForNothing opens the sample report.
func TestTheReportFitsEveryScreenAndAsksForNothing(t *testing.T) {
	path, err := filepath.Abs("../../../docs/examples/report.html")
	if err != nil {
		t.Fatal(err)
	}
	for _, scheme := range []string{"light", "dark"} {
		for _, width := range []int64{390, 1280} {
			t.Run(fmt.Sprintf("%s %d", scheme, width), func(t *testing.T) {
				b := newTab(t)
				b.screen(width, 844, width < 500, scheme)
				b.do(chromedp.Navigate("file://" + path))
				if wide := is[int64](b, `document.documentElement.scrollWidth`); wide > width {
					t.Errorf("on a screen of %d the page is %d wide", width, wide)
				}
				if got := is[string](b, `getComputedStyle(document.body).backgroundColor`); (got == "rgb(255, 255, 255)") != (scheme == "light") {
					t.Errorf("in the %s scheme the paper is %s", scheme, got)
				}
				// Letters of a plot are as large as they are on the screen.
				if least := is[float64](b, `Math.min(...[...document.querySelectorAll('svg text')].map(t => t.getBoundingClientRect().height))`); least < 9 {
					t.Errorf("letters in plots are only %.1f px high", least)
				}
				if plots, pages := is[int](b, `document.querySelectorAll('svg[role=img]').length`), is[int](b, `document.querySelectorAll('section').length`); plots < 10 || pages < 5 {
					t.Errorf("there are %d plots in %d sections", plots, pages)
				}
				b.shoot(fmt.Sprintf("report-%s-%d", scheme, width))
				b.mu.Lock()
				defer b.mu.Unlock()
				if len(b.faults) > 0 || len(b.requests) != 1 {
					t.Errorf("faults %v, requests %v", b.faults, b.requests)
				}
			})
		}
	}
}

// TestTheReportFitsASheetOfPaper looks at it as a printer does: A4, landscape,
// inside margins of 12 mm.
func TestTheReportFitsASheetOfPaper(t *testing.T) {
	path, err := filepath.Abs("../../../docs/examples/report.html")
	if err != nil {
		t.Fatal(err)
	}
	const sheet = 1031
	b := newTab(t)
	b.screen(sheet, 702, false, "dark")
	b.do(emulation.SetEmulatedMedia().WithMedia("print"), chromedp.Navigate("file://"+path))
	if wide := is[int64](b, `Math.ceil(Math.max(...[...document.querySelectorAll('body *')].map(e => e.getBoundingClientRect().right)))`); wide > sheet {
		t.Errorf("on a sheet of %d something ends at %d", sheet, wide)
	}
	if paper := is[string](b, `getComputedStyle(document.body).backgroundColor`); paper != "rgb(255, 255, 255)" {
		t.Errorf("the paper is %s", paper)
	}
	b.shoot("report-print")
}
