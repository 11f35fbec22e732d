//go:build !linux

package fallback

import "net/netip"

// NextHop is known on Linux only.
func NextHop(string) (addr netip.Addr, ok bool) { return addr, false }
