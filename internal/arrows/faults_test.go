package arrows

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestEveryFaultNamesATestThatExists compares docs/explanation/faults.md with
// the tests that there are.
func TestEveryFaultNamesATestThatExists(t *testing.T) {
	page, err := os.ReadFile("../../docs/explanation/faults.md")
	if err != nil {
		t.Fatal(err)
	}
	named := regexp.MustCompile("`([a-z/]+)\\.(Test[A-Za-z0-9]+)`")
	rows := 0
	for line := range strings.Lines(string(page)) {
		if !strings.HasPrefix(line, "| ") || strings.HasPrefix(line, "| fault") {
			continue
		}
		rows++
		found := named.FindAllStringSubmatch(line, -1)
		if len(found) == 0 {
			t.Errorf("no test is named for: %s", line)
		}
		for _, f := range found {
			if !defined(t, filepath.Join("../..", f[1]), f[2]) {
				t.Errorf("there is no %s.%s", f[1], f[2])
			}
		}
	}
	if rows < 30 {
		t.Errorf("only %d rows were found", rows)
	}
}

// defined says whether a folder has a test of a name.
func defined(t *testing.T, folder, test string) bool {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folder, "*_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(data), "\nfunc "+test+"(t *testing.T)") {
			return true
		}
	}
	return false
}
