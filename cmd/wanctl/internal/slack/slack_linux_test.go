package slack_test

import (
	"errors"
	"io/fs"
	"os"
	"strings"
	"testing"

	"github.com/wanctl/wanctl/cmd/wanctl/internal/slack"
)

// slacks are those of this process's threads, in ns.
func slacks(t *testing.T) (all []string) {
	t.Helper()
	threads, err := os.ReadDir("/proc/self/task")
	if err != nil {
		t.Fatal(err)
	}
	for _, thread := range threads {
		b, err := os.ReadFile("/proc/" + thread.Name() + "/timerslack_ns")
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			t.Fatal(err)
		}
		all = append(all, strings.TrimSpace(string(b)))
	}
	return all
}

func TestEveryThreadsTimersMayBeLate(t *testing.T) {
	if err := slack.Allow(); errors.Is(err, fs.ErrPermission) {
		t.Skip("needs CAP_SYS_NICE")
	} else if err != nil {
		t.Fatal(err)
	}
	all := slacks(t)
	if len(all) < 2 {
		t.Fatalf("%d threads, want the runtime's as well", len(all))
	}
	for _, got := range all {
		if got != "500000" {
			t.Errorf("threads' slacks in ns are %q", all)
			break
		}
	}
	if err := slack.Allow(); err != nil {
		t.Errorf("once more: %v", err)
	}
}
