// Package screen redraws a table in place on a terminal.
package screen

import (
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"
)

// Screen is the last thing drawn on a terminal.
type Screen struct {
	out   io.Writer
	size  func() (width, height int)
	drawn int
}

// New is the screen behind w; nil if w is no terminal.
func New(w io.Writer) *Screen {
	f, ok := w.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return nil
	}
	return &Screen{out: w, size: func() (int, int) {
		width, height, err := term.GetSize(int(f.Fd()))
		if err != nil {
			return 80, 24
		}
		return width, height
	}}
}

// Width is how many runes fit in a line.
func (s *Screen) Width() int {
	width, _ := s.size()
	return width
}

// Draw puts lines where those drawn before were. Lines longer than the screen
// are cut, and so are lines that do not fit on it.
func (s *Screen) Draw(lines []string) error {
	width, height := s.size()
	if room := max(height-1, 1); len(lines) > room {
		more := len(lines) - room + 1
		lines = append(lines[:room-1:room-1], fmt.Sprintf("... and %d more lines", more))
	}
	var b strings.Builder
	if s.drawn > 0 {
		fmt.Fprintf(&b, "\x1b[%dA", s.drawn)
	}
	for _, line := range lines {
		b.WriteString("\r" + cut(line, width) + "\x1b[K\n")
	}
	b.WriteString("\x1b[J")
	s.drawn = len(lines)
	_, err := io.WriteString(s.out, b.String())
	return err
}

func cut(line string, width int) string {
	if runes := []rune(line); width > 0 && len(runes) > width {
		return string(runes[:width])
	}
	return line
}
