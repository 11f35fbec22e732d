package fallback

import (
	"net/netip"

	"github.com/vishvananda/netlink"
)

// NextHop is the next hop of the best default route through an interface, IPv4
// before IPv6; ok is false where there is none, as on a point-to-point link.
func NextHop(name string) (addr netip.Addr, ok bool) {
	link, err := netlink.LinkByName(name)
	if err != nil {
		return addr, false
	}
	for _, family := range []int{netlink.FAMILY_V4, netlink.FAMILY_V6} {
		routes, err := netlink.RouteList(link, family)
		if err != nil {
			continue
		}
		best := -1
		for _, r := range routes {
			bits := 0
			if r.Dst != nil {
				bits, _ = r.Dst.Mask.Size()
			}
			if bits != 0 || r.Gw == nil || best >= 0 && r.Priority >= best {
				continue
			}
			if hop, valid := netip.AddrFromSlice(r.Gw); valid {
				addr, ok, best = hop.Unmap(), true, r.Priority
				if addr.IsLinkLocalUnicast() && addr.Is6() {
					addr = addr.WithZone(name)
				}
			}
		}
		if ok {
			return addr, true
		}
	}
	return addr, false
}
