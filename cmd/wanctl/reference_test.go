package main

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/wanctl/wanctl/cmd/wanctl/internal/reference"
)

//go:generate go test . -run ^TestTheCommandReferenceIsCurrent$ -update

// referenceDir is where the pages stand.
const referenceDir = "../../docs/reference/cli"

func TestTheCommandReferenceIsCurrent(t *testing.T) {
	pages := reference.Pages(newRoot(time.Now))
	if *update {
		if err := writePages(pages); err != nil {
			t.Fatal(err)
		}
	}
	stale, err := os.ReadDir(referenceDir)
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range stale {
		if _, ok := pages[file.Name()]; !ok {
			t.Errorf("%s is the page of no command; run go generate ./cmd/wanctl", file.Name())
		}
	}
	for name, want := range pages {
		got, err := os.ReadFile(filepath.Join(referenceDir, name))
		if err != nil {
			t.Fatalf("%v; run go generate ./cmd/wanctl", err)
		}
		if diff := cmp.Diff(want, string(got)); diff != "" {
			t.Errorf("%s is not current (-want +got); run go generate ./cmd/wanctl\n%s", name, diff)
		}
	}
}

// writePages replaces all pages.
func writePages(pages map[string]string) error {
	if err := os.RemoveAll(referenceDir); err != nil {
		return err
	}
	if err := os.MkdirAll(referenceDir, 0o755); err != nil {
		return err
	}
	for name, text := range pages {
		if err := os.WriteFile(filepath.Join(referenceDir, name), []byte(text), 0o644); err != nil {
			return err
		}
	}
	return nil
}
