// Package kubernetes checks manifests/kubernetes against Kubernetes' own types.
package kubernetes
