package main

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/wanctl/wanctl/api/v1alpha1/internal/schema"
)

const preamble = "# Site: field by field\n\n" +
	"Generated from the Go types by `go generate ./api/...`; edits here are lost.\n" +
	"`wanctl explain site.spec.wans` prints the same text. A `<duration>` is written as `250ms`, `10s` or `1h30m`;\n" +
	"a `<quantity>` is a rate in bit/s with an optional suffix, as `500k`, `95M` or `1G`.\n"

// reference is the field reference in Markdown: a section for every object,
// and in it a row for every field.
func reference(root *schema.Node) []byte {
	var b bytes.Buffer
	b.WriteString(preamble)
	section(&b, "site", root)
	return b.Bytes()
}

// section writes the section of the object at path, then those of the objects
// within.
func section(b *bytes.Buffer, path string, n *schema.Node) {
	fmt.Fprintf(b, "\n## %s\n\n%s\n\n", path, oneLine(n.Description))
	object := n.Element()
	if len(object.Properties) == 0 {
		b.WriteString("It has no fields: write `{}`.\n")
		return
	}
	b.WriteString("| path | type | default | required | description |\n|---|---|---|---|---|\n")
	for _, name := range object.Names() {
		field := object.Properties[name]
		fmt.Fprintf(b, "| `%s.%s` | `<%s>` | %s | %s | %s |\n", path, name, field.TypeName(), code(field.DefaultText()),
			yes(slices.Contains(object.Required, name)), cell(field))
	}
	for _, name := range object.Names() {
		if field := object.Properties[name]; slices.Contains(field.Element().Type, "object") {
			section(b, path+"."+name, field)
		}
	}
}

// cell is a field's description with the values that it may have.
func cell(field *schema.Node) string {
	text := strings.ReplaceAll(oneLine(field.Description), "|", `\|`)
	if choices := field.Choices(); len(choices) > 0 {
		text += " One of `" + strings.Join(choices, "`, `") + "`."
	}
	return text
}

func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

func code(text string) string {
	if text == "" {
		return ""
	}
	return "`" + text + "`"
}

func yes(b bool) string {
	if b {
		return "yes"
	}
	return ""
}
