package explain_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wanctl/wanctl/api/v1alpha1"
	"github.com/wanctl/wanctl/cmd/wanctl/internal/explain"
)

var (
	kind = v1alpha1.Field{
		Path: "site.spec.routers.kind", Name: "kind", Type: "<string>", Description: "Kind is where it is kept.", Default: "tree", Enum: []string{"tree", "simple"},
	}
	name   = v1alpha1.Field{Path: "site.spec.routers.name", Name: "name", Type: "<string>", Required: true}
	router = v1alpha1.Field{
		Path: "site.spec.routers", Name: "routers", Type: "<[]Object>", Required: true,
		Description: "Routers are the devices that shape, each of them with a name that the WANs use to tell which is meant.\n\nA second paragraph.",
		Fields:      []v1alpha1.Field{kind, name},
	}
	spec = v1alpha1.Field{Path: "site.spec", Name: "spec", Type: "<Object>", Fields: []v1alpha1.Field{{Path: router.Path, Name: router.Name, Type: router.Type, Required: true}}}
)

func lookup(path string) (v1alpha1.Field, error) {
	for _, f := range []v1alpha1.Field{spec, router, kind, name} {
		if f.Path == path {
			return f, nil
		}
	}
	return v1alpha1.Field{}, errors.New("no such field")
}

func TestAFieldIsShownWithItsChildren(t *testing.T) {
	var b strings.Builder
	if err := explain.Field(&b, router); err != nil {
		t.Fatal(err)
	}
	want := `KIND:       Site
VERSION:    wanctl.dev/v1alpha1

FIELD: routers	<[]Object> -required-

DESCRIPTION:
    Routers are the devices that shape, each of them with a name that the WANs
    use to tell which is meant.

    A second paragraph.

FIELDS:
  kind	<string>
    Kind is where it is kept.
    One of: tree, simple
    Default: tree

  name	<string> -required-
    <empty>
`
	if diff := cmp.Diff(want, b.String()); diff != "" {
		t.Errorf("text (-want +got):\n%s", diff)
	}
}

func TestATreeGoesAllTheWayDown(t *testing.T) {
	var b strings.Builder
	if err := explain.Tree(&b, spec, lookup); err != nil {
		t.Fatal(err)
	}
	_, tree, _ := strings.Cut(b.String(), "FIELDS:\n")
	want := "  routers\t<[]Object> -required-\n    kind\t<string>\n    name\t<string> -required-\n"
	if diff := cmp.Diff(want, tree); diff != "" {
		t.Errorf("tree (-want +got):\n%s", diff)
	}
}

func TestPathsComplete(t *testing.T) {
	for typed, want := range map[string][]string{
		"si":                  {"site"},
		"site.spec.rou":       {"site.spec.routers"},
		"site.spec.routers.":  {"site.spec.routers.kind", "site.spec.routers.name"},
		"site.nothing.at.all": nil,
	} {
		if diff := cmp.Diff(want, explain.Complete(typed, lookup)); diff != "" {
			t.Errorf("%s completes to (-want +got):\n%s", typed, diff)
		}
	}
}
