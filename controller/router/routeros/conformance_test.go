package routeros_test

import (
	"testing"

	"github.com/wanctl/wanctl/api/v1alpha1"
	"github.com/wanctl/wanctl/controller/router"
	"github.com/wanctl/wanctl/controller/router/routertest"
	"github.com/wanctl/wanctl/internal/routerosdouble"
)

func TestConformance(t *testing.T) {
	simple := func(q router.Queue) router.Queue {
		q.Kind, q.Name, q.Interface = v1alpha1.QueueSimple, "dsl", "ether1"
		return q
	}
	ofType := func(q router.Queue, name string) router.Queue {
		q.Kind, q.Name, q.Interface = v1alpha1.QueueType, name, "ether1"
		return q
	}
	missing := func(k v1alpha1.QueueKind) router.Queue { return router.Queue{WAN: "cable", Name: "absent", Kind: k} }
	for _, tc := range []struct {
		name             string
		opts             routerosdouble.Options
		download, upload router.Queue
		absent           router.Queue
	}{
		{"queue trees", routerosdouble.Options{}, download, upload, absent},
		{"one simple queue", routerosdouble.Options{}, simple(download), simple(upload), missing(v1alpha1.QueueSimple)},
		{"queue types", routerosdouble.Options{}, ofType(download, "cake-down"), ofType(upload, "cake-up"), missing(v1alpha1.QueueType)},
		{"a login by challenge, replies without !empty", routerosdouble.Options{LegacyLogin: true, Version: "7.10"}, download, upload, absent},
	} {
		t.Run(tc.name, func(t *testing.T) {
			routertest.Run(t, func(t *testing.T) routertest.Harness {
				b := setUp(t, tc.opts)
				return routertest.Harness{
					Device: b.Router, Download: tc.download, Upload: tc.upload, Absent: tc.absent,
					Traffic: func(*testing.T) { b.double.Put("/interface", "ether1", "rx-byte=123456789", "tx-byte=2345678") },
				}
			})
		})
	}
}
