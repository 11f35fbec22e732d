// Package service tells a service manager, over sd_notify(3), that an agent is
// up and still turns.
package service

import (
	"fmt"
	"strings"
	"sync"

	"github.com/coreos/go-systemd/v22/daemon"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/wanctl/wanctl/api/v1alpha1"
)

// Notifier tells of an agent. It is safe for concurrent use.
type Notifier struct {
	send func(state string)

	mu     sync.Mutex
	ready  bool
	status string
}

// New tells the manager that $NOTIFY_SOCKET names, and nobody without it. A
// message that cannot be sent is lost: the manager's watchdog sees that.
func New() *Notifier {
	return &Notifier{send: func(state string) { _, _ = daemon.SdNotify(false, state) }}
}

// Observe says that the agent looked at its loops. What the loops found is told
// as the status line and decides nothing: a WAN, a router or a manifest that
// fails is no fault of the process, and a restart would mend none of them.
func (n *Notifier) Observe(sites []*v1alpha1.Site) {
	n.mu.Lock()
	defer n.mu.Unlock()
	states := []string{daemon.SdNotifyWatchdog}
	if !n.ready {
		n.ready = true
		states = append(states, daemon.SdNotifyReady)
	}
	if status := Line(sites); status != n.status {
		n.status = status
		states = append(states, "STATUS="+status)
	}
	n.send(strings.Join(states, "\n"))
}

// Stopping says that the agent ends because it was asked to.
func (n *Notifier) Stopping() { n.send(daemon.SdNotifyStopping) }

// Line sums up the sites in one line, as systemctl status shows it.
func Line(sites []*v1alpha1.Site) string {
	if len(sites) == 0 {
		return "no site runs"
	}
	parts := make([]string, len(sites))
	for i, s := range sites {
		parts[i] = fmt.Sprintf("%s: %d of %d WANs, %s", s.Name, len(s.Status.WANs), len(s.Spec.WANs), condition(s))
	}
	return strings.Join(parts, "; ")
}

// condition is the reason of the first condition that is not as it should be,
// or else of Ready.
func condition(site *v1alpha1.Site) string {
	for _, kind := range []string{v1alpha1.ConditionAccepted, v1alpha1.ConditionReady} {
		c := meta.FindStatusCondition(site.Status.Conditions, kind)
		if c == nil {
			return "Unknown"
		}
		if c.Status != metav1.ConditionTrue || kind == v1alpha1.ConditionReady {
			return c.Reason
		}
	}
	return "Unknown"
}
