package schema

import (
	"fmt"
	"slices"

	"go.yaml.in/yaml/v3"

	"github.com/wanctl/wanctl/api/v1alpha1/internal/fieldpath"
)

// maxValues is how many values one document may hold, aliases counted as often
// as they are used. A site of a thousand WANs has some 40,000.
const maxValues = 100_000

// Position is a place in a text: both count from 1, columns in characters.
type Position struct{ Line, Column int }

// Fault is a place where a document has not the shape of the schema.
type Fault struct {
	Position
	Path    fieldpath.Path
	Message string
}

// Shape is what became of a document.
type Shape struct {
	// Clean is the document with its faulty and unknown parts, its aliases and
	// its comments gone; nil where nothing is left.
	Clean *yaml.Node
	// Positions say where each value stands: a scalar itself, an object or a
	// list at its field's name.
	Positions map[fieldpath.Path]Position
	// Faults are the differences from the schema.
	Faults []Fault
	// meant are the fields that misspelt ones probably mean.
	meant []fieldpath.Path
}

// Check compares a document with the schema of its root. What stands under one
// of the root's fields named in skip is not looked at, and not in Clean.
func Check(root *yaml.Node, n *Node, skip ...string) Shape {
	c := &checker{skip: skip, left: maxValues}
	c.shape.Positions = map[fieldpath.Path]Position{}
	c.shape.Clean = c.value(root, n, "", position(root))
	if c.left <= 0 {
		c.shape.Clean, c.shape.Faults = nil, nil
		c.fault(position(root), "", "the document holds more than %d values, its aliases written out; write fewer", maxValues)
	}
	return c.shape
}

// Find is where the value at a path stands, or else what holds it.
func (s Shape) Find(path fieldpath.Path) Position {
	for {
		if at, known := s.Positions[path]; known || path == "" {
			return at
		}
		path = path.Parent()
	}
}

// Faulty says that a fault is known at a path, around it or within, so that
// another at that path may be no more than its consequence.
func (s Shape) Faulty(path fieldpath.Path) bool {
	return slices.ContainsFunc(s.Faults, func(f Fault) bool {
		return f.Path != "" && (path.Within(f.Path) || f.Path.Within(path))
	}) || slices.ContainsFunc(s.meant, path.Within)
}

// checker walks a document beside its schema, and so no deeper than the schema.
type checker struct {
	shape Shape
	skip  []string
	left  int
}

// value checks one value, which stands at a position or behind a name there,
// and returns its clean copy, nil for none.
func (c *checker) value(n *yaml.Node, want *Node, path fieldpath.Path, at Position) *yaml.Node {
	if c.left--; c.left <= 0 {
		return nil
	}
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	c.shape.Positions[path] = at
	if n.Kind == yaml.ScalarNode && n.ShortTag() == "!!null" {
		if !slices.Contains(want.Type, "null") {
			c.fault(at, path, "has no value; %s", instead(want))
		}
		return nil
	}
	switch {
	case want.Items != nil:
		return c.list(n, want, path, at)
	case slices.Contains(want.Type, "object"):
		return c.object(n, want, path, at)
	default:
		return c.scalar(n, want, path, at)
	}
}

func (c *checker) list(n *yaml.Node, want *Node, path fieldpath.Path, at Position) *yaml.Node {
	if n.Kind != yaml.SequenceNode {
		c.fault(at, path, "is %s; %s", kindOf(n), instead(want))
		return nil
	}
	clean := &yaml.Node{Kind: yaml.SequenceNode, Style: yaml.FlowStyle}
	for i, element := range n.Content {
		if kept := c.value(element, want.Items, path.Index(i), position(element)); kept != nil {
			clean.Content = append(clean.Content, kept)
		} else {
			clean.Content = append(clean.Content, blank(want.Items))
		}
	}
	return clean
}

// blank stands for a list's element that had to go, so that the others keep
// their places.
func blank(want *Node) *yaml.Node {
	if slices.Contains(want.Type, "object") {
		return &yaml.Node{Kind: yaml.MappingNode, Style: yaml.FlowStyle}
	}
	return &yaml.Node{Kind: yaml.ScalarNode, Style: yaml.DoubleQuotedStyle}
}

func (c *checker) fault(at Position, path fieldpath.Path, format string, args ...any) {
	c.shape.Faults = append(c.shape.Faults, Fault{Position: at, Path: path, Message: fmt.Sprintf(format, args...)})
}

func position(n *yaml.Node) Position { return Position{n.Line, n.Column} }
