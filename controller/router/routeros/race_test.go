//go:build race

package routeros_test

// The client starts a goroutine for every read, which the race detector makes a
// thousand times as slow.
func init() { sets = 2_000 }
