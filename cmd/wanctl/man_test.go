package main

import (
	"flag"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"
)

var manDir = flag.String("man", "", "folder to write the man pages to")

// TestEveryCommandHasAManPage writes them, which keeps the generator out of
// the program. The date is that of no build, so that equal sources make equal
// pages.
func TestEveryCommandHasAManPage(t *testing.T) {
	dir := *manDir
	if dir == "" {
		dir = t.TempDir()
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	root := newRoot(time.Now)
	root.DisableAutoGenTag = true
	date := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	if err := doc.GenManTree(root, &doc.GenManHeader{Section: "1", Source: "wanctl", Manual: "wanctl", Date: &date}, dir); err != nil {
		t.Fatal(err)
	}
	var walk func(*cobra.Command)
	walk = func(cmd *cobra.Command) {
		name := cmd.CommandPath()
		page := filepath.Join(dir, manName(name))
		if info, err := os.Stat(page); err != nil || info.Size() == 0 {
			t.Errorf("%s has no man page: %v", name, err)
		}
		for _, sub := range cmd.Commands() {
			if sub.IsAvailableCommand() {
				walk(sub)
			}
		}
	}
	walk(root)
}

// manName is the file of a command's page.
func manName(path string) string {
	out := []byte(path)
	for i, c := range out {
		if c == ' ' {
			out[i] = '-'
		}
	}
	return string(out) + ".1"
}
