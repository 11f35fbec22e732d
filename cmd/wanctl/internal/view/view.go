// Package view makes the tables of wanctl get: what a person wants to know of
// sites, WANs and events at a glance.
package view

import (
	"slices"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/wanctl/wanctl/api/v1alpha1"
	"github.com/wanctl/wanctl/cmd/wanctl/internal/figure"
)

// running is a WAN of the manifest with the loop that runs for it.
type running struct {
	site *v1alpha1.Site
	spec *v1alpha1.WAN
	// status is empty where no loop has reported yet.
	status v1alpha1.WANStatus
}

// wansOf are the WANs of a site in the manifest's order.
func wansOf(site *v1alpha1.Site) []running {
	wans := make([]running, 0, len(site.Spec.WANs))
	for i := range site.Spec.WANs {
		r := running{site: site, spec: &site.Spec.WANs[i]}
		if j := slices.IndexFunc(site.Status.WANs, func(s v1alpha1.WANStatus) bool { return s.Name == r.spec.Name }); j >= 0 {
			r.status = site.Status.WANs[j]
		}
		wans = append(wans, r)
	}
	return wans
}

// state is the state of both directions, in one word where they agree.
func (r running) state() string {
	return both(string(r.status.Download.State), string(r.status.Upload.State))
}

// reason is why both rates are what they are.
func (r running) reason() string { return both(r.status.Download.Reason, r.status.Upload.Reason) }

func (r running) delivered() string {
	return both(figure.Rate(r.status.Download.Delivered), figure.Rate(r.status.Upload.Delivered))
}

// router is the router's name, marked where it does not answer.
func (r running) router() string {
	if r.status.Router.LastError != "" {
		return r.spec.Router + " (failing)"
	}
	return r.spec.Router
}

func (r running) loss() string {
	if r.status.RTT.Sent == 0 {
		return figure.None
	}
	return figure.Share(r.status.RTT.Loss)
}

// both joins what is said of download and upload.
func both(download, upload string) string {
	switch {
	case download == "" && upload == "":
		return figure.None
	case download == upload:
		return download
	}
	return orNone(download) + "/" + orNone(upload)
}

func orNone(s string) string {
	if s == "" {
		return figure.None
	}
	return s
}

// conditionStatus is True, False or Unknown.
func conditionStatus(site *v1alpha1.Site, conditionType string) string {
	c := meta.FindStatusCondition(site.Status.Conditions, conditionType)
	if c == nil {
		return string(metav1.ConditionUnknown)
	}
	return string(c.Status)
}

// reasonOf is the reason of the first condition that is not as it should be,
// or else of Ready.
func reasonOf(site *v1alpha1.Site) string {
	for _, want := range []string{v1alpha1.ConditionAccepted, v1alpha1.ConditionReady} {
		c := meta.FindStatusCondition(site.Status.Conditions, want)
		if c != nil && (c.Status != metav1.ConditionTrue || want == v1alpha1.ConditionReady) {
			return orNone(c.Reason)
		}
	}
	return figure.None
}
