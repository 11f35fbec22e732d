package steering

import "time"

// Saved is what a policy goes on from after a restart. Times are ages.
type Saved struct {
	Active bool   `json:"active"`
	Total  int64  `json:"turnsTotal"`
	Reason Reason `json:"reason"`
	// Turned is how long ago it last turned; 0 is never.
	Turned time.Duration `json:"turnedNanoseconds,omitempty"`
	// Turns are how long ago those within the window were, oldest first.
	Turns []time.Duration `json:"turnsNanoseconds,omitempty"`
	// Red and Green are how long the primary's streaks have lasted.
	Red   [2]time.Duration `json:"redNanoseconds"`
	Green time.Duration    `json:"greenNanoseconds"`
	// Unwell is how long ago the alternate was last unwell; 0 is never.
	Unwell time.Duration `json:"unwellNanoseconds,omitempty"`
}

// Save is what the state would go on from.
func (s *State) Save(now time.Duration) Saved {
	v := Saved{Active: s.Active, Total: s.Total, Reason: s.Reason, Green: s.greenFor}
	if s.Turned {
		v.Turned = max(now-s.TurnedAt, 1)
	}
	for _, t := range s.turns {
		v.Turns = append(v.Turns, max(now-t, 1))
	}
	for d := range s.reds {
		v.Red[d] = s.reds[d].lasts
	}
	if s.unwellSeen {
		v.Unwell = max(now-s.unwellAt, 1)
	}
	return v
}

// Restore is the state that goes on from a saved one, taken some time ago.
// Streaks stand as they were: that time is unknown.
func Restore(v *Saved, now, ago time.Duration) State {
	ago = max(ago, 0)
	s := State{Active: v.Active, Total: v.Total, Reason: v.Reason, greenFor: max(v.Green, 0)}
	if v.Turned > 0 {
		s.Turned, s.TurnedAt = true, now-ago-v.Turned
	}
	for _, age := range v.Turns {
		s.turns = append(s.turns, now-ago-max(age, 0))
	}
	for d := range s.reds {
		s.reds[d].lasts = max(v.Red[d], 0)
	}
	if v.Unwell > 0 {
		s.unwellSeen, s.unwellAt = true, now-ago-v.Unwell
	}
	return s
}
