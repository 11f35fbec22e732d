package v1alpha1

import (
	"sigs.k8s.io/yaml"
)

// Decode reads the sites of a manifest.
func Decode(file string, data []byte) ([]*Site, FieldErrors) {
	s := &Site{}
	if err := yaml.UnmarshalStrict(data, s); err != nil {
		return nil, FieldErrors{{File: file, Line: 1, Column: 1, Message: err.Error()}}
	}
	s.Status = SiteStatus{}
	SetDefaults(s)
	return []*Site{s}, nil
}
