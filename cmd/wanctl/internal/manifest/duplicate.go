package manifest

import (
	"bytes"
	"fmt"

	"go.yaml.in/yaml/v3"

	"github.com/wanctl/wanctl/api/v1alpha1"
)

// unique refuses sites whose name an earlier file has taken.
func unique(found []*v1alpha1.Site, earlier []Site, file string, data []byte) ([]*v1alpha1.Site, v1alpha1.FieldErrors) {
	var wrong v1alpha1.FieldErrors
	for _, s := range found {
		for _, e := range earlier {
			if e.Name != s.Name {
				continue
			}
			line, column := position(data, s.Name)
			wrong = append(wrong, v1alpha1.FieldError{
				File: file, Line: line, Column: column, Path: "metadata.name",
				Message: fmt.Sprintf("site %q is defined in %s already; give one of them another name", s.Name, e.File),
			})
		}
	}
	return found, wrong
}

// position is where a manifest names a site.
func position(data []byte, name string) (line, column int) {
	documents := yaml.NewDecoder(bytes.NewReader(data))
	for {
		var site struct {
			Metadata struct{ Name yaml.Node }
		}
		if err := documents.Decode(&site); err != nil {
			return 1, 1
		}
		if n := site.Metadata.Name; n.Value == name {
			return n.Line, n.Column
		}
	}
}
