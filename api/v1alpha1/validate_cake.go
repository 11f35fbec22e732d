package v1alpha1

import (
	"time"

	"github.com/wanctl/wanctl/api/v1alpha1/internal/fieldpath"
)

// The least and the longest round-trip time that tc has a name for:
// datacentre and interplanetary.
const (
	minCakeRTT = 100 * time.Microsecond
	maxCakeRTT = 1000 * time.Second
)

// cake checks the options of a direction's CAKE, and that its router is one
// that wanctl makes queues on.
func (c *checker) cake(path fieldpath.Path, s *Shaper, router *Router) {
	at := path.Field("cake")
	switch {
	case s.Cake == nil:
		return
	case router.Linux == nil:
		c.fault(at, "only a linux router has CAKE of wanctl's making, and %s is none; leave it out", router.Name)
		return
	case !router.managed():
		c.fault(at, "wanctl leaves the options of a CAKE that it does not keep as they are; write linux: {manage: true} for router %s, or leave this out", router.Name)
		return
	}
	if rtt := s.Cake.RTT; rtt != nil && (rtt.Duration < minCakeRTT || rtt.Duration > maxCakeRTT) {
		c.fault(at.Field("rtt"), "%v is no round-trip time for CAKE; it must be from 100us to 1000s", rtt.Duration)
	}
	if n := s.Cake.Overhead; n != nil && (*n < -64 || *n > 256) {
		c.fault(at.Field("overhead"), "%d is out of range; it must be from -64 to 256", *n)
	}
	if n := s.Cake.MPU; n < 0 || n > 256 {
		c.fault(at.Field("mpu"), "%d is out of range; it must be from 0 to 256", n)
	}
}
