package linux

import "time"

// Cake is what a CAKE qdisc has counted, and how it stands. Counters of 32
// bits wrap.
type Cake struct {
	// Bytes and Packets have left the queue.
	Bytes   uint64
	Packets uint32
	// Drops are all packets that were dropped, needless acknowledgements too.
	Drops uint32
	// BacklogBytes and BacklogPackets wait in the queue.
	BacklogBytes, BacklogPackets uint32
	// CapacityEstimate is CAKE's own guess at the rate that arrives, in bit/s.
	// It moves only with autorate-ingress.
	CapacityEstimate uint64
	// MemoryUsed is the most that packets took of MemoryLimit, in bytes.
	MemoryUsed, MemoryLimit uint32
	// Tins are in the order of tc: from the least urgent to the most, except
	// that besteffort has one and precedence eight by number.
	Tins []Tin
}

// Tin is one of CAKE's classes of traffic.
type Tin struct {
	// Threshold is the rate above which the tin yields to others, in bit/s.
	Threshold uint64
	// Bytes and Packets have entered the tin.
	Bytes   uint64
	Packets uint32
	// Drops leave out AckDrops, which are needless acknowledgements; Marks are
	// ECN's.
	Drops, Marks, AckDrops uint32
	// BacklogBytes wait in the tin.
	BacklogBytes uint32
	// PeakDelay, AverageDelay and BaseDelay are moving averages of how long
	// packets wait: one that rises fast, one that does neither, and one that
	// falls fast, which is the delay of sparse flows.
	PeakDelay, AverageDelay, BaseDelay time.Duration
	// Target and Interval are those of the tin's AQM at the present rate.
	Target, Interval time.Duration
	// SparseFlows, BulkFlows and UnresponsiveFlows are how many there are.
	SparseFlows, BulkFlows, UnresponsiveFlows uint32
}

// drops are the packets dropped in all tins, less acknowledgements.
func (c *Cake) drops() (n uint64) {
	for i := range c.Tins {
		n += uint64(c.Tins[i].Drops)
	}
	return n
}

// marks are the packets marked in all tins.
func (c *Cake) marks() (n uint64) {
	for i := range c.Tins {
		n += uint64(c.Tins[i].Marks)
	}
	return n
}
