// Package live shows what an agent does while it runs: on a terminal the table
// of its WANs with the newest log lines below, elsewhere rows as they change.
package live

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/wanctl/wanctl/api/v1alpha1"
	"github.com/wanctl/wanctl/cmd/wanctl/internal/screen"
	"github.com/wanctl/wanctl/cmd/wanctl/internal/table"
	"github.com/wanctl/wanctl/cmd/wanctl/internal/view"
)

// logLines is how many lines of the log stand below the table.
const logLines = 8

// Display shows live objects. It is safe for concurrent use.
type Display struct {
	out, log io.Writer
	screen   *screen.Screen
	now      func() time.Time

	mu      sync.Mutex
	lines   []string
	earlier *table.Table
	widths  []int
}

// New shows on out; the log stands below the table where out is a terminal,
// and goes to log elsewhere.
func New(out, log io.Writer, now func() time.Time) *Display {
	return &Display{out: out, log: log, screen: screen.New(out), now: now}
}

// Off shows nothing but the log.
func Off(log io.Writer) *Display { return &Display{log: log} }

// Terminal says that there is a terminal to draw on.
func (d *Display) Terminal() bool { return d.screen != nil }

// Log is where the log goes.
func (d *Display) Log() io.Writer {
	if d.screen == nil {
		return d.log
	}
	return tail{d}
}

// tail keeps the newest lines of a log.
type tail struct{ display *Display }

// Write takes whole lines, as log handlers write them.
func (t tail) Write(p []byte) (int, error) {
	t.display.mu.Lock()
	defer t.display.mu.Unlock()
	lines := append(t.display.lines, strings.Split(strings.TrimRight(string(p), "\n"), "\n")...)
	t.display.lines = lines[max(0, len(lines)-logLines):]
	return len(p), nil
}

// Show draws the sites.
func (d *Display) Show(sites []*v1alpha1.Site) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.out == nil {
		return
	}
	list := make([]v1alpha1.Site, len(sites))
	for i, s := range sites {
		list[i] = *s
	}
	t := view.Status(list, d.now(), true)
	if d.screen != nil {
		_ = d.screen.Draw(append(append(t.Lines(t.Widths(nil), true), notes(list, d.now())...), d.below()...))
		return
	}
	if d.earlier == nil {
		d.earlier = &table.Table{}
	}
	news := t.Since(d.earlier)
	if len(news.Rows) > 0 {
		d.widths = news.Widths(d.widths)
		for _, line := range news.Lines(d.widths, len(d.earlier.Rows) == 0) {
			fmt.Fprintln(d.out, line)
		}
	}
	d.earlier = t
}

func (d *Display) below() []string {
	if len(d.lines) == 0 {
		return nil
	}
	return append([]string{""}, d.lines...)
}

// notes are where rollouts stand, and the messages of conditions that are not as
// they should be.
func notes(sites []v1alpha1.Site, now time.Time) []string {
	lines := view.RolloutNotes(sites, now)
	for i := range sites {
		conditions := sites[i].Status.Conditions
		for _, kind := range []string{v1alpha1.ConditionAccepted, v1alpha1.ConditionReady, v1alpha1.ConditionStatusWritable} {
			if c := meta.FindStatusCondition(conditions, kind); c != nil && c.Status != metav1.ConditionTrue {
				lines = append(lines, "", fmt.Sprintf("%s: %s is %s (%s):", sites[i].Name, c.Type, c.Status, c.Reason))
				lines = append(lines, strings.Split(c.Message, "\n")...)
			}
		}
	}
	return lines
}
