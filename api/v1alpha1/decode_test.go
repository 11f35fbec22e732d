package v1alpha1_test

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/api/resource"

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

func TestOnlyDocumentsWithoutFaultsGiveSites(t *testing.T) {
	good := string(read(t, "testdata/good/least.yaml"))
	bad := strings.Replace(strings.Replace(good, "name: least", "name: bad", 1), "100M", "-100M", 1)
	other := strings.Replace(good, "name: least", "name: other", 1)
	sites, faults := v1alpha1.Decode("site.yaml", []byte(good+"---\n"+bad+"---\n"+other))
	if len(sites) != 2 || sites[0].Name != "least" || sites[1].Name != "other" {
		t.Errorf("got %d sites, want the first and the third", len(sites))
	}
	if len(faults) != 1 || faults[0].Line != 15 || faults[0].Path != "spec.wans[0].download.ceiling" {
		t.Errorf("got %v, want one fault in line 15", faults)
	}
}

func TestADecodedSiteHasItsDefaultsAndNoStatus(t *testing.T) {
	site := decodeGood(t, "other-status.yaml")
	if got := *site.Spec.WANs[0].Download.Decrease.Factor; got != 0.9 {
		t.Errorf("the factor is %v", got)
	}
	if diff := cmp.Diff(v1alpha1.SiteStatus{}, site.Status); diff != "" {
		t.Errorf("the status is taken from the manifest\n%s", diff)
	}
	if site.Generation != 7 {
		t.Errorf("the generation is %d", site.Generation)
	}
}

func TestMergesAndAliasesAreWrittenOut(t *testing.T) {
	site := decodeGood(t, "several.yaml")
	a, b := site.Spec.WANs[0], site.Spec.WANs[1]
	if a.Name != "a" || b.Name != "b" || b.Router != "sim" {
		t.Errorf("the WANs are %q and %q behind %q", a.Name, b.Name, b.Router)
	}
	if got := b.Upload.Ceiling.String() + " " + b.Upload.Floors.Red.String(); got != "20M 10M" {
		t.Errorf("the merged upload has %s, want the ceiling of its own and the floor of the other", got)
	}
}

func TestAByteOrderMarkAndWindowsLineEndsChangeNothing(t *testing.T) {
	text := "\ufeff" + strings.ReplaceAll(string(read(t, "testdata/good/several.yaml")), "\n", "\r\n")
	sites, faults := v1alpha1.Decode("site.yaml", []byte(text))
	if err := faults.OrNil(); err != nil || len(sites) != 2 {
		t.Errorf("%d sites, %v", len(sites), err)
	}
}

func TestAFaultIsWrittenWithWhatIsKnownOfItsPlace(t *testing.T) {
	for _, c := range []struct {
		fault v1alpha1.FieldError
		want  string
	}{
		{v1alpha1.FieldError{File: "site.yaml", Line: 14, Column: 7, Path: "spec.wans[0].name", Message: "is missing"}, "site.yaml:14:7: spec.wans[0].name: is missing"},
		{v1alpha1.FieldError{File: "site.yaml", Line: 1, Column: 1, Message: "no Site"}, "site.yaml:1:1: no Site"},
		{v1alpha1.FieldError{Path: "spec.wans", Message: "is empty"}, "spec.wans: is empty"},
	} {
		if got := c.fault.Error(); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
	if err := (v1alpha1.FieldErrors{}).OrNil(); err != nil {
		t.Errorf("no faults are the error %v", err)
	}
}

func TestValidateFindsWhatDecodeFindsLessThePlaces(t *testing.T) {
	site := decodeGood(t, "two-wans.yaml")
	if faults := v1alpha1.Validate(site); len(faults) > 0 {
		t.Fatalf("a good site has %v", faults)
	}
	site.Spec.WANs[0].Download.Floors.Red = resource.NewScaledQuantity(100, resource.Mega)
	site.Spec.Steering[0].To = "spectrum"
	want := "spec.wans[0].download.floors.red: 100M is above the ceiling of 95M; a floor must be at most the ceiling\n" +
		"spec.wans[0].download.floors.softRed: floors.softRed, 25M, is below floors.red, 100M; a better state's floor must be at least the worse one's\n" +
		"spec.steering[0].to: is spectrum, where the traffic comes from; name another WAN"
	if got := v1alpha1.Validate(site).Error(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestEveryNamedProfileAndBothLimitsSuitTheDefaults(t *testing.T) {
	least := string(read(t, "testdata/good/least.yaml"))
	for _, profile := range append(slices.Clone(v1alpha1.Profiles), v1alpha1.MinInterval.String(), v1alpha1.MaxInterval.String()) {
		text := strings.Replace(least, "spec:\n", "spec:\n  intervalProfile: "+profile+"\n", 1)
		sites, faults := v1alpha1.Decode("site.yaml", []byte(text))
		if err := faults.OrNil(); err != nil || sites[0].Spec.IntervalProfile != profile {
			t.Errorf("%s: %v", profile, err)
		}
	}
}

func TestASiteMadeOfNothingIsRefusedWithoutAPanic(t *testing.T) {
	if faults := v1alpha1.Validate(&v1alpha1.Site{}); len(faults) == 0 {
		t.Error("an empty site is accepted")
	}
}

func BenchmarkDecode(b *testing.B) {
	data := read(b, "testdata/good/two-wans.yaml")
	b.ReportAllocs()
	for b.Loop() {
		if _, faults := v1alpha1.Decode("two-wans.yaml", data); len(faults) > 0 {
			b.Fatal(faults)
		}
	}
}
