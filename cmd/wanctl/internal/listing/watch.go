package listing

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"time"

	"github.com/wanctl/wanctl/cmd/wanctl/internal/screen"
	"github.com/wanctl/wanctl/cmd/wanctl/internal/table"
	"github.com/wanctl/wanctl/cmd/wanctl/internal/trend"
)

// pollEvery is how often a watch looks again. The files are small and local,
// so that looking costs less than being told.
const pollEvery = 250 * time.Millisecond

// Watch prints listings until ctx ends: redrawn in place on a terminal, or
// else row by row as they change. Events, which only ever grow in number, are
// best watched as rows.
func Watch(ctx context.Context, out, notes io.Writer, look func() (*Listing, error), opts Options, inPlace bool) error {
	show := follow(out, notes, opts)
	if s := screen.New(out); s != nil && inPlace && opts.Format.Table() {
		show = redraw(s, opts)
	}
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	for {
		l, err := look()
		if err != nil {
			return err
		}
		if err := show(l); err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// redraw draws a listing where the one before was.
func redraw(s *screen.Screen, opts Options) func(*Listing) error {
	var history trend.History
	return func(l *Listing) error {
		history.Add(l.At, l.Trends)
		drawn := sparkled(l, &history, s.Width())
		lines := drawn.Lines(drawn.Widths(nil), opts.Header)
		if len(l.Table.Rows) == 0 {
			lines = []string{l.Empty}
		}
		lines = append(lines, l.Notes...)
		if l.Warning != "" {
			lines = append(lines, l.Warning)
		}
		return s.Draw(lines)
	}
}

// follow prints what differs from the listing before.
func follow(out, notes io.Writer, opts Options) func(*Listing) error {
	if !opts.Format.Table() {
		return followWhole(out, notes, opts)
	}
	earlier, warning := &table.Table{}, ""
	var widths []int
	header := opts.Header
	return func(l *Listing) error {
		if (l.Warning == "") != (warning == "") && l.Warning != "" {
			if _, err := fmt.Fprintln(notes, l.Warning); err != nil {
				return err
			}
		}
		warning = l.Warning
		news := l.Table.Since(earlier)
		earlier = l.Table
		if len(news.Rows) == 0 {
			return nil
		}
		widths = news.Widths(widths)
		for _, line := range news.Lines(widths, header) {
			if _, err := fmt.Fprintln(out, line); err != nil {
				return err
			}
		}
		header = false
		return nil
	}
}

// followWhole prints all of a listing whenever any of it differs.
func followWhole(out, notes io.Writer, opts Options) func(*Listing) error {
	var earlier []byte
	return func(l *Listing) error {
		var now bytes.Buffer
		if err := Print(&now, io.Discard, l, opts); err != nil {
			return err
		}
		if bytes.Equal(earlier, now.Bytes()) {
			return nil
		}
		if earlier == nil && l.Warning != "" {
			if _, err := fmt.Fprintln(notes, l.Warning); err != nil {
				return err
			}
		}
		earlier = now.Bytes()
		_, err := out.Write(earlier)
		return err
	}
}
