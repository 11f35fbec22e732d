package screen

import (
	"bytes"
	"strings"
	"testing"
)

func sized(out *bytes.Buffer, width, height int) *Screen {
	return &Screen{out: out, size: func() (int, int) { return width, height }}
}

func TestASecondDrawingCoversTheFirst(t *testing.T) {
	var out bytes.Buffer
	s := sized(&out, 80, 24)
	if err := s.Draw([]string{"one", "two", "three"}); err != nil {
		t.Fatal(err)
	}
	out.Reset()
	if err := s.Draw([]string{"uno"}); err != nil {
		t.Fatal(err)
	}
	if want := "\x1b[3A\runo\x1b[K\n\x1b[J"; out.String() != want {
		t.Errorf("drawn %q, want %q", out.String(), want)
	}
}

func TestWhatDoesNotFitIsCut(t *testing.T) {
	var out bytes.Buffer
	s := sized(&out, 25, 3)
	lines := []string{strings.Repeat("ü", 30), "two", "three"}
	if err := s.Draw(lines); err != nil {
		t.Fatal(err)
	}
	want := "\r" + strings.Repeat("ü", 25) + "\x1b[K\n\r... and 2 more lines\x1b[K\n\x1b[J"
	if out.String() != want {
		t.Errorf("drawn %q, want %q", out.String(), want)
	}
	if lines[1] != "two" {
		t.Errorf("the caller's lines became %q", lines)
	}
}

func TestAFileOrPipeIsNoScreen(t *testing.T) {
	if New(&bytes.Buffer{}) != nil {
		t.Error("a buffer counts as a terminal")
	}
}
