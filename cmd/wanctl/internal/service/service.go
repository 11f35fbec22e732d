// Package service tells a service manager, over sd_notify(3), that an agent is
// up and still turns.
package service

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-systemd/v22/daemon"
	"github.com/go-logr/logr"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/wanctl/wanctl/api/v1alpha1"
)

// feedEvery is how often the watchdog is fed.
const feedEvery = time.Second

// Notifier tells of an agent. It is safe for concurrent use.
type Notifier struct {
	send func(state string)

	mu    sync.Mutex
	ready bool
	// line is what is known of the sites, status what the manager was told last.
	line, status string
}

// New tells the manager that $NOTIFY_SOCKET names, and nobody without it. A
// message that cannot be sent is lost: the manager's watchdog sees that.
func New() *Notifier {
	return &Notifier{send: func(state string) { _, _ = daemon.SdNotify(false, state) }}
}

// Feed feeds the manager's watchdog until ctx ends, while fault has none. It
// has a goroutine of its own: the one that decides may wait, for a router that is
// let go or for a disk, and is judged by fault like everything else.
func (n *Notifier) Feed(ctx context.Context, fault func(now time.Time) string, log logr.Logger) {
	ticker := time.NewTicker(feedEvery)
	defer ticker.Stop()
	hungry := false
	for {
		select {
		case <-ctx.Done():
			return
		case now := <-ticker.C:
			found := fault(now)
			if stuck := found != ""; stuck != hungry {
				hungry = stuck
				if stuck {
					log.Error(nil, "something stands still; the watchdog is not fed", "what", found)
				} else {
					log.Info("everything turns again; the watchdog is fed")
				}
			}
			n.beat(found)
		}
	}
}

// beat feeds the watchdog where there is no fault; a fault is the status.
func (n *Notifier) beat(fault string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if fault != "" {
		n.tell(nil, fault)
		return
	}
	n.tell([]string{daemon.SdNotifyWatchdog}, n.line)
}

// Observe says that the agent looked at its loops. What the loops found is told
// as the status line and decides nothing: a WAN, a router or a manifest that
// fails is no fault of the process, and a restart would mend none of them.
func (n *Notifier) Observe(sites []*v1alpha1.Site) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.line = Line(sites)
	if !n.ready {
		n.ready = true
		n.tell([]string{daemon.SdNotifyReady}, n.line)
	}
}

// tell sends what there is to send, and the status where it is another.
func (n *Notifier) tell(states []string, status string) {
	if status != n.status {
		n.status = status
		states = append(states, "STATUS="+status)
	}
	if len(states) > 0 {
		n.send(strings.Join(states, "\n"))
	}
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
