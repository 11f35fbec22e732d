package router

import (
	"container/heap"
	"context"
	"time"
)

// chore is something to be done for one slot at some time.
type chore struct {
	slot *Slot
	// serve does it and returns when to do it again; zero is not by itself.
	serve func(ctx context.Context) time.Time

	due   time.Time
	turn  uint64
	index int
}

// agenda orders chores by the time they fell due, and those of one time by
// how long they have been on it, so that none can starve another.
type agenda struct {
	chores []*chore
	turns  uint64
}

// put sets when a chore is due, whether it was on the agenda or not. A chore
// that is put back at the same time goes behind the others of that time.
func (a *agenda) put(c *chore, due time.Time) {
	a.turns++
	c.due, c.turn = due, a.turns
	if c.index < 0 {
		heap.Push(a, c)
	} else {
		heap.Fix(a, c.index)
	}
}

// first is the chore due soonest; nil when there is none.
func (a *agenda) first() *chore {
	if len(a.chores) == 0 {
		return nil
	}
	return a.chores[0]
}

// drop takes a chore off the agenda if it is on it.
func (a *agenda) drop(c *chore) {
	if c.index >= 0 {
		heap.Remove(a, c.index)
	}
}

// Len, Less, Swap, Push and Pop implement heap.Interface.

func (a *agenda) Len() int { return len(a.chores) }

func (a *agenda) Less(i, j int) bool {
	x, y := a.chores[i], a.chores[j]
	if order := x.due.Compare(y.due); order != 0 {
		return order < 0
	}
	return x.turn < y.turn
}

func (a *agenda) Swap(i, j int) {
	a.chores[i], a.chores[j] = a.chores[j], a.chores[i]
	a.chores[i].index, a.chores[j].index = i, j
}

func (a *agenda) Push(x any) {
	c := x.(*chore)
	c.index = len(a.chores)
	a.chores = append(a.chores, c)
}

func (a *agenda) Pop() any {
	last := len(a.chores) - 1
	c := a.chores[last]
	a.chores[last] = nil
	a.chores = a.chores[:last]
	c.index = -1
	return c
}
