// Package linux is the router that is the machine itself: over rtnetlink it
// sets the bandwidth of CAKE and the rate of HTB classes, reads what they have
// counted, and makes CAKE with what it stands on, in the network namespace that
// New was called in.
//
// It also adds and deletes the routing rules that steer.
//
// A queue's name is an interface, and the qdisc at its root decides what is
// set. A queue's class is an HTB class of that root, which may be left out where
// there is only one directly under it. Reading needs no rights; setting and
// making need CAP_NET_ADMIN.
package linux
