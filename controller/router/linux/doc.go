// Package linux is the router that is the machine itself: it sets the rate of
// HTB classes over rtnetlink, in the network namespace that New was called in.
//
// A queue's name is an interface; its class is an HTB class of that
// interface's root qdisc, which may be left out where there is only one
// directly under it. Reading needs no rights; setting needs CAP_NET_ADMIN.
package linux
