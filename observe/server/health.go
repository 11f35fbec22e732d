package server

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"

	"github.com/wanctl/wanctl/api/v1alpha1"
)

// check is one line of a health report.
type check struct {
	name string
	// fault is what is wrong; empty is nothing.
	fault string
}

// livez says whether everything turns: a fault of a line or a router is none.
func (o *Options) livez(w http.ResponseWriter, r *http.Request) {
	var checks []check
	for _, c := range o.Pulse.Checks(time.Now()) {
		checks = append(checks, check{c.Name, c.Fault})
	}
	report(w, r, "livez", checks)
}

// readyz says whether every manifest is accepted and every loop of it is up.
func (o *Options) readyz(w http.ResponseWriter, r *http.Request) {
	sites, _ := o.Feed.Latest()
	var checks []check
	for _, s := range sites {
		checks = append(checks, holds(s, "manifest", v1alpha1.ConditionAccepted, true), loopsUp(s))
	}
	if len(checks) == 0 {
		checks = []check{{"manifest", "none has been accepted yet"}}
	}
	report(w, r, "readyz", checks)
}

// holds is the check that a condition is as it should be.
func holds(s *v1alpha1.Site, name, kind string, want bool) check {
	c := check{name: name + " " + s.Name}
	found := meta.FindStatusCondition(s.Status.Conditions, kind)
	switch {
	case found == nil:
		c.fault = "not known yet"
	case (found.Status == "True") != want:
		c.fault = found.Reason + ": " + strings.ReplaceAll(found.Message, "\n", "; ")
	}
	return c
}

// loopsUp is the check that every WAN of the spec has a loop that has measured
// something. A rollout that still watches one does not matter to it.
func loopsUp(s *v1alpha1.Site) check {
	c := check{name: "loops " + s.Name}
	for i := range s.Spec.WANs {
		name := s.Spec.WANs[i].Name
		if !slices.ContainsFunc(s.Status.WANs, func(w v1alpha1.WANStatus) bool { return w.Name == name && w.RTT.Baseline != nil }) {
			c.fault = "the loop of wan " + name + " has measured nothing yet"
			break
		}
	}
	return c
}

// report answers as Kubernetes' health endpoints do: ok, or with ?verbose or a
// fault a line for each check. Without a right to read, only whether.
func report(w http.ResponseWriter, r *http.Request, name string, checks []check) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	var lines strings.Builder
	failed := false
	for _, c := range checks {
		if c.fault == "" {
			fmt.Fprintf(&lines, "[+]%s ok\n", c.name)
			continue
		}
		failed = true
		fmt.Fprintf(&lines, "[-]%s failed: %s\n", c.name, c.fault)
	}
	verbose := r.URL.Query().Has("verbose")
	switch {
	case failed:
		w.WriteHeader(http.StatusServiceUnavailable)
		if !verbose {
			fmt.Fprintf(w, "%s check failed; ?verbose says why\n", name)
			return
		}
		fmt.Fprintf(w, "%s%s check failed\n", lines.String(), name)
	case verbose:
		fmt.Fprintf(w, "%s%s check passed\n", lines.String(), name)
	default:
		fmt.Fprint(w, "ok")
	}
}
