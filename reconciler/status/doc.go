// Package status is what wanctl writes down, where and when: the live object,
// events and what a restart goes on from in a state directory, and the status
// section of a manifest.
//
// A state directory holds
//
//	agent.lock          held by the agent that runs, with its process id
//	sites/NAME.json     the live object: manifest, defaults and status
//	events/NAME.json    the last 200 events
//	resume/NAME.json    estimates, rates and streaks of every WAN
//	verdicts/NAME.json  the last 100 verdicts with their measurements
//
// Every file is written beside the old one and renamed over it, so that a
// reader sees one or the other, whole. A file that is damaged all the same is
// set aside as NAME.torn-N and reported as a TornError.
//
// A status section in a manifest changes the file but not its spec: whoever
// compares manifests must compare decoded specs.
package status
