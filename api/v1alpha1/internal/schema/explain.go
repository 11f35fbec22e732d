package schema

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/wanctl/wanctl/api/v1alpha1/internal/near"
)

// Field is what wanctl explain says of one field.
type Field struct {
	// Path is the field's path from the kind, as in site.spec.wans.download.
	Path string
	// Name is the last part of the path.
	Name string
	// Type is written as kubectl explain does: <string>, <integer>, <number>,
	// <boolean>, <duration>, <quantity>, <Object>, <[]Object>, <map[string]Object>.
	Type string
	// Description is the text of the field's Go comment, its lines joined.
	Description string
	// Default is what a manifest that leaves the field out gets; empty for none.
	Default string
	// Enum are the values allowed; empty for any.
	Enum []string
	// Required says that a manifest cannot leave the field out.
	Required bool
	// Fields are the children by name, each without children of its own.
	Fields []Field
}

// index is the index of a list's element, which stands for its schema.
var index = regexp.MustCompile(`\[[^\]]*\]`)

// Explain looks a field up by its path from the kind, as in
// site.spec.wans.download. The error for a path that is not there names the
// nearest that is.
func Explain(path string) (Field, error) {
	parts := strings.Split(index.ReplaceAllString(path, ""), ".")
	if kind := strings.ToLower(parts[0]); kind != "site" && kind != "sites" {
		if _, known := Site().Properties[parts[0]]; known {
			return Field{}, fmt.Errorf("%s: a path begins with the kind; did you mean site.%s?", path, path)
		}
		return Field{}, fmt.Errorf("%s: no such kind; the only one is site", path)
	}
	at, field := Site(), describe("site", Site(), false)
	for _, name := range parts[1:] {
		inner := at.Element()
		child, known := inner.Properties[name]
		if !known {
			return Field{}, unknownPath(field.Path, name, inner)
		}
		field = describe(field.Path+"."+name, child, slices.Contains(inner.Required, name))
		at = child
	}
	inner := at.Element()
	for _, name := range inner.Names() {
		child := inner.Properties[name]
		field.Fields = append(field.Fields, describe(field.Path+"."+name, child, slices.Contains(inner.Required, name)))
	}
	return field, nil
}

// Element is the schema of a list's elements and of a map's values, and any
// other schema itself.
func (n *Node) Element() *Node {
	for n.Items != nil || n.Values.Node != nil {
		if n.Items != nil {
			n = n.Items
		} else {
			n = n.Values.Node
		}
	}
	return n
}

// describe is a field without its children.
func describe(path string, n *Node, required bool) Field {
	return Field{
		Path:        path,
		Name:        path[strings.LastIndexByte(path, '.')+1:],
		Type:        "<" + n.TypeName() + ">",
		Description: strings.Join(strings.Fields(n.Description), " "),
		Default:     n.DefaultText(),
		Enum:        n.Choices(),
		Required:    required,
	}
}

// DefaultText is the default as a manifest would have it; that of an object is
// told field by field instead.
func (n *Node) DefaultText() string {
	if len(n.Default) == 0 || slices.Contains(n.Type, "object") {
		return ""
	}
	var value any
	if json.Unmarshal(n.Default, &value) != nil {
		return ""
	}
	if list, ok := value.([]any); ok {
		return "[" + strings.Join(choices(list), ", ") + "]"
	}
	return fmt.Sprint(value)
}

func unknownPath(parent, name string, n *Node) error {
	if len(n.Properties) == 0 {
		return fmt.Errorf("%s.%s: no such field; %s has no fields, it is <%s>", parent, name, parent, n.TypeName())
	}
	if meant, found := near.Word(name, n.Names()); found {
		return fmt.Errorf("%s.%s: no such field; did you mean %s.%s?", parent, name, parent, meant)
	}
	return fmt.Errorf("%s.%s: no such field; %s has %s", parent, name, parent, strings.Join(n.Names(), ", "))
}
