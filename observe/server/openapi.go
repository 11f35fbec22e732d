package server

import (
	"sync"

	"sigs.k8s.io/yaml"

	"github.com/wanctl/wanctl/manifests"
)

// openAPIIndex says where the description is, as Kubernetes does.
var openAPIIndex = object{"paths": object{root[1:]: object{"serverRelativeURL": "/openapi/v3" + root}}}

type object = map[string]any

// openAPI describes what can be read, in OpenAPI 3.0; the schema of a site is
// the one of its CustomResourceDefinition.
var openAPI = sync.OnceValue(func() object {
	site := object{
		"parameters": []object{{"name": "name", "in": "path", "required": true, "schema": object{"type": "string"}, "description": "name of the site"}},
		"get":        get("getSite", "One live object: the accepted manifest, defaults filled in, and its status.", "Site", nil),
	}
	status := object{"parameters": site["parameters"], "get": get("getSiteStatus", "The same, by the name of its subresource.", "Site", nil)}
	ofSite := []object{{"name": "site", "in": "query", "schema": object{"type": "string"}, "description": "only those of this site"}}
	return object{
		"openapi": "3.0.0",
		"info":    object{"title": "wanctl", "version": version, "description": "The live objects of one agent. All is read-only."},
		"paths": object{
			root + "/sites":               object{"get": get("listSites", "Every live object.", "SiteList", nil)},
			root + "/sites/{name}":        site,
			root + "/sites/{name}/status": status,
			root + "/events":              object{"get": get("listEvents", "The stored events, oldest first.", "EventList", ofSite)},
		},
		"components": object{"schemas": object{
			"Site": siteSchema(), "SiteList": list("SiteList", "Site"), "Event": eventSchema, "EventList": list("EventList", "Event"), "Status": statusSchema,
		}},
	}
})

func get(id, description, kind string, parameters []object) object {
	operation := object{
		"operationId": id, "description": description,
		"responses": object{
			"200":     object{"description": "OK", "content": object{"application/json": object{"schema": reference(kind)}}},
			"default": object{"description": "a failure", "content": object{"application/json": object{"schema": reference("Status")}}},
		},
	}
	if parameters != nil {
		operation["parameters"] = parameters
	}
	return operation
}

func reference(kind string) object { return object{"$ref": "#/components/schemas/" + kind} }

func list(kind, item string) object {
	return object{
		"type": "object", "required": []string{"apiVersion", "kind", "items"},
		"properties": object{
			"apiVersion": object{"type": "string"}, "kind": object{"type": "string", "enum": []string{kind}},
			"metadata": object{"type": "object"}, "items": object{"type": "array", "items": reference(item)},
		},
	}
}

// siteSchema is taken from the CustomResourceDefinition, whose metadata
// Kubernetes describes and an agent has to.
func siteSchema() any {
	var crd struct {
		Spec struct {
			Versions []struct {
				Schema struct {
					OpenAPIV3Schema object `json:"openAPIV3Schema"`
				} `json:"schema"`
			} `json:"versions"`
		} `json:"spec"`
	}
	if err := yaml.Unmarshal(manifests.SitesCRD, &crd); err != nil || len(crd.Spec.Versions) == 0 {
		return object{"type": "object"}
	}
	schema := crd.Spec.Versions[0].Schema.OpenAPIV3Schema
	if properties, ok := schema["properties"].(object); ok {
		properties["metadata"] = metadataSchema
	}
	return schema
}

var metadataSchema = object{
	"type": "object", "required": []string{"name"},
	"properties": object{
		"name":              object{"type": "string", "description": "name of the site, once in an agent"},
		"generation":        object{"type": "integer", "format": "int64", "description": "goes up when the spec's meaning changes"},
		"creationTimestamp": object{"type": "string", "format": "date-time", "description": "when an agent first ran it"},
		"labels":            words, "annotations": words,
	},
}

// words are what a person says of a site for use elsewhere.
var words = object{"type": "object", "additionalProperties": object{"type": "string"}}

var eventSchema = object{
	"type": "object", "description": "Something that happened to a site, and why.",
	"required": []string{"time", "firstTime", "count", "type", "reason", "site", "object", "message"},
	"properties": object{
		"time": object{"type": "string", "format": "date-time"}, "firstTime": object{"type": "string", "format": "date-time"},
		"count": object{"type": "integer", "format": "int64"}, "type": object{"type": "string", "enum": []string{"Normal", "Warning"}},
		"reason": object{"type": "string"}, "site": object{"type": "string"}, "object": object{"type": "string"}, "message": object{"type": "string"},
	},
}

var statusSchema = object{
	"type": "object", "description": "A failure, in Kubernetes' shape.",
	"properties": object{
		"apiVersion": object{"type": "string"}, "kind": object{"type": "string"}, "metadata": object{"type": "object"}, "status": object{"type": "string"},
		"message": object{"type": "string"}, "reason": object{"type": "string"}, "code": object{"type": "integer", "format": "int32"},
	},
}
