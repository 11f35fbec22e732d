package v1alpha1_test

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/wanctl/wanctl/api/v1alpha1"
)

var update = flag.Bool("update", false, "write the errors of the bad manifests anew")

// manifests are the names of the manifests in a folder of testdata.
func manifests(t testing.TB, folder string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("testdata", folder, "*.yaml"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no manifests in testdata/%s (%v)", folder, err)
	}
	return files
}

func read(t testing.TB, file string) []byte {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestEveryBadManifestIsRefusedWithItsExactErrors(t *testing.T) {
	for _, file := range manifests(t, "bad") {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".yaml"), func(t *testing.T) {
			_, faults := v1alpha1.Decode(filepath.Base(file), read(t, file))
			if len(faults) == 0 {
				t.Fatal("decodes without an error")
			}
			got := []byte(faults.Error() + "\n")
			golden := strings.TrimSuffix(file, ".yaml") + ".txt"
			if *update {
				if err := os.WriteFile(golden, got, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if want := read(t, golden); !bytes.Equal(got, want) {
				t.Errorf("the errors are\n%swant\n%s", got, want)
			}
		})
	}
}

func TestEveryGoodManifestDecodes(t *testing.T) {
	for _, file := range manifests(t, "good") {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".yaml"), func(t *testing.T) {
			sites, faults := v1alpha1.Decode(filepath.Base(file), read(t, file))
			if err := faults.OrNil(); err != nil {
				t.Fatal(err)
			}
			if len(sites) == 0 {
				t.Fatal("no site")
			}
		})
	}
}
