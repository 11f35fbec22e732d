package linux

import (
	"context"
	"fmt"

	"github.com/vishvananda/netlink/nl"

	"github.com/wanctl/wanctl/controller/router"
)

// The statistics of CAKE and of its tins, as linux/pkt_sched.h numbers them.
const (
	statCapacity    = 2
	statMemoryLimit = 3
	statMemoryUsed  = 4
	statTins        = 10

	tinPackets           = 2
	tinBytes             = 3
	tinDrops             = 4
	tinAckDrops          = 6
	tinMarks             = 8
	tinBacklog           = 11
	tinThreshold         = 12
	tinTarget            = 13
	tinInterval          = 14
	tinPeakDelay         = 18
	tinAverageDelay      = 19
	tinBaseDelay         = 20
	tinSparseFlows       = 21
	tinBulkFlows         = 22
	tinUnresponsiveFlows = 23
)

// maxTins is how many tins CAKE has at most.
const maxTins = 8

// Statistics reads what the CAKE at the root of the queue's interface has
// counted.
func (r *Router) Statistics(ctx context.Context, q router.Queue) (Cake, error) {
	const op = "read the statistics of"
	if err := r.kernel.begin(ctx); err != nil {
		return Cake{}, fault(op, q.Name, err)
	}
	root, err := r.root(q)
	if err != nil {
		return Cake{}, fault(op, q.Name, err)
	}
	if root.kind != "cake" {
		return Cake{}, fault(op, q.Name, missing{fmt.Errorf("%s has no CAKE at its root (found: %s)", q.Name, root.kind)})
	}
	var c Cake
	c.parse(root.stats)
	return c, nil
}

// parse reads TCA_STATS2 into c and keeps c's tins for reuse.
func (c *Cake) parse(stats []byte) {
	*c = Cake{Tins: c.Tins[:0]}
	for name, value := range attributes(stats) {
		switch name {
		case nl.TCA_STATS_BASIC:
			c.Bytes, c.Packets = number64(value), word(value, 8)
		case nl.TCA_STATS_QUEUE:
			c.BacklogPackets, c.BacklogBytes, c.Drops = word(value, 0), word(value, 4), word(value, 8)
		case nl.TCA_STATS_APP:
			c.parseOwn(value)
		}
	}
}

// parseOwn reads what only CAKE counts.
func (c *Cake) parseOwn(stats []byte) {
	for name, value := range attributes(stats) {
		switch name {
		case statCapacity:
			c.CapacityEstimate = number64(value) * 8
		case statMemoryLimit:
			c.MemoryLimit = number32(value)
		case statMemoryUsed:
			c.MemoryUsed = number32(value)
		case statTins:
			for _, tin := range attributes(value) {
				if len(c.Tins) == maxTins {
					break
				}
				c.Tins = append(c.Tins, parseTin(tin))
			}
		}
	}
}

func parseTin(stats []byte) (t Tin) {
	for name, value := range attributes(stats) {
		n := number32(value)
		switch name {
		case tinPackets:
			t.Packets = n
		case tinBytes:
			t.Bytes = number64(value)
		case tinDrops:
			t.Drops = n
		case tinAckDrops:
			t.AckDrops = n
		case tinMarks:
			t.Marks = n
		case tinBacklog:
			t.BacklogBytes = n
		case tinThreshold:
			t.Threshold = number64(value) * 8
		case tinTarget:
			t.Target = micros(value)
		case tinInterval:
			t.Interval = micros(value)
		case tinPeakDelay:
			t.PeakDelay = micros(value)
		case tinAverageDelay:
			t.AverageDelay = micros(value)
		case tinBaseDelay:
			t.BaseDelay = micros(value)
		case tinSparseFlows:
			t.SparseFlows = n
		case tinBulkFlows:
			t.BulkFlows = n
		case tinUnresponsiveFlows:
			t.UnresponsiveFlows = n
		}
	}
	return t
}
