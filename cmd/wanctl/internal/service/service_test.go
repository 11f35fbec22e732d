package service

import (
	"context"
	"net"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-logr/logr/funcr"
	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/wanctl/wanctl/api/v1alpha1"
)

// home is a site of one WAN whose Ready has a status and a reason.
func home(status metav1.ConditionStatus, reason string) []*v1alpha1.Site {
	s := &v1alpha1.Site{}
	s.Name = "home"
	s.Spec.WANs = []v1alpha1.WAN{{Name: "att"}}
	s.Status.WANs = []v1alpha1.WANStatus{{Name: "att"}}
	s.Status.Conditions = []metav1.Condition{
		{Type: v1alpha1.ConditionAccepted, Status: metav1.ConditionTrue, Reason: v1alpha1.ReasonManifestAccepted},
		{Type: v1alpha1.ConditionReady, Status: status, Reason: reason},
	}
	return []*v1alpha1.Site{s}
}

// TestTheManagerIsToldOverItsSocket covers an outage: the watchdog is fed
// through it, and only the status line tells of it.
func TestTheManagerIsToldOverItsSocket(t *testing.T) {
	path := filepath.Join(t.TempDir(), "notify")
	socket, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	defer socket.Close()
	t.Setenv("NOTIFY_SOCKET", path)

	n := New()
	n.Observe(home(metav1.ConditionTrue, v1alpha1.ReasonLoopsRunning))
	n.beat("")
	n.Observe(home(metav1.ConditionFalse, v1alpha1.ReasonProbesLost))
	n.beat("")
	n.Observe(nil)
	n.beat("")
	n.Stopping()

	var got []string
	buffer := make([]byte, 1024)
	for range 5 {
		length, err := socket.Read(buffer)
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, string(buffer[:length]))
	}
	want := []string{
		"READY=1\nSTATUS=home: 1 of 1 WANs, LoopsRunning",
		"WATCHDOG=1",
		"WATCHDOG=1\nSTATUS=home: 1 of 1 WANs, ProbesLost",
		"WATCHDOG=1\nSTATUS=no site runs",
		"STOPPING=1",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("messages (-want +got):\n%s", diff)
	}
}

// TestTheWatchdogIsFedOnlyWhileEverythingTurns lets the agent look once and then
// wait: what feeds does not wait with it.
func TestTheWatchdogIsFedOnlyWhileEverythingTurns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var told []string
		n := &Notifier{send: func(state string) { told = append(told, state) }}
		n.Observe(home(metav1.ConditionTrue, v1alpha1.ReasonLoopsRunning))
		hangs, turns := time.Now().Add(3500*time.Millisecond), time.Now().Add(6500*time.Millisecond)
		fault := func(now time.Time) string {
			if now.After(hangs) && now.Before(turns) {
				return "loop home/att has not turned for 6s"
			}
			return ""
		}
		var log strings.Builder
		ctx, cancel := context.WithTimeout(t.Context(), 8500*time.Millisecond)
		defer cancel()
		n.Feed(ctx, fault, funcr.New(func(_, args string) { log.WriteString(args + "\n") }, funcr.Options{}))
		want := []string{
			"READY=1\nSTATUS=home: 1 of 1 WANs, LoopsRunning",
			"WATCHDOG=1", "WATCHDOG=1", "WATCHDOG=1",
			"STATUS=loop home/att has not turned for 6s",
			"WATCHDOG=1\nSTATUS=home: 1 of 1 WANs, LoopsRunning", "WATCHDOG=1",
		}
		if diff := cmp.Diff(want, told); diff != "" {
			t.Errorf("messages (-want +got):\n%s", diff)
		}
		if n := strings.Count(log.String(), "the watchdog is"); n != 2 {
			t.Errorf("%d lines were logged, want one of each turn:\n%s", n, log.String())
		}
	})
}
