package schema

import (
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/wanctl/wanctl/api/v1alpha1/internal/fieldpath"
	"github.com/wanctl/wanctl/api/v1alpha1/internal/near"
)

// object checks an object of known fields, or a map.
func (c *checker) object(n *yaml.Node, want *Node, path fieldpath.Path, at Position) *yaml.Node {
	if n.Kind != yaml.MappingNode {
		c.fault(at, path, "is %s; %s", kindOf(n), instead(want))
		return nil
	}
	clean := &yaml.Node{Kind: yaml.MappingNode, Style: yaml.FlowStyle}
	// accounted are the fields that stand here, or that a misspelt one means.
	accounted := map[string]bool{}
	for _, field := range c.fields(n, path, 0) {
		name := field.name.Value
		child := path.Field(name)
		if path == "" && slices.Contains(c.skip, name) {
			c.shape.Positions[child] = position(field.name)
			continue
		}
		known := want.Values.Node
		if known == nil {
			known = want.Properties[name]
		}
		if known == nil {
			if meant := c.unknown(field.name, want, child); meant != "" {
				accounted[meant] = true
				c.shape.meant = append(c.shape.meant, path.Field(meant))
			}
			continue
		}
		accounted[name] = true
		if kept := c.value(field.value, known, child, standing(field)); kept != nil {
			key := &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Style: yaml.DoubleQuotedStyle, Value: name}
			clean.Content = append(clean.Content, key, kept)
		}
	}
	for _, name := range want.Required {
		if !accounted[name] {
			missing := want.Properties[name]
			c.fault(at, path.Field(name), "is missing; %s", instead(missing))
		}
	}
	return clean
}

// unknown reports a field that the schema has not, and returns the one that it
// probably means, empty for none.
func (c *checker) unknown(name *yaml.Node, want *Node, path fieldpath.Path) string {
	names := want.Names()
	meant, found := near.Word(name.Value, names)
	switch {
	case strings.EqualFold(meant, name.Value):
		c.fault(position(name), path, "no such field; names are case-sensitive: write %s", meant)
	case found:
		c.fault(position(name), path, "no such field; did you mean %s?", meant)
	case len(names) == 0:
		c.fault(position(name), path, "no such field; there are none here, write {}")
	default:
		c.fault(position(name), path, "no such field; known here: %s", strings.Join(names, ", "))
	}
	return meant
}

// field is a name and its value in a document.
type field struct{ name, value *yaml.Node }

// standing is where a fault of a field's value is shown: at the value when that
// is a scalar or an alias, and otherwise at the name before it.
func standing(f field) Position {
	if f.value.Kind == yaml.ScalarNode && f.value.ShortTag() != "!!null" || f.value.Kind == yaml.AliasNode {
		return position(f.value)
	}
	return position(f.name)
}

// maxMerges is how deep merges (<<) may refer to others.
const maxMerges = 8

// fields are the fields of a mapping, each once, with those merged into it
// (<<) where it has none of that name itself.
func (c *checker) fields(n *yaml.Node, path fieldpath.Path, depth int) []field {
	var own, merged []field
	lines := map[string]int{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		name, value := n.Content[i], n.Content[i+1]
		switch {
		case name.Kind == yaml.ScalarNode && name.ShortTag() == "!!merge":
			merged = append(merged, c.merge(value, path, depth+1)...)
		case name.Kind != yaml.ScalarNode:
			c.fault(position(name), path, "a field's name is %s; write plain text", kindOf(name))
		case lines[name.Value] > 0:
			c.fault(position(name), path.Field(name.Value), "stands twice, first in line %d; keep one", lines[name.Value])
		default:
			lines[name.Value] = name.Line
			own = append(own, field{name, value})
		}
	}
	for _, f := range merged {
		if lines[f.name.Value] == 0 {
			lines[f.name.Value] = f.name.Line
			own = append(own, f)
		}
	}
	return own
}

// merge is what the value of a merge key brings.
func (c *checker) merge(n *yaml.Node, path fieldpath.Path, depth int) []field {
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	if c.left -= 1 + len(n.Content); c.left <= 0 {
		return nil
	}
	if depth > maxMerges {
		c.fault(position(n), path, "merges (<<) are more than %d deep; write the fields out", maxMerges)
		return nil
	}
	switch n.Kind {
	case yaml.MappingNode:
		return c.fields(n, path, depth)
	case yaml.SequenceNode:
		var all []field
		for _, element := range n.Content {
			all = append(all, c.merge(element, path, depth+1)...)
		}
		return all
	default:
		c.fault(position(n), path, "merges (<<) %s; only an object can be merged", kindOf(n))
		return nil
	}
}

// kindOf says in words what a document has at a node.
func kindOf(n *yaml.Node) string {
	switch n.Kind {
	case yaml.MappingNode:
		return "an object"
	case yaml.SequenceNode:
		return "a list"
	case yaml.ScalarNode:
		return quoted(n)
	default:
		return "an alias"
	}
}

// instead says what to write where a value of a schema is wanted.
func instead(want *Node) string {
	switch {
	case want.Const != "":
		return "write " + want.Const
	case len(want.Enum) > 0:
		return "write " + oneOf(want.Choices())
	case want.Format == FormatDuration:
		return "write a duration as 250ms, 10s or 1h30m"
	case want.Format == FormatQuantity:
		return "write a rate in bit/s as 500k, 95M or 1G"
	case want.Items != nil:
		return "write a list"
	case slices.Contains(want.Type, "object") && len(want.Properties) == 0:
		return "write {}"
	case slices.Contains(want.Type, "object"):
		return "write an object with " + shortList(want)
	case want.Type[0] == "string":
		return "write text"
	case want.Type[0] == "integer":
		return "write a whole number"
	case want.Type[0] == "boolean":
		return "write true or false"
	default:
		return "write a number"
	}
}

// shortList is the fields that an object needs, or those that it may have.
func shortList(want *Node) string {
	if len(want.Required) > 0 {
		return strings.Join(want.Required, ", ")
	}
	return "any of " + strings.Join(want.Names(), ", ")
}

// oneOf is a choice in words.
func oneOf(choices []string) string {
	if last := len(choices) - 1; last > 0 {
		return fmt.Sprintf("%s or %s", strings.Join(choices[:last], ", "), choices[last])
	}
	return strings.Join(choices, "")
}
