package api

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/wanctl/wanctl/test/observe/internal/agent"
)

func get(t *testing.T, url string) []byte {
	t.Helper()
	answer, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	data, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK {
		t.Fatalf("%s: %d, %v: %s", url, answer.StatusCode, err, data)
	}
	return data
}

func TestLiveObjectsAreAsTheirDescriptionSays(t *testing.T) {
	a := agent.New(t)
	var index struct {
		Paths map[string]struct{ ServerRelativeURL string }
	}
	if err := json.Unmarshal(get(t, a.Origin+"/openapi/v3"), &index); err != nil {
		t.Fatal(err)
	}
	doc, err := openapi3.NewLoader().LoadFromData(get(t, a.Origin+index.Paths["apis/wanctl.dev/v1alpha1"].ServerRelativeURL))
	if err != nil {
		t.Fatal(err)
	}
	// A CustomResourceDefinition's schema has extensions of Kubernetes' own.
	if err := doc.Validate(t.Context(), openapi3.AllowExtraSiblingFields("description"), openapi3.DisableExamplesValidation()); err != nil {
		t.Fatalf("the description is not OpenAPI 3.0: %v", err)
	}
	for path, item := range doc.Paths.Map() {
		var value any
		if err := json.Unmarshal(get(t, a.Origin+strings.ReplaceAll(path, "{name}", "home")), &value); err != nil {
			t.Fatal(err)
		}
		schema := item.Get.Responses.Value("200").Value.Content.Get("application/json").Schema.Value
		if err := schema.VisitJSON(value); err != nil {
			t.Errorf("%s is not as described: %v", path, err)
		}
		if broken, ok := value.(map[string]any); ok && strings.HasSuffix(path, "{name}") {
			broken["spec"].(map[string]any)["wans"] = "none"
			if schema.VisitJSON(broken) == nil {
				t.Errorf("the description of %s lets anything pass", path)
			}
		}
	}
	if doc.Paths.Len() != 4 {
		t.Errorf("%d paths are described", doc.Paths.Len())
	}
}
