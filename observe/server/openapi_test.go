package server_test

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/wanctl/wanctl/api/v1alpha1"
	"github.com/wanctl/wanctl/observe/server"
)

type object = map[string]any

// undescribed are the fields of a value that its schema does not name.
func undescribed(schemas object, schema any, value any, path string) []string {
	s, _ := schema.(object)
	if name, ok := s["$ref"].(string); ok {
		return undescribed(schemas, schemas[strings.TrimPrefix(name, "#/components/schemas/")], value, path)
	}
	if s["type"] == nil && s["anyOf"] == nil {
		return []string{path}
	}
	var missing []string
	switch value := value.(type) {
	case object:
		properties, _ := s["properties"].(object)
		for name, field := range value {
			of, ok := properties[name]
			if !ok {
				of = s["additionalProperties"]
			}
			missing = append(missing, undescribed(schemas, of, field, path+"."+name)...)
		}
	case []any:
		for i, item := range value {
			missing = append(missing, undescribed(schemas, s["items"], item, fmt.Sprintf("%s[%d]", path, i))...)
		}
	}
	return missing
}

// TestEveryFieldThatIsServedIsDescribed serves a site whose status has all there
// is: WANs, a rollout with its gates, verdicts, steering and routers.
func TestEveryFieldThatIsServedIsDescribed(t *testing.T) {
	data, err := os.ReadFile("../metrics/testdata/site.json")
	if err != nil {
		t.Fatal(err)
	}
	full := &v1alpha1.Site{}
	if err := json.Unmarshal(data, full); err != nil {
		t.Fatal(err)
	}
	full.Labels = map[string]string{"place": "attic"}
	if full.Status.Rollout == nil || len(full.Status.Rollout.Gates) == 0 || len(full.Status.Verdicts) == 0 || len(full.Status.Steering) == 0 {
		t.Fatal("the site has no rollout, verdict or steering")
	}
	f, address := serve(t, server.Options{})
	f.Sites([]*v1alpha1.Site{full})
	read := func(path string) object {
		t.Helper()
		code, text := ask(t, "GET", "http://"+address+path, nil)
		var value object
		if err := json.Unmarshal([]byte(text), &value); err != nil || code != 200 {
			t.Fatalf("%s: %d, %v: %s", path, code, err, text)
		}
		return value
	}
	description := read("/openapi/v3/apis/wanctl.dev/v1alpha1")
	schemas := description["components"].(object)["schemas"].(object)
	for path, item := range description["paths"].(object) {
		content := item.(object)["get"].(object)["responses"].(object)["200"].(object)["content"].(object)
		schema := content["application/json"].(object)["schema"]
		value := read(strings.ReplaceAll(path, "{name}", "home"))
		if missing := undescribed(schemas, schema, value, path); len(missing) > 0 {
			t.Errorf("served and not described: %s", strings.Join(missing, ", "))
		}
		value["surprise"] = 1
		if len(undescribed(schemas, schema, value, path)) != 1 {
			t.Errorf("%s: a field that nobody described is not found", path)
		}
	}
}
