// Package schema is the JSON schema of the manifest.
package schema

import "errors"

// Field is what wanctl explain says of one field.
type Field struct {
	// Path is the field's path from the kind, as in site.spec.wans.download.
	Path string
	// Name is the last part of the path.
	Name string
	// Type is written as kubectl explain does: <string>, <Object>, <[]Object>,
	// <duration>, <quantity>, <integer>, <boolean>, <number>, <map[string]Object>.
	Type string
	// Description is the whole text of the field's Go comment.
	Description string
	// Default is what a manifest that leaves the field out gets; empty for none.
	Default string
	// Enum are the values allowed; empty for any.
	Enum []string
	// Required says that a manifest cannot leave the field out.
	Required bool
	// Fields are the children, by name. Theirs are left out.
	Fields []Field
}

// Explain looks a field up.
func Explain(path string) (Field, error) { return Field{}, errors.New("no such field") }

// JSON is the schema.
func JSON() []byte { return nil }
