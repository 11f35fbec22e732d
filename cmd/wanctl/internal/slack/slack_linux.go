package slack

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"

	"golang.org/x/sys/unix"
)

// Allow gives every thread of the process Slack; threads to come have it from
// the one that starts them. A process that was started with as much, as by
// systemd's TimerSlackNSec, is left alone; any other needs CAP_SYS_NICE, and
// works without, at its cost.
func Allow() error {
	if now, err := unix.PrctlRetInt(unix.PR_GET_TIMERSLACK, 0, 0, 0, 0); err == nil && now >= int(Slack) {
		return nil
	}
	threads, err := os.ReadDir("/proc/self/task")
	if err != nil {
		return fmt.Errorf("let timers be late: %w", err)
	}
	for _, thread := range threads {
		// The folder of a thread below its process does not have this file.
		file := "/proc/" + thread.Name() + "/timerslack_ns"
		err := os.WriteFile(file, strconv.AppendInt(nil, int64(Slack), 10), 0)
		if errors.Is(err, fs.ErrNotExist) || errors.Is(err, unix.ESRCH) {
			continue // It has ended.
		}
		if err != nil {
			return fmt.Errorf("let timers be %v late: %w; CAP_SYS_NICE allows it, as does TimerSlackNSec=%dus of a systemd unit", Slack, err, Slack.Microseconds())
		}
	}
	return nil
}
