package reconciler

import (
	"errors"

	"github.com/wanctl/wanctl/api/v1alpha1"
	"github.com/wanctl/wanctl/reconciler/status"
)

// inlineWriter remembers which manifests could not be written, so that each
// failure is told once.
type inlineWriter struct{ failed map[string]bool }

// writeInline keeps the status section of a site's own manifest. An edit that
// lands at the same moment wins; the next look at the loops tries again.
func (a *Agent) writeInline(s *site) {
	a.opts.Observer.Writing(true)
	err := status.WriteInline(s.source, s.live.Name, &s.live.Status)
	a.opts.Observer.Writing(false)
	var conflict *status.ConflictError
	if err == nil || errors.As(err, &conflict) {
		delete(a.inline.failed, s.source)
		return
	}
	if a.inline.failed == nil {
		a.inline.failed = map[string]bool{}
	}
	if !a.inline.failed[s.source] {
		a.inline.failed[s.source] = true
		a.record(s.live.Name, "site", v1alpha1.EventWarning, v1alpha1.ReasonInlineStatusFailed, err.Error())
	}
}
