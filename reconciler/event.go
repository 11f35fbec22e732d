package reconciler

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/wanctl/wanctl/api/v1alpha1"
	"github.com/wanctl/wanctl/controller/loop"
	"github.com/wanctl/wanctl/controller/router"
)

func newEvent(at time.Time, site, object string, kind v1alpha1.EventType, reason, message string) v1alpha1.Event {
	stamp := metav1.NewMicroTime(at)
	return v1alpha1.Event{Time: stamp, FirstTime: stamp, Count: 1, Type: kind, Reason: reason, Site: site, Object: object, Message: message}
}

// reasonOf is the reason of a router's error.
func reasonOf(err *router.Error) string {
	switch err.Kind {
	case router.Unreachable:
		return v1alpha1.ReasonRouterUnreachable
	case router.Missing:
		return v1alpha1.ReasonQueueMissing
	case router.Denied:
		return v1alpha1.ReasonRouterDenied
	case router.Unsupported:
		return v1alpha1.ReasonRouterUnsupported
	default:
		return v1alpha1.ReasonRouterFailed
	}
}

// routerEvent passes on what a mailbox tells, from the mailbox's goroutine.
func (a *Agent) routerEvent(site, routerName string, e router.Event) {
	event := siteEvent{site: site, object: "router/" + routerName}
	event.Event = loop.Event{At: time.Now(), Type: v1alpha1.EventNormal, Reason: v1alpha1.ReasonRouterRecovered}
	if e.Queue.WAN != "" {
		event.object = "wan/" + e.Queue.WAN
	}
	switch {
	case e.Err != nil:
		event.Type, event.Reason, event.Message = v1alpha1.EventWarning, reasonOf(e.Err), e.Err.Error()
	case e.Transition == router.DriftCorrected:
		event.Type, event.Reason = v1alpha1.EventWarning, v1alpha1.ReasonDriftCorrected
		event.Message = fmt.Sprintf("something had set %s %s to %d bit/s; it is back at %d", e.Queue.Direction, e.Queue.Name, e.Found, e.Rate)
	case e.Transition == router.QueueBuilt:
		event.Reason, event.Message = v1alpha1.ReasonQueueBuilt, strings.Join(e.Done, "; ")
	case e.Transition == router.FlawFound:
		event.Type, event.Reason, event.Message = v1alpha1.EventWarning, string(e.Finding.Flaw), e.Finding.Message
	case e.Transition == router.FlawMended:
		event.Reason, event.Message = v1alpha1.ReasonFlawMended, fmt.Sprintf("no more: %s of %s", e.Finding.Flaw, cmp.Or(e.Finding.Queue, e.Finding.WAN))
	default:
		event.Message = "the router takes rates again"
	}
	a.post(event)
}

// post hands an event to the agent's goroutine; when too many wait, it gives
// way rather than make anybody wait.
func (a *Agent) post(e siteEvent) {
	select {
	case a.events <- e:
	default:
	}
}
