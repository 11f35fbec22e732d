// Package explain writes what a field of the manifest means, as kubectl explain
// does.
package explain

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/wanctl/wanctl/api/v1alpha1"
)

// width is how long lines of text may be.
const width = 80

// Lookup finds a field by its path.
type Lookup func(path string) (v1alpha1.Field, error)

// Field writes one field and its children.
func Field(w io.Writer, f v1alpha1.Field) error {
	var b strings.Builder
	head(&b, f)
	if len(f.Fields) > 0 {
		b.WriteString("\nFIELDS:\n")
	}
	for i, child := range f.Fields {
		if i > 0 {
			b.WriteString("\n")
		}
		b.WriteString(title("  ", child) + "\n")
		text(&b, "    ", about(child))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// Tree writes one field and all below it, without the texts of those.
func Tree(w io.Writer, f v1alpha1.Field, lookup Lookup) error {
	var b strings.Builder
	head(&b, f)
	b.WriteString("\nFIELDS:\n")
	if err := branches(&b, "  ", f, lookup); err != nil {
		return err
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func branches(b *strings.Builder, indent string, f v1alpha1.Field, lookup Lookup) error {
	for _, child := range f.Fields {
		b.WriteString(title(indent, child) + "\n")
		whole, err := lookup(child.Path)
		if err != nil {
			return fmt.Errorf("look up %s below %s: %w", child.Path, f.Path, err)
		}
		if err := branches(b, indent+"  ", whole, lookup); err != nil {
			return err
		}
	}
	return nil
}

// Complete lists the paths that go on from what is typed of one.
func Complete(typed string, lookup Lookup) []string {
	parent, nested := parentOf(typed)
	if !nested {
		return []string{strings.ToLower(v1alpha1.Kind)}
	}
	f, err := lookup(parent)
	if err != nil {
		return nil
	}
	var paths []string
	for _, child := range f.Fields {
		paths = append(paths, parent+"."+child.Name)
	}
	return paths
}

// parentOf is a path without its last part.
func parentOf(path string) (parent string, found bool) {
	i := strings.LastIndex(path, ".")
	if i < 0 {
		return "", false
	}
	return path[:i], true
}

func head(b *strings.Builder, f v1alpha1.Field) {
	fmt.Fprintf(b, "KIND:       %s\nVERSION:    %s\n", v1alpha1.Kind, v1alpha1.APIVersion)
	if strings.Contains(f.Path, ".") {
		fmt.Fprintf(b, "\nFIELD: %s\n", title("", f))
	}
	b.WriteString("\nDESCRIPTION:\n")
	text(b, "    ", about(f))
}

// title is a field's name and type.
func title(indent string, f v1alpha1.Field) string {
	line := fmt.Sprintf("%s%s\t%s", indent, f.Name, f.Type)
	if f.Required {
		line += " -required-"
	}
	return line
}

// about is a field's text, its default and the values allowed.
func about(f v1alpha1.Field) string {
	text := f.Description
	if len(f.Enum) > 0 {
		text += "\nOne of: " + strings.Join(f.Enum, ", ")
	}
	if f.Default != "" {
		text += "\nDefault: " + f.Default
	}
	return strings.TrimPrefix(text, "\n")
}

// text writes paragraphs, wrapped and indented.
func text(b *strings.Builder, indent, s string) {
	if s == "" {
		s = "<empty>"
	}
	for paragraph := range strings.SplitSeq(s, "\n") {
		line := indent
		for word := range strings.FieldsSeq(paragraph) {
			if line != indent && utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > width {
				b.WriteString(line + "\n")
				line = indent
			}
			if line != indent {
				line += " "
			}
			line += word
		}
		b.WriteString(strings.TrimRight(line, " ") + "\n")
	}
}
