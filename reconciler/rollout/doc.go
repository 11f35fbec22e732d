// Package rollout brings a change of interval out with care: one WAN at a time,
// each watched through a soak, judged by gates, and taken back where it does
// harm.
//
// It is pure. Decide takes a state and what was seen and returns the next state
// and what to carry out; whoever calls it stores the state first. An agent that
// is killed anywhere in between calls Decide again with the stored state, and is
// told the same once more.
package rollout
