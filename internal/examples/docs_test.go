package examples

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/wanctl/wanctl/api/v1alpha1"
)

// pages are the Markdown files of the repository's documentation.
func pages(t *testing.T) map[string]string {
	t.Helper()
	text := map[string]string{}
	add := func(path string) {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		text[path] = string(data)
	}
	add(root + "/README.md")
	err := filepath.WalkDir(root+"/docs", func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && strings.HasSuffix(path, ".md") {
			add(path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return text
}

var (
	// fence is a block of code, its language and its body.
	fence = regexp.MustCompile("(?ms)^```([a-z]*)\n(.*?)^```$")
	// link is an inline link that is not an image's.
	link = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	// heading is a line of # and a title.
	heading = regexp.MustCompile(`(?m)^#+ +(.+?) *$`)
	// dropped is what is left out of a heading's anchor.
	dropped = regexp.MustCompile(`[^\p{L}\p{N} _-]`)
)

// anchors are the fragments that a page's headings have.
func anchors(text string) []string {
	var all []string
	for _, m := range heading.FindAllStringSubmatch(fence.ReplaceAllString(text, ""), -1) {
		plain := dropped.ReplaceAllString(strings.ToLower(m[1]), "")
		all = append(all, strings.ReplaceAll(plain, " ", "-"))
	}
	return all
}

func TestEveryRelativeLinkLeadsSomewhere(t *testing.T) {
	text := pages(t)
	for path, page := range text {
		for _, m := range link.FindAllStringSubmatch(fence.ReplaceAllString(page, ""), -1) {
			target, fragment, _ := strings.Cut(m[1], "#")
			if strings.Contains(target, "://") {
				continue
			}
			to := path
			if target != "" {
				to = filepath.Join(filepath.Dir(path), target)
			}
			if !strings.HasPrefix(filepath.Clean(to), root) {
				t.Errorf("%s: %s leads out of the repository", path, m[1])
			}
			if _, err := os.Stat(to); err != nil {
				t.Errorf("%s: %s leads nowhere", path, m[1])
			}
			if target, known := text[to]; fragment != "" && (!known || !slices.Contains(anchors(target), fragment)) {
				t.Errorf("%s: there is no heading for %s", path, m[1])
			}
		}
	}
}

func TestEveryPageCanBeReachedFromTheIndex(t *testing.T) {
	text := pages(t)
	reached := map[string]bool{}
	var follow func(path string)
	follow = func(path string) {
		if _, known := text[path]; !known || reached[path] {
			return
		}
		reached[path] = true
		for _, m := range link.FindAllStringSubmatch(text[path], -1) {
			target, _, _ := strings.Cut(m[1], "#")
			follow(filepath.Join(filepath.Dir(path), target))
		}
	}
	follow(root + "/README.md")
	for path := range text {
		if !reached[path] && !strings.Contains(path, "/reference/cli/") {
			t.Errorf("no way of links leads from the README to %s", path)
		}
	}
}

func TestEveryManifestThatIsShownDecodes(t *testing.T) {
	shown := 0
	for path, page := range pages(t) {
		for _, m := range fence.FindAllStringSubmatchIndex(page, -1) {
			language, body := page[m[2]:m[3]], page[m[4]:m[5]]
			if language != "yaml" || !strings.Contains(body, "apiVersion:") || !strings.Contains(body, "kind: Site") {
				continue
			}
			shown++
			// Line numbers are those of the page.
			above := strings.Count(page[:m[4]], "\n")
			_, faults := v1alpha1.Decode(path, []byte(strings.Repeat("\n", above)+body))
			for _, f := range faults {
				t.Error(f)
			}
		}
	}
	if shown == 0 {
		t.Error("no page shows a manifest")
	}
}
