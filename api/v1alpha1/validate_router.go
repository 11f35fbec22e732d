package v1alpha1

import (
	"encoding/hex"
	"net/netip"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/wanctl/wanctl/api/v1alpha1/internal/fieldpath"
)

func (c *checker) routers() {
	const path fieldpath.Path = "spec.routers"
	if len(c.site.Spec.Routers) == 0 {
		c.fault(path, "is empty; name at least one router")
	}
	seen := map[string]bool{}
	for i := range c.site.Spec.Routers {
		c.router(path.Index(i), &c.site.Spec.Routers[i], seen)
	}
}

func (c *checker) router(path fieldpath.Path, r *Router, seen map[string]bool) {
	c.name(path.Field("name"), r.Name, "router", seen)
	kinds := 0
	for _, given := range []bool{r.RouterOS != nil, r.Linux != nil, r.Simulated != nil} {
		if given {
			kinds++
		}
	}
	if kinds != 1 {
		c.fault(path, "has %d kinds; give it exactly one of routerOS, linux and simulated", kinds)
	}
	if r.RouterOS != nil {
		c.routerOS(path.Field("routerOS"), r.RouterOS)
	}
}

// Kind is the name of the field that says what a router is; empty where none
// does.
func (r *Router) Kind() string {
	switch {
	case r.RouterOS != nil:
		return "routerOS"
	case r.Linux != nil:
		return "linux"
	case r.Simulated != nil:
		return "simulated"
	}
	return ""
}

// real says that a router is a device and not a simulation; one of no kind is
// neither.
func (r *Router) real() bool { return r.Simulated == nil && (r.RouterOS != nil || r.Linux != nil) }

// managed says that wanctl makes the queues of a router.
func (r *Router) managed() bool { return r.Linux != nil && r.Linux.Manage }

func (c *checker) routerOS(path fieldpath.Path, r *RouterOS) {
	c.address(path.Field("address"), r.Address)
	switch {
	case r.TLS != nil && r.Plaintext:
		c.fault(path.Field("plaintext"), "contradicts tls; keep one of the two")
	case r.TLS == nil && !r.Plaintext:
		c.fault(path, "has neither tls nor plaintext; give tls a caFile or a fingerprint, or write plaintext: true to let the password cross the network unencrypted")
	case r.TLS != nil:
		c.tls(path.Field("tls"), r.TLS)
	}
	credentials, at := r.Credentials, path.Field("credentials")
	c.credential(at, "username", credentials.UsernameFile, credentials.UsernameEnv)
	c.credential(at, "password", credentials.PasswordFile, credentials.PasswordEnv)
	c.span(path.Field("timeout"), r.Timeout, 100*time.Millisecond, 30*time.Second)
	c.span(path.Field("countersEvery"), r.CountersEvery, 50*time.Millisecond, 10*time.Second)
	c.span(path.Field("resourcesEvery"), r.ResourcesEvery, time.Second, 10*time.Minute)
	if n := r.WritesPerMinute; n != nil && (*n < 0 || *n > maxWrites) {
		c.fault(path.Field("writesPerMinute"), "%d is no write budget; write a number from 1 to %d, or 0 for none", *n, maxWrites)
	}
}

// maxWrites is the most that a budget may be, in writes a minute.
const maxWrites = 60_000

// address checks host:port; the host of an IPv6 address stands in brackets.
func (c *checker) address(path fieldpath.Path, address string) {
	if full, err := netip.ParseAddrPort(address); err == nil && full.Port() > 0 {
		return
	}
	host, port, found := cutLast(address, ":")
	if n, err := strconv.ParseUint(port, 10, 16); !found || err != nil || n == 0 || strings.Contains(host, ":") {
		c.fault(path, "%q is no host:port; write 192.0.2.1:8729, [2001:db8::1]:8729 or edge.example:8729, 8728 without TLS", address)
		return
	}
	if problem := hostProblem(host); problem != "" {
		c.fault(path, "%s", problem)
	}
}

func cutLast(s, sep string) (before, after string, found bool) {
	i := strings.LastIndex(s, sep)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+len(sep):], true
}

func (c *checker) tls(path fieldpath.Path, t *TLS) {
	switch {
	case t.CAFile != "" && t.Fingerprint != "":
		c.fault(path, "has both caFile and fingerprint; keep exactly one")
	case t.CAFile == "" && t.Fingerprint == "":
		c.fault(path, "trusts nobody; give it a caFile or a fingerprint")
	case t.Fingerprint != "" && !isFingerprint(t.Fingerprint):
		c.fault(path.Field("fingerprint"), "%q is no fingerprint; write sha256: and 64 hexadecimal digits, with or without colons between pairs", t.Fingerprint)
	}
	if t.ServerName != "" && t.CAFile == "" {
		c.fault(path.Field("serverName"), "is of use with caFile only; a fingerprint is of one certificate, whatever its name")
	}
}

// pairs are two or more pairs of digits with colons between them.
var pairs = regexp.MustCompile(`^[0-9A-Fa-f]{2}(:[0-9A-Fa-f]{2})+$`)

func isFingerprint(text string) bool {
	digits, found := strings.CutPrefix(text, "sha256:")
	if pairs.MatchString(digits) {
		digits = strings.ReplaceAll(digits, ":", "")
	}
	sum, err := hex.DecodeString(digits)
	return found && err == nil && len(sum) == 32
}

// variable is the name of an environment variable.
var variable = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// credential checks that a secret comes from exactly one place.
func (c *checker) credential(path fieldpath.Path, what, file, env string) {
	switch {
	case file == "" && env == "":
		c.fault(path, "has no %s; give it %sFile or %sEnv", what, what, what)
	case file != "" && env != "":
		c.fault(path, "has both %sFile and %sEnv; keep exactly one", what, what)
	case env != "" && !variable.MatchString(env):
		c.fault(path.Field(what+"Env"), "%q is no name of an environment variable; use letters, digits and underscores, as ROUTER_%s", env, strings.ToUpper(what))
	}
}
