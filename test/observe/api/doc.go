// Package api tests that what an agent serves is as it describes it in
// OpenAPI: make manifests-test.
package api
