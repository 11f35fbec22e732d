package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/wanctl/wanctl/api/v1alpha1"
	"github.com/wanctl/wanctl/api/v1alpha1/internal/schema"
)

// durationPattern is what time.ParseDuration reads, less a sign.
const durationPattern = `^(0|(([0-9]+(\.[0-9]*)?|\.[0-9]+)(ns|us|µs|μs|ms|s|m|h))+)$`

// convert turns a schema of OpenAPI 3.0 as Kubernetes has it into one of JSON
// schema draft 2020-12, in place.
func convert(n map[string]any) error {
	if n["x-kubernetes-int-or-string"] == true {
		delete(n, "anyOf")
		n["type"], n["format"] = []any{"string", "number"}, schema.FormatQuantity
	}
	if n["format"] == "duration" {
		n["format"], n["pattern"] = schema.FormatDuration, durationPattern
	}
	exclusive(n, "minimum", "exclusiveMinimum")
	exclusive(n, "maximum", "exclusiveMaximum")
	maps.DeleteFunc(n, func(key string, _ any) bool { return strings.HasPrefix(key, "x-kubernetes-") })

	if items, ok := n["items"].(map[string]any); ok {
		if err := convert(items); err != nil {
			return err
		}
	}
	if values, ok := n["additionalProperties"].(map[string]any); ok {
		if err := convert(values); err != nil {
			return err
		}
	} else if n["type"] == "object" {
		n["additionalProperties"] = false
	}
	properties, _ := n["properties"].(map[string]any)
	if err := spread(n["default"], properties); err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(properties)) {
		if err := convert(properties[name].(map[string]any)); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

// exclusive turns a limit with a flag into a limit of its own kind.
func exclusive(n map[string]any, limit, flag string) {
	if n[flag] == true {
		n[flag] = n[limit]
		delete(n, limit)
	}
}

// spread gives each field its share of the default of the object that holds
// it: an object left out has that default, and so has a field left out of it.
func spread(object any, properties map[string]any) error {
	defaults, _ := object.(map[string]any)
	for name, value := range defaults {
		field, ok := properties[name].(map[string]any)
		if !ok {
			return fmt.Errorf("the default has a field %q that the object has not", name)
		}
		field["default"] = value
	}
	return nil
}

// identify says what the document is: the fixed apiVersion and kind, the
// metadata that a manifest may have, and a status of any version.
func identify(root map[string]any) {
	root["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	root["$id"] = "https://wanctl.dev/schema/v1alpha1/site.schema.json"
	root["title"] = v1alpha1.Kind
	root["required"] = []any{"apiVersion", "kind", "metadata", "spec"}
	properties := root["properties"].(map[string]any)
	properties["apiVersion"] = map[string]any{
		"type": "string", "const": v1alpha1.APIVersion,
		"description": "APIVersion is the version of the manifest's form: " + v1alpha1.APIVersion + ".",
	}
	properties["kind"] = map[string]any{
		"type": "string", "const": v1alpha1.Kind,
		"description": "Kind is what the document describes: " + v1alpha1.Kind + ".",
	}
	properties["metadata"] = metadata()
	loosen(properties["status"].(map[string]any))
}

// metadata is the part of Kubernetes' metadata that a manifest may have.
func metadata() map[string]any {
	text := func(description string) map[string]any {
		return map[string]any{"type": "string", "description": description}
	}
	texts := func(description string) map[string]any {
		return map[string]any{"type": "object", "additionalProperties": map[string]any{"type": "string"}, "description": description}
	}
	name := text("Name is the site's name, unique among all manifests: lower-case letters, digits and dashes, at most 63.")
	name["pattern"], name["maxLength"] = `^[a-z0-9]([-a-z0-9]*[a-z0-9])?$`, 63
	created := text("CreationTimestamp is wanctl's own.")
	created["type"] = []any{"string", "null"}
	return map[string]any{
		"type":                 "object",
		"description":          "Metadata names the site. generation, uid, resourceVersion and creationTimestamp are wanctl's own; a manifest leaves them out.",
		"additionalProperties": false,
		"required":             []any{"name"},
		"properties": map[string]any{
			"name":              name,
			"namespace":         text("Namespace is the Kubernetes namespace; wanctl makes nothing of it."),
			"labels":            texts("Labels are names and values to select by."),
			"annotations":       texts("Annotations are notes of other tools."),
			"generation":        map[string]any{"type": "integer", "format": "int64", "description": "Generation is wanctl's own: it goes up when the meaning of spec changes."},
			"resourceVersion":   text("ResourceVersion is wanctl's own."),
			"uid":               text("UID is wanctl's own."),
			"creationTimestamp": created,
		},
	}
}

// loosen lets a status be of another version: nothing in it is required, and
// it may have fields that this version does not know.
func loosen(n map[string]any) {
	delete(n, "required")
	if n["additionalProperties"] == false {
		delete(n, "additionalProperties")
	}
	for _, inner := range []string{"items", "additionalProperties"} {
		if child, ok := n[inner].(map[string]any); ok {
			loosen(child)
		}
	}
	properties, _ := n["properties"].(map[string]any)
	for _, child := range properties {
		loosen(child.(map[string]any))
	}
}
