//go:build e2e

// Package e2e runs the wanctl binary against real packets, in network
// namespaces that it makes and removes by itself. It needs root.
package e2e

import (
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }
