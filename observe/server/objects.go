package server

import (
	"encoding/json"
	"net/http"
	"slices"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/wanctl/wanctl/api/v1alpha1"
)

const group, version = "wanctl.dev", "v1alpha1"

// root is where the objects are.
const root = "/apis/" + group + "/" + version

// objects adds the live objects, and what clients discover them by.
func (o *Options) objects(mux *http.ServeMux) {
	mux.HandleFunc("GET /api", constant(metav1.APIVersions{TypeMeta: metav1.TypeMeta{Kind: "APIVersions"}, Versions: []string{}}))
	mux.HandleFunc("GET /apis", constant(metav1.APIGroupList{TypeMeta: metav1.TypeMeta{Kind: "APIGroupList", APIVersion: "v1"}, Groups: []metav1.APIGroup{apiGroup}}))
	mux.HandleFunc("GET /apis/"+group, constant(apiGroup))
	mux.HandleFunc("GET "+root, constant(apiResources))
	mux.HandleFunc("GET "+root+"/sites", o.listSites)
	mux.HandleFunc("GET "+root+"/sites/{name}", o.getSite)
	mux.HandleFunc("GET "+root+"/sites/{name}/status", o.getSite)
	mux.HandleFunc("GET "+root+"/events", o.listEvents)
	mux.HandleFunc("GET /openapi/v3", constant(openAPIIndex))
	mux.HandleFunc("GET /openapi/v3"+root, func(w http.ResponseWriter, _ *http.Request) { answer(w, http.StatusOK, openAPI()) })
	mux.HandleFunc("GET /apis/", func(w http.ResponseWriter, r *http.Request) { notFound(w, "path", r.URL.Path) })
}

var served = metav1.GroupVersionForDiscovery{GroupVersion: v1alpha1.APIVersion, Version: version}

var apiGroup = metav1.APIGroup{
	TypeMeta: metav1.TypeMeta{Kind: "APIGroup", APIVersion: "v1"}, Name: group,
	Versions: []metav1.GroupVersionForDiscovery{served}, PreferredVersion: served,
}

var apiResources = metav1.APIResourceList{
	TypeMeta: metav1.TypeMeta{Kind: "APIResourceList", APIVersion: "v1"}, GroupVersion: v1alpha1.APIVersion,
	APIResources: []metav1.APIResource{
		{Name: "sites", SingularName: "site", Kind: "Site", Verbs: metav1.Verbs{"get", "list"}},
		{Name: "sites/status", Kind: "Site", Verbs: metav1.Verbs{"get"}},
		{Name: "events", SingularName: "event", Kind: "Event", Verbs: metav1.Verbs{"list"}},
	},
}

// readOnly refuses whatever would change something.
func readOnly(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			w.Header().Set("Allow", "GET, HEAD")
			fail(w, http.StatusMethodNotAllowed, metav1.StatusReasonMethodNotAllowed, "this port is for reading; to change something, edit the manifest")
			return
		}
		next.ServeHTTP(w, r)
	})
}

func (o *Options) listSites(w http.ResponseWriter, r *http.Request) {
	if unwatchable(w, r) {
		return
	}
	sites, _ := o.Feed.Latest()
	list := v1alpha1.SiteList{TypeMeta: typed("SiteList"), Items: []v1alpha1.Site{}}
	for _, s := range sites {
		list.Items = append(list.Items, *s)
	}
	answer(w, http.StatusOK, list)
}

func (o *Options) getSite(w http.ResponseWriter, r *http.Request) {
	sites, _ := o.Feed.Latest()
	name := r.PathValue("name")
	i := slices.IndexFunc(sites, func(s *v1alpha1.Site) bool { return s.Name == name })
	if i < 0 {
		notFound(w, "sites."+group, name)
		return
	}
	answer(w, http.StatusOK, sites[i])
}

// listEvents are the stored ones, of ?site=NAME or of all.
func (o *Options) listEvents(w http.ResponseWriter, r *http.Request) {
	if unwatchable(w, r) {
		return
	}
	events, err := o.Events()
	if err != nil {
		o.Log.Error(err, "stored events are damaged")
	}
	list := v1alpha1.EventList{TypeMeta: typed("EventList"), Items: []v1alpha1.Event{}}
	site := r.URL.Query().Get("site")
	for _, e := range events {
		if site == "" || e.Site == site {
			list.Items = append(list.Items, e)
		}
	}
	answer(w, http.StatusOK, list)
}

// unwatchable answers a watch, which there is none of.
func unwatchable(w http.ResponseWriter, r *http.Request) bool {
	switch r.URL.Query().Get("watch") {
	case "", "0", "false":
		return false
	}
	fail(w, http.StatusBadRequest, metav1.StatusReasonBadRequest, "objects cannot be watched here; /stream sends what changes as server-sent events")
	return true
}

func typed(kind string) metav1.TypeMeta {
	return metav1.TypeMeta{APIVersion: v1alpha1.APIVersion, Kind: kind}
}

func notFound(w http.ResponseWriter, what, name string) {
	fail(w, http.StatusNotFound, metav1.StatusReasonNotFound, what+" \""+name+"\" not found")
}

// fail answers with Kubernetes' own failure.
func fail(w http.ResponseWriter, code int, reason metav1.StatusReason, message string) {
	answer(w, code, metav1.Status{
		TypeMeta: metav1.TypeMeta{Kind: "Status", APIVersion: "v1"}, Status: metav1.StatusFailure,
		Message: message, Reason: reason, Code: int32(code),
	})
}

func constant(v any) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { answer(w, http.StatusOK, v) }
}

func answer(w http.ResponseWriter, code int, v any) {
	data, err := json.Marshal(v)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(code)
	// A reader that has gone away is no fault.
	_, _ = w.Write(append(data, '\n'))
}
