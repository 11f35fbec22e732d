package v1alpha1_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/wanctl/wanctl/api/v1alpha1"
)

func TestExplainTellsAFieldWithItsChildren(t *testing.T) {
	download, err := v1alpha1.Explain("site.spec.wans.download")
	if err != nil {
		t.Fatal(err)
	}
	if download.Type != "<Object>" || !download.Required || download.Name != "download" || download.Description != "Download is the direction towards the user." {
		t.Errorf("download is %+v", download)
	}
	children := map[string]v1alpha1.Field{}
	var names []string
	for _, child := range download.Fields {
		children[child.Name], names = child, append(names, child.Name)
	}
	if !slices.IsSorted(names) {
		t.Errorf("the children are not by name: %v", names)
	}
	if got := children["ceiling"]; got.Type != "<quantity>" || !got.Required || got.Path != "site.spec.wans.download.ceiling" {
		t.Errorf("ceiling is %+v", got)
	}
	if got := children["states"]; got.Type != "<integer>" || !slices.Equal(got.Enum, []string{"3", "4"}) || got.Required {
		t.Errorf("states is %+v", got)
	}
}

func TestExplainWritesTypesAsKubectlDoes(t *testing.T) {
	for path, want := range map[string]string{
		"site":                                  "<Object>",
		"Site.spec":                             "<Object>",
		"sites.spec.wans":                       "<[]Object>",
		"site.spec.wans[0].name":                "<string>",
		"site.spec.wans.probe.reflectors":       "<[]string>",
		"site.spec.wans.probe.timeout":          "<duration>",
		"site.spec.wans.upload.increase.step":   "<quantity>",
		"site.spec.wans.upload.decrease.factor": "<number>",
		"site.spec.routers.routerOS.plaintext":  "<boolean>",
		"site.spec.rollout.gates":               "<map[string]Object>",
		"site.spec.rollout.gates.minEvidence":   "<integer>",
		"site.metadata.labels":                  "<map[string]string>",
		"site.status.wans.rtt.load":             "<duration>",
		"site.status.conditions":                "<[]Object>",
		"site.status.updatedAt":                 "<string>",
	} {
		field, err := v1alpha1.Explain(path)
		if err != nil {
			t.Error(err)
		} else if field.Type != want {
			t.Errorf("%s is %s, want %s", path, field.Type, want)
		}
	}
}

func TestExplainTellsDefaults(t *testing.T) {
	for path, want := range map[string]string{
		"site.spec.intervalProfile":                            "500ms",
		"site.spec.timeConstants.baseline":                     "100s",
		"site.spec.wans.timeConstants.baseline":                "",
		"site.spec.timeConstants":                              "",
		"site.spec.rollout.strategy":                           "Staged",
		"site.spec.rollout.ladder":                             "[50ms, 100ms, 250ms, 500ms]",
		"site.spec.steering.confirm.minDrops":                  "1",
		"site.spec.routers.simulated.links.upload.flows":       "1",
		"site.spec.routers.simulated.links.download.flows":     "2",
		"site.spec.routers.simulated.links.reflectors.address": "",
	} {
		field, err := v1alpha1.Explain(path)
		if err != nil {
			t.Error(err)
		} else if field.Default != want {
			t.Errorf("%s defaults to %q, want %q", path, field.Default, want)
		}
	}
}

func TestAnUnknownPathIsAnsweredWithTheNearest(t *testing.T) {
	for path, want := range map[string]string{
		"site.spec.wan":                       "site.spec.wan: no such field; did you mean site.spec.wans?",
		"site.spec.wans.Download":             "site.spec.wans.Download: no such field; did you mean site.spec.wans.download?",
		"site.spec.wans.download.ceiling.max": "site.spec.wans.download.ceiling.max: no such field; site.spec.wans.download.ceiling has no fields, it is <quantity>",
		"site.colour":                         "site.colour: no such field; site has apiVersion, kind, metadata, spec, status",
		"spec.wans":                           "spec.wans: a path begins with the kind; did you mean site.spec.wans?",
		"pod.spec":                            "pod.spec: no such kind; the only one is site",
		"":                                    ": no such kind; the only one is site",
	} {
		if _, err := v1alpha1.Explain(path); err == nil || err.Error() != want {
			t.Errorf("%q: %v, want %s", path, err, want)
		}
	}
}

func TestEveryFieldOfTheManifestIsExplained(t *testing.T) {
	seen := 0
	var walk func(f v1alpha1.Field)
	walk = func(f v1alpha1.Field) {
		field, err := v1alpha1.Explain(f.Path)
		if err != nil {
			t.Error(err)
			return
		}
		if seen++; field.Description == "" && !strings.HasPrefix(f.Path, "site.status.conditions.") {
			t.Errorf("%s has no description", f.Path)
		}
		for _, child := range field.Fields {
			walk(child)
		}
	}
	walk(v1alpha1.Field{Path: "site"})
	if seen < 200 {
		t.Errorf("only %d fields found", seen)
	}
}

func TestTheSchemaFixesWhatADocumentMustBe(t *testing.T) {
	var root struct {
		Schema     string                    `json:"$schema"`
		Required   []string                  `json:"required"`
		Properties map[string]map[string]any `json:"properties"`
	}
	if err := json.Unmarshal(v1alpha1.Schema(), &root); err != nil {
		t.Fatal(err)
	}
	if root.Schema != "https://json-schema.org/draft/2020-12/schema" {
		t.Errorf("the draft is %s", root.Schema)
	}
	if root.Properties["apiVersion"]["const"] != v1alpha1.APIVersion || root.Properties["kind"]["const"] != v1alpha1.Kind {
		t.Errorf("apiVersion is %v, kind is %v", root.Properties["apiVersion"], root.Properties["kind"])
	}
	if !slices.Equal(root.Required, []string{"apiVersion", "kind", "metadata", "spec"}) {
		t.Errorf("required are %v", root.Required)
	}
	if strings.Contains(string(v1alpha1.Schema()), "x-kubernetes") || strings.Contains(string(v1alpha1.Schema()), "exclusiveMinimum\": true") {
		t.Error("the schema has words of OpenAPI that JSON schema has not")
	}
}
