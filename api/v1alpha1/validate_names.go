package v1alpha1

import (
	"net/netip"
	"strconv"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/wanctl/wanctl/api/v1alpha1/internal/fieldpath"
	"github.com/wanctl/wanctl/api/v1alpha1/internal/near"
)

// name checks the name of a thing that others refer to. It must be a DNS label
// and stand once among those of its kind that were seen before.
func (c *checker) name(path fieldpath.Path, name, kind string, seen map[string]bool) {
	switch {
	case name == "":
		c.fault(path, "is missing; give the %s a name", kind)
	case len(validation.IsDNS1123Label(name)) > 0:
		c.fault(path, "%q is no valid name; use at most 63 lower-case letters, digits and dashes, a letter or digit first and last", name)
	case seen[name]:
		c.fault(path, "there is already a %s %q; give this one another name", kind, name)
	case seen != nil:
		seen[name] = true
	}
}

// reference checks that a name is that of one of a list. A list whose own names
// are faulty is left alone: the fault is there.
func (c *checker) reference(path fieldpath.Path, name, kind string, known []string) {
	complete := len(known) > 0
	for _, k := range known {
		if k == name && name != "" {
			return
		}
		complete = complete && k != ""
	}
	if !complete {
		return
	}
	if meant, found := near.Word(name, known); found {
		c.fault(path, "there is no %s %q; did you mean %q? The site has %s", kind, name, meant, strings.Join(known, ", "))
		return
	}
	c.fault(path, "there is no %s %q; the site has %s", kind, name, strings.Join(known, ", "))
}

func (c *checker) wanNames() []string {
	names := make([]string, len(c.site.Spec.WANs))
	for i := range names {
		names[i] = c.site.Spec.WANs[i].Name
	}
	return names
}

func (c *checker) routerNames() []string {
	names := make([]string, len(c.site.Spec.Routers))
	for i := range names {
		names[i] = c.site.Spec.Routers[i].Name
	}
	return names
}

// hostProblem says why a text is neither an IP address nor a DNS name; empty
// when it is one.
func hostProblem(host string) string {
	quoted := strconv.Quote(host)
	if address, err := netip.ParseAddr(host); err == nil {
		if address.IsUnspecified() || address.IsMulticast() {
			return host + " is not the address of one host; write that of one"
		}
		return ""
	}
	last := host[strings.LastIndexByte(host, '.')+1:]
	if _, err := strconv.Atoi(last); err == nil {
		return quoted + " is no IP address; write four numbers up to 255, as 192.0.2.1"
	}
	if len(validation.IsDNS1123Subdomain(strings.ToLower(host))) > 0 {
		return quoted + " is neither an IP address nor a DNS name; write one, without scheme or port"
	}
	return ""
}
