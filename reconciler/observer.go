package reconciler

import (
	"time"

	"github.com/wanctl/wanctl/api/v1alpha1"
	"github.com/wanctl/wanctl/controller/autorate"
	"github.com/wanctl/wanctl/controller/loop"
)

// Observer is shown what an agent and its loops do, as it happens and from any
// goroutine. It must not block.
type Observer interface {
	// LoopStarted shows a WAN's loop, whose records can be read until
	// LoopStopped; they count from epoch.
	LoopStarted(site, wan string, l *loop.Loop, epoch time.Time)
	LoopStopped(site, wan string)
	// Applied shows a rate in bit/s that the router confirmed, and how long
	// after the arrival of the sample that led to it; 0 where none did.
	Applied(site, wan string, dir autorate.Direction, bitsPerSecond int64, latency time.Duration)
	Event(v1alpha1.Event)
	// Writing shows that the agent begins, or has ended, a write to the disk, for
	// which its decisions wait.
	Writing(begun bool)
}

// nobody observes nothing.
type nobody struct{}

func (nobody) LoopStarted(string, string, *loop.Loop, time.Time)                {}
func (nobody) LoopStopped(string, string)                                       {}
func (nobody) Applied(string, string, autorate.Direction, int64, time.Duration) {}
func (nobody) Event(v1alpha1.Event)                                             {}
func (nobody) Writing(bool)                                                     {}
