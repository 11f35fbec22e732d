//go:build e2e

package e2e

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The names in the manifest.
const (
	siteName = "home"
	dsl      = "dsl"
	spare    = "spare"
)

// Figures of the line and of the manifest, in Mbit/s.
const (
	lineDown, lineUp       = 20, 8
	lowDown                = 10
	ceilingDown, ceilingUp = 25, 10
)

// manifest wants the line under control, and beside it a simulated WAN with an
// interval of its own, which no edit of this test concerns.
const manifest = `apiVersion: wanctl.dev/v1alpha1
kind: Site
metadata:
  name: home
spec:
  intervalProfile: 500ms
  rollout: {strategy: Immediate}
  thresholds:
    green: 15ms
  routers:
  - name: here
    linux: {}
  - name: lab
    simulated: {}
  wans:
  - name: dsl
    router: here
    probe:
      reflectors: [10.9.0.1, 10.9.0.2, 10.9.0.3]
    download:
      queue: ifb
      ceiling: 25M
      floors: {red: 3M}
    upload:
      queue: wan
      ceiling: 10M
      floors: {red: 1M}
  - name: spare
    router: lab
    intervalProfile: 250ms
    thresholds: {green: 15ms}
    download:
      ceiling: 50M
    upload:
      ceiling: 10M
`

// save writes the manifest as an editor does: a new file takes the old one's
// place.
func save(t *testing.T, path, text string) {
	t.Helper()
	next := filepath.Join(filepath.Dir(path), ".next")
	if err := os.WriteFile(next, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(next, path); err != nil {
		t.Fatal(err)
	}
}

// edited is a manifest with one passage in place of another.
func edited(t *testing.T, text, from, to string) string {
	t.Helper()
	if strings.Count(text, from) != 1 {
		t.Fatalf("the manifest should have %q once", from)
	}
	return strings.Replace(text, from, to, 1)
}

// position is the line and column, from 1, of a passage's first byte.
func position(t *testing.T, text, passage string) (line, column int) {
	t.Helper()
	at := strings.Index(text, passage)
	if at < 0 {
		t.Fatalf("the manifest should have %q", passage)
	}
	before := text[:at]
	return 1 + strings.Count(before, "\n"), at - strings.LastIndex(before, "\n")
}
