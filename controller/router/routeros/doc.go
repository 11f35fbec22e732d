// Package routeros is a MikroTik router with RouterOS 7, over its binary API.
//
// A queue's name and kind say which item of /queue/tree, /queue/simple or
// /queue/type holds its rate; nothing else of it is ever written. One
// connection serves all WANs of a router; the goroutine that calls a Router
// owns it. Any doubt about a connection, such as a call that ended early or a
// reply to something else, ends it, and the next call dials anew: a late reply
// is never taken for another command's.
package routeros
