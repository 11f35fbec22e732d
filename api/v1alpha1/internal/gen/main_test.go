package main

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"github.com/wanctl/wanctl/api/v1alpha1/internal/schema"
)

func TestTheGeneratedFilesAreThoseOfTheDefinition(t *testing.T) {
	definition, err := os.ReadFile("../../../../manifests/crd/wanctl.dev_sites.yaml")
	if err != nil {
		t.Fatal(err)
	}
	generated, err := schemaOf(definition)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(generated, schema.JSON()) {
		t.Error("the JSON schema is stale; run go generate ./api/...")
	}
	docs, err := os.ReadFile("../../../../docs/reference/site.md")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(docs, reference(schema.Site())) {
		t.Error("the field reference is stale; run go generate ./api/...")
	}
}

func TestTheReferenceHasEveryFieldWithItsDescription(t *testing.T) {
	docs := string(reference(schema.Site()))
	fields, status := 0, 0
	var walk func(path string, n *schema.Node)
	walk = func(path string, n *schema.Node) {
		for name, child := range n.Element().Properties {
			at := path + "." + name
			fields++
			if strings.HasPrefix(at, "site.status.") {
				status++
			}
			row := "| `" + at + "` | `<" + child.TypeName() + ">` |"
			_, rest, found := strings.Cut(docs, row)
			line, _, _ := strings.Cut(rest, "\n")
			if !found || !strings.Contains(line, strings.ReplaceAll(oneLine(child.Description), "|", `\|`)) {
				t.Errorf("%s is not in the reference as it is in the schema", at)
			}
			walk(at, child)
		}
	}
	walk("site", schema.Site())
	if fields < 200 || status < 80 {
		t.Errorf("only %d fields found, %d of them of the status", fields, status)
	}
}

func TestADefinitionThatIsNoneIsRefused(t *testing.T) {
	for _, definition := range []string{"", "spec: {versions: []}", "spec: [", "spec: {versions: [{}, {}]}"} {
		if _, err := schemaOf([]byte(definition)); err == nil {
			t.Errorf("%q is accepted", definition)
		}
	}
}

func TestAnObjectsDefaultIsSpreadOverItsFields(t *testing.T) {
	object := map[string]any{
		"type":       "object",
		"default":    map[string]any{"flows": 2.0},
		"properties": map[string]any{"flows": map[string]any{"type": "integer"}},
	}
	if err := convert(object); err != nil {
		t.Fatal(err)
	}
	if got := object["properties"].(map[string]any)["flows"].(map[string]any)["default"]; got != 2.0 {
		t.Errorf("the field's default is %v", got)
	}
	object["default"] = map[string]any{"flow": 2.0}
	if err := convert(object); err == nil {
		t.Error("a default for no field is accepted")
	}
}
