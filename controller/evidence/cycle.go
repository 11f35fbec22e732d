package evidence

import (
	"time"

	"github.com/wanctl/wanctl/controller/autorate"
)

// Cycle is what one turn of a loop tells.
type Cycle struct {
	// At is when it began, Work how long it took, and Skipped how many deadlines
	// were missed right before it.
	At, Work time.Duration
	Skipped  int64
	// Answers and Lost are the probes of which it became known what became of
	// them; those of reflectors that answer nothing are not among them while
	// another answers.
	Answers, Lost int64
	// DelayMS is the fast delay above the reflectors' baselines, the median of the
	// newest samples; NewestMS is the newest answer's. Measured says that they are
	// known.
	DelayMS, NewestMS float64
	Measured          bool
	// BaselineMS is the WAN's; 0 before the first answer.
	BaselineMS float64
	// Rates are the shapers', and Delivered what passed, in bit/s by Direction;
	// Counted says that Delivered is known. Held says that a shaper has dropped,
	// marked or queued packets of late.
	Rates     [2]int64
	Delivered [2]float64
	Counted   bool
	Held      [2]bool
	States    [2]autorate.State
}

// Applied is a rate that the router acknowledged.
type Applied struct {
	// At is when it did, and Latency how long that was after the cycle that the
	// rate came from; 0 where it came from none.
	At            time.Duration
	Direction     autorate.Direction
	BitsPerSecond int64
	Latency       time.Duration
}

// Reading is a look at the router.
type Reading struct {
	At time.Duration
	// CPUPercent is a load that was not told before, where CPUKnown.
	CPUPercent float64
	CPUKnown   bool
	// Failed is how many writes have failed since the last look.
	Failed int64
}
