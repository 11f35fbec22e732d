package schema_test

import (
	"fmt"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/wanctl/wanctl/api/v1alpha1/internal/fieldpath"
	"github.com/wanctl/wanctl/api/v1alpha1/internal/schema"
)

const small = `{
  "type": "object", "required": ["name"],
  "properties": {
    "name": {"type": "string"},
    "size": {"type": "integer", "format": "int32"},
    "wait": {"type": "string", "format": "go-duration"},
    "parts": {"type": "array", "items": {"type": "object", "properties": {"name": {"type": "string"}}}},
    "notes": {"type": "object", "additionalProperties": {"type": "string"}},
    "rest": {"type": "object"},
    "made": {"type": ["string", "null"]}
  }
}`

func check(t *testing.T, text string, skip ...string) schema.Shape {
	t.Helper()
	want, err := schema.Parse([]byte(small))
	if err != nil {
		t.Fatal(err)
	}
	var doc yaml.Node
	if err := yaml.Unmarshal([]byte(text), &doc); err != nil {
		t.Fatal(err)
	}
	return schema.Check(doc.Content[0], want, skip...)
}

func TestCheckKeepsWhatIsRightAndDropsTheRest(t *testing.T) {
	for text, want := range map[string]string{
		"name: a # b":                                     `{"name": "a"}`,
		"{name: a, size: big, wait: 1s}":                  `{"name": "a", "wait": "1s"}`,
		"{name: a, rest: {x: 1}, made: ~}":                `{"name": "a", "rest": {}}`,
		"{name: a, parts: [1, {name: b}]}":                `{"name": "a", "parts": [{}, {"name": "b"}]}`,
		"{name: &n a, notes: {x.y: *n}}":                  `{"name": "a", "notes": {"x.y": "a"}}`,
		"{name: a, <<: {name: b, size: 5}}":               `{"name": "a", "size": 5}`,
		"{name: a, <<: [{size: 5}, {size: 6, wait: 0s}]}": `{"name": "a", "size": 5, "wait": "0s"}`,
		"{name: '2001-01-01', wait: 5}":                   `{"name": "2001-01-01"}`,
	} {
		clean, err := yaml.Marshal(check(t, text).Clean)
		if got := strings.TrimSpace(string(clean)); err != nil || got != want {
			t.Errorf("%s: %s (%v), want %s", text, got, err, want)
		}
	}
}

func TestCheckLeavesSkippedFieldsAlone(t *testing.T) {
	shape := check(t, "{name: a, size: {is: wrong}}", "size")
	if len(shape.Faults) > 0 {
		t.Errorf("%v", shape.Faults)
	}
	if got := shape.Find("size.is"); got != (schema.Position{Line: 1, Column: 11}) {
		t.Errorf("size is at %v", got)
	}
}

func TestFindIsTheNearestThatStandsThere(t *testing.T) {
	shape := check(t, "name: a\nparts:\n- name: b\n")
	for path, want := range map[fieldpath.Path]schema.Position{
		"name": {Line: 1, Column: 7}, "parts": {Line: 2, Column: 1}, "parts[0]": {Line: 3, Column: 3}, "parts[0].name": {Line: 3, Column: 9},
		"parts[0].size.unit": {Line: 3, Column: 3}, "parts[7]": {Line: 2, Column: 1}, "colour": {Line: 1, Column: 1}, "": {Line: 1, Column: 1},
	} {
		if got := shape.Find(path); got != want {
			t.Errorf("%q is at %v, want %v", path, got, want)
		}
	}
}

func TestFaultyCoversWhatAFaultMayEntail(t *testing.T) {
	shape := check(t, "{nmae: a, parts: [{name: 1}, {name: b}]}")
	for path, want := range map[fieldpath.Path]bool{
		"parts[0].name": true, "parts[0]": true, "parts": true, "parts[1]": false, "name": true, "nmae": true, "size": false,
	} {
		if got := shape.Faulty(path); got != want {
			t.Errorf("%s: %v, want %v (faults %v)", path, got, want, shape.Faults)
		}
	}
}

func TestMergesThatMergeThemselvesEnd(t *testing.T) {
	shape := check(t, "&a {name: x, <<: *a}")
	if len(shape.Faults) == 0 || !strings.Contains(fmt.Sprint(shape.Faults), "deep") {
		t.Errorf("faults are %v", shape.Faults)
	}
}

func TestADamagedSchemaIsRefused(t *testing.T) {
	for _, text := range []string{"", "[]", `{"type": 5}`, `{"additionalProperties": 5}`, `{"properties": {"a": {"items": 1}}}`} {
		if _, err := schema.Parse([]byte(text)); err == nil {
			t.Errorf("%q is read", text)
		}
	}
}
