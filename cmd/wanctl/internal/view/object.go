package view

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/wanctl/wanctl/api/v1alpha1"
)

// WAN is one WAN as an object of its own: its part of the site's manifest and
// of the site's status.
type WAN struct {
	metav1.TypeMeta `json:",inline"`
	Metadata        `json:"metadata"`
	// Site is the site's name.
	Site   string             `json:"site"`
	Spec   v1alpha1.WAN       `json:"spec"`
	Status v1alpha1.WANStatus `json:"status"`
}

// Metadata names a WAN.
type Metadata struct {
	Name string `json:"name"`
}

// WANList is a list of WANs.
type WANList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`
	Items           []WAN `json:"items"`
}

// WANsOf takes the WANs out of sites.
func WANsOf(sites []v1alpha1.Site) []WAN {
	var wans []WAN
	for i := range sites {
		for _, r := range wansOf(&sites[i]) {
			wans = append(wans, WAN{TypeMeta: typed("WAN"), Metadata: Metadata{Name: r.spec.Name}, Site: sites[i].Name, Spec: *r.spec, Status: r.status})
		}
	}
	return wans
}

// ListOfSites wraps sites, also when there are none.
func ListOfSites(sites []v1alpha1.Site) v1alpha1.SiteList {
	return v1alpha1.SiteList{TypeMeta: typed("SiteList"), Items: append([]v1alpha1.Site{}, sites...)}
}

// ListOfWANs wraps WANs, also when there are none.
func ListOfWANs(wans []WAN) WANList {
	return WANList{TypeMeta: typed("WANList"), Items: append([]WAN{}, wans...)}
}

// ListOfEvents wraps events, also when there are none.
func ListOfEvents(events []v1alpha1.Event) v1alpha1.EventList {
	return v1alpha1.EventList{TypeMeta: typed("EventList"), Items: append([]v1alpha1.Event{}, events...)}
}

func typed(kind string) metav1.TypeMeta {
	return metav1.TypeMeta{APIVersion: v1alpha1.APIVersion, Kind: kind}
}
