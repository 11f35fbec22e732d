package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestAWatchFollowsTheStateDirectory edits the live object while get status -w
// runs, in virtual time.
func TestAWatchFollowsTheStateDirectory(t *testing.T) {
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("testdata/state")); err != nil {
		t.Fatal(err)
	}
	live := filepath.Join(dir, "sites", "home.json")
	before, err := os.ReadFile(live)
	if err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		var out, notes bytes.Buffer
		root := newRoot(func() time.Time { return fixedNow })
		root.SetArgs([]string{"get", "status", "-w", "--state-dir", dir})
		root.SetOut(&out)
		root.SetErr(&notes)
		code := make(chan int)
		go func() { code <- execute(ctx, root) }()

		time.Sleep(1100 * time.Millisecond)
		after := bytes.Replace(before, []byte(`"state": "YELLOW"`), []byte(`"state": "RED"`), 1)
		if err := os.WriteFile(live, after, 0o600); err != nil {
			t.Error(err)
		}
		time.Sleep(time.Second)
		cancel()
		if got := <-code; got != exitOK {
			t.Errorf("exit code is %d, want %d", got, exitOK)
		}
		want := `NAME   WAN        PROFILE   DOWNLOAD   UPLOAD   RTT      BASELINE   STATE          READY   VERDICT   AGE
home   att        50ms      95M        18M      28.1ms   27.9ms     GREEN          True    -         2d2h
home   spectrum   50ms      517M       38M      96.4ms   24.3ms     YELLOW/GREEN   True    -         2d2h
home   spectrum   50ms      517M       38M      96.4ms   24.3ms     RED/GREEN      True    -         2d2h
`
		if diff := cmp.Diff(want, out.String()); diff != "" {
			t.Errorf("output (-want +got):\n%s", diff)
		}
		if want := "warning: no agent runs on " + dir + "; this is what it last wrote, 1s ago\n"; notes.String() != want {
			t.Errorf("notes are %q, want %q", notes.String(), want)
		}
	})
}
