// Package manifests holds what an operator installs.
package manifests

import _ "embed"

// SitesCRD is the CustomResourceDefinition of sites, in YAML.
//
//go:embed crd/wanctl.dev_sites.yaml
var SitesCRD []byte
