// Package slack lets the kernel put a process's timers off a little, which is
// what an agent that wakes for short work saves most by.
//
// While any goroutine works, a thread of Go's runtime looks after the others
// every 20 us. On a slow router (250 million instructions a second) it sleeps
// and wakes ten times in each cycle's work, and that was 29 % of the CPU of an
// agent on a loaded line and 40 % on an idle one.
package slack

import "time"

// Slack is how late a timer may go off. Go's runtime waits for the network in
// whole milliseconds, so that an agent's own timers are about as late anyway.
const Slack = 500 * time.Microsecond
