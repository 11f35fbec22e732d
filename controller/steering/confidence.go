package steering

import (
	"fmt"
	"time"
)

// Term is one term of a confidence: so many points of at most Of, or, of one
// that takes away, at least.
type Term struct {
	Name       string
	Points, Of int
	// Figure is what was seen, against what is asked for.
	Figure string
}

// What the terms of a RED primary add at most: time, which alone proves nothing,
// and the two witnesses.
const (
	redPoints   = 60
	dropsPoints = 20
	queuePoints = 20
)

// score says how sure it is that traffic belongs on the alternate. Without
// steering it is 100 exactly when the primary is RED for long enough and
// confirmed to be, or down; with it, 0 exactly when the primary was GREEN for
// long enough.
func (s *State) score(c *Config, in *Input) {
	if !in.From.Known && s.Terms != nil {
		return
	}
	s.Confidence, s.Terms = 0, s.Terms[:0]
	switch {
	case in.From.Known && in.From.Down:
		s.add("down", 100, 100, "nothing comes through")
	case s.Active:
		need := s.need(c.Green, c)
		s.add("base", 100, 100, "")
		s.add("green", -part(100, int64(s.greenFor), int64(need)), -100, fmt.Sprintf("%s of %s", tenths(s.greenFor), need))
	default:
		r := &s.reds[0]
		if s.points(c, &s.reds[1]) > s.points(c, r) {
			r = &s.reds[1]
		}
		s.judge(c, r)
	}
}

// points is what judge adds up.
func (s *State) points(c *Config, r *red) int {
	other := State{turns: s.turns, last: s.last}
	other.judge(c, r)
	return other.Confidence
}

// judge adds the terms of one direction of the primary.
func (s *State) judge(c *Config, r *red) {
	need := s.need(c.Red, c)
	drops, queue := 0, 0
	dropsFigure := fmt.Sprintf("%d of %d", r.drops, c.MinDrops)
	queueFigure := fmt.Sprintf("%d of %d", r.queued, c.MinQueued)
	if r.lasts > 0 {
		drops, queue = part(dropsPoints, int64(r.drops), c.MinDrops), part(queuePoints, int64(r.queued), c.MinQueued)
		if c.AtFloor && r.floor {
			drops, queue = dropsPoints, queuePoints
			dropsFigure += ", shaper at its floor"
			queueFigure += ", shaper at its floor"
		}
	}
	s.add("red", part(redPoints, int64(r.lasts), int64(need)), redPoints, fmt.Sprintf("%s of %s", tenths(r.lasts), need))
	s.add("drops", drops, dropsPoints, dropsFigure)
	s.add("queue", queue, queuePoints, queueFigure)
}

func (s *State) add(name string, points, of int, figure string) {
	s.Confidence += points
	s.Terms = append(s.Terms, Term{name, points, of, figure})
}

// part is of times have/want, rounded down, at most of: all of it only where
// have reaches want.
func part(of int, have, want int64) int {
	if have >= want {
		return of
	}
	return int(float64(of) * float64(have) / float64(want))
}

func tenths(d time.Duration) time.Duration { return d.Truncate(100 * time.Millisecond) }
