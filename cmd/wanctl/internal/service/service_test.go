package service

import (
	"net"
	"path/filepath"
	"testing"

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
	n.Observe(home(metav1.ConditionTrue, v1alpha1.ReasonLoopsRunning))
	n.Observe(home(metav1.ConditionFalse, v1alpha1.ReasonProbesLost))
	n.Observe(nil)
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
		"WATCHDOG=1\nREADY=1\nSTATUS=home: 1 of 1 WANs, LoopsRunning",
		"WATCHDOG=1",
		"WATCHDOG=1\nSTATUS=home: 1 of 1 WANs, ProbesLost",
		"WATCHDOG=1\nSTATUS=no site runs",
		"STOPPING=1",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("messages (-want +got):\n%s", diff)
	}
}
