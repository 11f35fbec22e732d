// Package queries tests that the queries of the dashboard and the alert rules
// say something of the metrics of a running agent: make manifests-test. It is
// a module of its own, so that wanctl does not depend on Prometheus.
package queries
