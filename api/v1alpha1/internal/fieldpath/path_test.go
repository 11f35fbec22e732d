package fieldpath_test

import (
	"testing"

	"github.com/wanctl/wanctl/api/v1alpha1/internal/fieldpath"
)

func TestAPathNamesFieldsAndElements(t *testing.T) {
	root := fieldpath.Path("")
	for got, want := range map[fieldpath.Path]fieldpath.Path{
		root.Field("spec").Field("wans").Index(2).Field("name"): "spec.wans[2].name",
		root.Field("a.b"):               `["a.b"]`,
		root.Field("spec").Field(""):    `spec[""]`,
		root.Field("spec").Field("a\n"): `spec["a\n"]`,
	} {
		if got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

func TestAParentHoldsItsFields(t *testing.T) {
	for path, want := range map[fieldpath.Path]fieldpath.Path{
		"spec.wans[2].name": "spec.wans[2]", "spec.wans[2]": "spec.wans", "spec": "", "": "",
	} {
		if got := path.Parent(); got != want {
			t.Errorf("the parent of %q is %q, want %q", path, got, want)
		}
	}
}

func TestWithinIsToldByWholeNames(t *testing.T) {
	for _, c := range []struct {
		path, outer fieldpath.Path
		want        bool
	}{
		{"spec.wans[1].name", "spec.wans[1]", true},
		{"spec.wans[1]", "spec.wans[1]", true},
		{"spec.wans[1]", "spec.wans", true},
		{"spec.wans[1]", "", true},
		{"spec.wansome", "spec.wans", false},
		{"spec.wans[10]", "spec.wans[1]", false},
		{"spec", "spec.wans", false},
	} {
		if got := c.path.Within(c.outer); got != c.want {
			t.Errorf("%q within %q: %v", c.path, c.outer, got)
		}
	}
}
