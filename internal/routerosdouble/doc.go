// Package routerosdouble is a MikroTik RouterOS 7 router as far as wanctl can
// tell: a server of its binary API, built from the published protocol, for
// tests.
//
// It is strict. What a client does that a real router would refuse, it refuses
// in the same way; what a real router would let pass though it is wrong or
// wasteful (a property that does not exist in a .proplist, a query where there
// is no print, a set that changes nothing) it remembers, and Violations tells.
// After a Reboot its items have each other's ids, so that a client that keeps
// an id hits the wrong item.
package routerosdouble
