// Package v1alpha1 is the manifest: the Site, what wanctl fills in by
// default, what it refuses, and the status that it reports.
//
// The comments of these types are the documentation that `wanctl explain`
// prints, and the source of the generated JSON schema and field reference.
// The package does no I/O and reads no clock.
//
// +kubebuilder:object:generate=true
// +groupName=wanctl.dev
package v1alpha1

const (
	// APIVersion is what a manifest's apiVersion must say.
	APIVersion = "wanctl.dev/v1alpha1"
	// Kind is what a manifest's kind must say.
	Kind = "Site"
)

//go:generate go tool -modfile=../../tools/go.mod controller-gen object crd:allowDangerousTypes=true paths=. output:crd:dir=../../manifests/crd
//go:generate go run ./internal/gen -crd ../../manifests/crd/wanctl.dev_sites.yaml -schema internal/schema/site.schema.json -docs ../../docs/reference/site.md
