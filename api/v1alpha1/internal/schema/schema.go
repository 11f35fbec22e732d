// Package schema is the generated JSON schema of the manifest: what it says of
// a field, and whether a YAML document has the shape that it asks for.
package schema

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"sync"
)

//go:embed site.schema.json
var generated []byte

// JSON is the schema, draft 2020-12.
func JSON() []byte { return slices.Clone(generated) }

// Site is the schema as a tree. It is shared: nobody may change it.
var Site = sync.OnceValue(func() *Node {
	root, err := Parse(generated)
	if err != nil {
		panic("the embedded schema of the site is damaged: " + err.Error())
	}
	return root
})

// The formats of text that a Node tells apart. They are names of their own,
// for JSON schema's duration is the one of ISO 8601.
const (
	FormatDuration = "go-duration"
	FormatQuantity = "quantity"
)

// Node is the schema of one value: the part of JSON schema that wanctl uses.
type Node struct {
	Description string `json:"description"`
	// Type has at least one element: the type to write, then others allowed.
	Type       Types            `json:"type"`
	Format     string           `json:"format"`
	Const      string           `json:"const"`
	Enum       []any            `json:"enum"`
	Default    json.RawMessage  `json:"default"`
	Properties map[string]*Node `json:"properties"`
	Required   []string         `json:"required"`
	Items      *Node            `json:"items"`
	Values     Values           `json:"additionalProperties"`
}

// Parse reads a schema.
func Parse(data []byte) (*Node, error) {
	root := &Node{}
	if err := json.Unmarshal(data, root); err != nil {
		return nil, fmt.Errorf("read JSON schema: %w", err)
	}
	return root, nil
}

// Values is the schema of a map's values; its Node is nil where there is none.
type Values struct{ *Node }

// UnmarshalJSON reads a schema, or false. It stands here and not at Node, since
// each call reads its text once more, and nested ones would do so at every depth.
func (v *Values) UnmarshalJSON(data []byte) error {
	if string(data) == "false" {
		return nil
	}
	return json.Unmarshal(data, &v.Node)
}

// Types are the JSON types that a value may have.
type Types []string

// UnmarshalJSON reads one type or a list of them.
func (t *Types) UnmarshalJSON(data []byte) error {
	var one string
	if json.Unmarshal(data, &one) == nil {
		*t = Types{one}
		return nil
	}
	return json.Unmarshal(data, (*[]string)(t))
}

// Names are the names of an object's fields in their order.
func (n *Node) Names() []string { return slices.Sorted(maps.Keys(n.Properties)) }

// Choices are the values of an enumeration as they are written.
func (n *Node) Choices() []string { return choices(n.Enum) }

func choices(values []any) []string {
	texts := make([]string, len(values))
	for i, value := range values {
		texts[i] = fmt.Sprint(value)
	}
	return texts
}

// TypeName is the type as wanctl explain writes it, less the angle brackets.
func (n *Node) TypeName() string {
	switch {
	case n.Format == FormatDuration:
		return "duration"
	case n.Format == FormatQuantity:
		return "quantity"
	case n.Items != nil:
		return "[]" + n.Items.TypeName()
	case n.Values.Node != nil:
		return "map[string]" + n.Values.TypeName()
	case slices.Contains(n.Type, "object"):
		return "Object"
	default:
		return n.Type[0]
	}
}
