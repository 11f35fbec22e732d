package evidence

import (
	"time"

	"github.com/wanctl/wanctl/controller/autorate"
)

// noise looks for the causes of RED. The state follows the slow EWMA, so that a
// cause may lie up to its time constant back.
type noise struct {
	entries, without int64

	red         bool
	known       bool
	lost, held  time.Duration
	lossy, full bool
}

// cycle takes a cycle in, after the load has.
func (n *noise) cycle(c *Cycle, l *load, back time.Duration) {
	if c.Lost > 0 {
		n.lost, n.lossy = c.At, true
	}
	if c.Held[0] || c.Held[1] {
		n.held, n.full = c.At, true
	}
	red := c.States[0] == autorate.Red || c.States[1] == autorate.Red
	if red && !n.red && n.known && c.Counted {
		n.entries++
		caused := l.within(c.At, back) || n.lossy && c.At-n.lost <= back || n.full && c.At-n.held <= back
		if !caused {
			n.without++
		}
	}
	n.red, n.known = red, true
}

// interrupt forgets what went before.
func (n *noise) interrupt() { *n = noise{entries: n.entries, without: n.without} }
