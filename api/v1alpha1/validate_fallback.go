package v1alpha1

import (
	"net/netip"
	"strconv"
	"strings"

	"github.com/wanctl/wanctl/api/v1alpha1/internal/fieldpath"
)

func (c *checker) fallback(path fieldpath.Path, f *Fallback, source netip.Addr, router *Router) {
	if f == nil {
		return
	}
	if router != nil && !router.real() {
		c.fault(path, "has no use behind a simulated router; leave it out")
		return
	}
	gateway, err := netip.ParseAddr(f.Gateway)
	switch {
	case f.Gateway == "":
	case err != nil:
		c.fault(path.Field("gateway"), "%q is no IP address; write that of the next hop, or leave it out", f.Gateway)
	case source.IsValid() && gateway.Unmap().Is4() != source.Unmap().Is4():
		c.fault(path.Field("gateway"), "%s cannot be reached from the source %s; write both as IPv4 or both as IPv6", f.Gateway, source)
	}
	seen := map[string]bool{}
	for i, target := range f.TCP {
		at := path.Field("tcp").Index(i)
		host, port, ok := splitHostPort(target)
		if !ok {
			c.fault(at, "%q is no host:port; write for instance 1.1.1.1:443 or [2606:4700:4700::1111]:443", target)
			continue
		}
		number, err := strconv.ParseUint(port, 10, 16)
		switch problem := hostProblem(host); {
		case problem != "":
			c.fault(at, "%s", problem)
		case err != nil || number == 0:
			c.fault(at, "%q is no port; it must be from 1 to 65535", port)
		case seen[target]:
			c.fault(at, "%s stands twice; name each target once", target)
		}
		seen[target] = true
	}
}

// splitHostPort splits at the last colon; an IPv6 address stands in brackets.
func splitHostPort(target string) (host, port string, ok bool) {
	colon := strings.LastIndexByte(target, ':')
	if colon < 0 {
		return "", "", false
	}
	host, port = target[:colon], target[colon+1:]
	if inner, bracketed := strings.CutPrefix(host, "["); bracketed {
		host, ok = strings.CutSuffix(inner, "]")
		return host, port, ok && strings.Contains(host, ":")
	}
	return host, port, !strings.Contains(host, ":")
}
