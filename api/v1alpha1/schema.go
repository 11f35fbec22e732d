package v1alpha1

import "github.com/wanctl/wanctl/api/v1alpha1/internal/schema"

// Field is what Explain says of one field of the manifest.
type Field = schema.Field

// Explain looks up a field of the manifest by its path from the kind, as in
// site.spec.wans.download; indices are left out. The error for a path that is
// not there names the nearest that is.
func Explain(path string) (Field, error) { return schema.Explain(path) }

// Schema is the JSON schema of a manifest, draft 2020-12, for editors and other
// checkers. It is generated from the comments and markers of the types.
func Schema() []byte { return schema.JSON() }
