// Command gen makes the JSON schema and the field reference of the manifest
// from the custom resource definition that controller-gen makes of the types.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"

	"sigs.k8s.io/yaml"

	"github.com/wanctl/wanctl/api/v1alpha1/internal/schema"
)

func main() {
	crd := flag.String("crd", "", "the custom resource definition to read")
	out := flag.String("schema", "", "the JSON schema to write")
	docs := flag.String("docs", "", "the field reference to write")
	flag.Parse()
	if err := generate(*crd, *out, *docs); err != nil {
		fmt.Fprintln(os.Stderr, "gen:", err)
		os.Exit(1)
	}
}

func generate(crd, out, docs string) error {
	definition, err := os.ReadFile(crd)
	if err != nil {
		return err
	}
	generated, err := schemaOf(definition)
	if err != nil {
		return fmt.Errorf("make a JSON schema of %s: %w", crd, err)
	}
	if err := os.WriteFile(out, generated, 0o644); err != nil {
		return err
	}
	root, err := schema.Parse(generated)
	if err != nil {
		return err
	}
	return os.WriteFile(docs, reference(root), 0o644)
}

// schemaOf is the JSON schema of the only version in a definition.
func schemaOf(definition []byte) ([]byte, error) {
	var crd struct {
		Spec struct {
			Versions []struct {
				Schema struct {
					OpenAPIV3Schema map[string]any `json:"openAPIV3Schema"`
				} `json:"schema"`
			} `json:"versions"`
		} `json:"spec"`
	}
	if err := yaml.Unmarshal(definition, &crd); err != nil {
		return nil, err
	}
	if len(crd.Spec.Versions) != 1 {
		return nil, fmt.Errorf("it has %d versions, want 1", len(crd.Spec.Versions))
	}
	root := crd.Spec.Versions[0].Schema.OpenAPIV3Schema
	if err := convert(root); err != nil {
		return nil, err
	}
	identify(root)
	text, err := json.MarshalIndent(root, "", "  ")
	if err != nil {
		return nil, err
	}
	return append(text, '\n'), nil
}
