package v1alpha1_test

import (
	"bytes"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"sigs.k8s.io/yaml"

	"github.com/wanctl/wanctl/api/v1alpha1"
)

func FuzzDecode(f *testing.F) {
	for _, folder := range []string{"bad", "good"} {
		for _, file := range manifests(f, folder) {
			f.Add(read(f, file))
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		sites, faults := v1alpha1.Decode("site.yaml", data)
		if len(sites) == 0 && len(faults) == 0 {
			t.Fatal("neither sites nor faults")
		}
		lines := bytes.Split(data, []byte("\n"))
		for _, fault := range faults {
			if fault.Line < 1 || fault.Line > len(lines) || fault.Column < 1 || fault.Column > utf8.RuneCount(lines[fault.Line-1])+1 {
				t.Errorf("%v is outside the file", fault)
			}
			if fault.Message == "" || fault.File != "site.yaml" {
				t.Errorf("%#v lacks something", fault)
			}
		}
		for _, site := range sites {
			if faults := v1alpha1.Validate(site); len(faults) > 0 {
				t.Errorf("accepted, and yet %v", faults)
			}
			text, err := yaml.Marshal(site)
			if err != nil {
				t.Fatal(err)
			}
			again, faults := v1alpha1.Decode("again.yaml", text)
			if len(faults) > 0 {
				t.Fatalf("accepted once, refused when written anew: %v\n%s", faults, text)
			}
			if diff := cmp.Diff(site, again[0], cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("changed when written anew:\n%s", diff)
			}
		}
	})
}
